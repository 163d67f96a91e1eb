/**
 * The scheduling state machine. It knows tasks, workers and clients by numbers, time by the `now` it is given, and the
 * world by its output: no sockets, timers, clocks, and nothing of what is in a value or a function.
 *
 * This class is the door: each method notes what is being handled, leaves the work to the module whose idea it is, and
 * ends by looking at what isn't needed any more.
 */
import type {
  AttemptId,
  CancelScope,
  ClientHello,
  ClientId,
  ClientTaskId,
  ErrorReport,
  FunctionBlob,
  FunctionId,
  Located,
  Opaque,
  OptionsId,
  ScatterItem,
  TaskId,
  TaskOptions,
  TaskRun,
  TaskSelection,
  WorkerHeartbeat,
  WorkerHello,
  WorkerId,
} from '@covey/protocol/internal';
import { ProtocolError } from '@covey/protocol';
import { THREAD_ENDED } from '@covey/protocol/internal';
import { fillWindows } from './assignment.js';
import { CoreAnswers } from './core-answers.js';
import { cancelLost, cancelNumbers, cancelTasks, retryTask } from './cancel.js';
import type { Client } from './clients.js';
import { resolveConfig } from './config.js';
import { CoreState } from './core-state.js';
import { CANCELLED } from './error-reports.js';
import {
  answerMissing,
  bidFarewell,
  failOrRetry,
  loseCopy,
  loseThread,
  wakeIfNeeded,
  welcomeWorker,
  failUnplaceable,
} from './failure.js';
import { isActor, isHolder } from './holders.js';
import { addKeeper, removeKeeper } from './keepers.js';
import { locateResult } from './locate.js';
import { joinWindow } from './pipeline.js';
import { replaceQueue } from './placement.js';
import { nameOf, selectSlots, selectWorkers } from './queries.js';
import { suspendSuspect, tendQuarantine } from './quarantine.js';
import { recallStranded } from './recall.js';
import { settle } from './release.js';
import { tasksForResult } from './result-holds.js';
import type { HoldRefusal } from './result-holds.js';
import { gainCopy, pruneMoves, rebalanceAmong, replicateTo } from './replicas.js';
import { beginRetirement, cheapest, endRetirement, tendRetirements } from './retire.js';
import { abandonUploads, placeScattered, receiveUpload, scatterItem } from './scatter.js';
import type { Scattered } from './scatter.js';
import { State } from './states.js';
import { Stimulus } from './story.js';
import { becomeWanted, join, submit } from './submit.js';
import type { ScatterPlaces, SchedulerCoreOptions, SchedulerCoreSurface, WorkerDeparture } from './surface.js';
import { Flag } from './task-table.js';
import { complete, withdraw } from './transitions.js';
import { validateCore } from './validate.js';
import { removeWish, wantResult } from './wishes.js';
import { Worker } from './workers.js';

export class SchedulerCore extends CoreAnswers implements SchedulerCoreSurface {
  constructor(options: SchedulerCoreOptions) {
    super(new CoreState(options.output, resolveConfig(options.config ?? {}), options.validate ?? false));
  }

  // Clients

  addClient(hello: ClientHello, now: number): ClientId {
    const s = this.#begin(Stimulus.addClient, now);
    const outer = hello.insideTask === undefined ? -1 : s.keys.find(hello.insideTask);
    const options = outer === -1 ? -1 : s.tasks.options[outer]!;
    const boost = hello.insideTask === undefined ? 0 : 1 + (options === -1 ? 0 : s.options.at(options).priority);
    return s.clients.add(hello.name, boost).id;
  }

  removeClient(clientId: ClientId, now: number): void {
    const s = this.#begin(Stimulus.removeClient, now);
    const client = s.clients.get(clientId);
    if (client === undefined) return;
    abandonUploads(s, client);
    client.tasks.forEach((id, slot) => {
      s.tasks.clear(slot, Flag.provisional);
      removeWish(s, slot, client, id as ClientTaskId);
    });
    this.#end();
    for (const record of client.functions.values()) s.functions.drop(record.index);
    for (const options of client.options.values()) s.options.drop(options.index);
    s.clients.remove(client);
    this.#end();
  }

  defineFunction(clientId: ClientId, id: FunctionId, blob: FunctionBlob, now: number): void {
    const s = this.#begin(Stimulus.functions, now);
    const { functions } = this.#client(clientId);
    const before = functions.get(id);
    functions.set(id, s.functions.use(blob));
    if (before !== undefined) s.functions.drop(before.index);
  }

  defineOptions(clientId: ClientId, id: OptionsId, options: TaskOptions, now: number): void {
    const s = this.#begin(Stimulus.functions, now);
    const client = this.#client(clientId);
    const before = client.options.get(id);
    client.options.set(id, s.options.use(options, client.priorityBoost, s.workers.all()));
    if (before !== undefined) s.options.drop(before.index);
  }

  submitRun(client: ClientId, run: TaskRun, now: number): void {
    submit(this.#begin(Stimulus.submit, now), this.#client(client), run);
    this.#end();
  }

  hold(clientId: ClientId, ids: readonly ClientTaskId[], now: number): void {
    const s = this.#begin(Stimulus.hold, now);
    const client = this.#client(clientId);
    for (const id of ids) {
      const slot = client.tasks.get(id);
      if (slot !== -1) {
        wantResult(s, slot, client, id);
        becomeWanted(s, slot, client, id);
        continue;
      }
      const refusal = client.refused.get(id);
      if (refusal?.kind === 'erred') s.output.erred(clientId, id, refusal.error);
      else if (refusal?.kind === 'cancelled') s.output.cancelled(clientId, id, refusal.code, refusal.reason);
      else s.output.cancelled(clientId, id, CANCELLED, 'the task was forgotten before it was held');
    }
    this.#end();
  }

  release(clientId: ClientId, ranges: readonly number[], now: number): void {
    const s = this.#begin(Stimulus.release, now);
    const client = this.#client(clientId);
    for (let i = 0; i + 1 < ranges.length; i += 2) {
      const end = ranges[i]! + ranges[i + 1]!;
      for (let id = ranges[i] as ClientTaskId; id < end; id++) {
        const slot = client.tasks.get(id);
        if (slot === -1) {
          if (client.refused.size > 0) client.refused.delete(id);
          continue;
        }
        s.tasks.clear(slot, Flag.provisional);
        removeWish(s, slot, client, id);
      }
    }
    this.#end();
  }

  cancel(clientId: ClientId, ids: readonly ClientTaskId[], scope: CancelScope, reason: string, now: number): void {
    const s = this.#begin(Stimulus.cancel, now);
    const client = this.#client(clientId);
    const slots = scope === 'numbers' ? cancelNumbers(s, client, ids, reason) : selectSlots(s, clientId, { ids });
    cancelTasks(s, slots, scope === 'everybody' ? null : client, CANCELLED, reason);
    this.#end();
  }

  retry(clientId: ClientId, ids: readonly ClientTaskId[], now: number): void {
    const s = this.#begin(Stimulus.retry, now);
    this.#client(clientId);
    for (const slot of selectSlots(s, clientId, { ids })) retryTask(s, slot);
    this.#end();
  }

  releaseFunction(clientId: ClientId, ids: readonly FunctionId[], now: number): void {
    const s = this.#begin(Stimulus.functions, now);
    const { functions } = this.#client(clientId);
    for (const id of ids) {
      const record = functions.get(id);
      if (record === undefined) continue;
      functions.delete(id);
      s.functions.drop(record.index);
    }
  }

  adopt(clientId: ClientId, keys: readonly string[], firstId: ClientTaskId, now: number): boolean[] {
    const s = this.#begin(Stimulus.adopt, now);
    const client = this.#client(clientId);
    const found = keys.map((key, i) => {
      const slot = s.keys.find(key);
      if (slot === -1) return false;
      const id = (firstId + i) as ClientTaskId;
      if (client.tasks.get(id) !== -1) throw new ProtocolError(`Client ${clientId} adopts under the id ${id}, in use`);
      // Not a new submission: whoever asks for a task that erred gets its error, as long as it is held.
      if (!s.tasks.isHeld(slot)) retryTask(s, slot);
      join(s, slot, client, id, true);
      return true;
    });
    this.#end();
    return found;
  }

  holdInResult(
    clientId: ClientId,
    attempt: AttemptId,
    ids: readonly ClientTaskId[],
    now: number,
  ): 'held' | HoldRefusal {
    const s = this.#begin(Stimulus.holdInResult, now);
    const found = tasksForResult(s, this.#client(clientId), attempt, ids);
    if (typeof found === 'string') return found;
    s.tasks.coldOf(s.attempts.get(attempt)).attemptHolds = found.keeper;
    this.#keep(found.keeper, found.slots);
    this.#end();
    return 'held';
  }

  fireAndForget(clientId: ClientId, ids: readonly ClientTaskId[], now: number): void {
    const s = this.#begin(Stimulus.fireAndForget, now);
    for (const slot of selectSlots(s, clientId, { ids })) {
      const state = s.tasks.state[slot];
      if (state === State.memory || state === State.erred) continue;
      s.tasks.set(slot, Flag.untilEnded);
      s.tasks.clear(slot, Flag.provisional);
      wakeIfNeeded(s, slot);
    }
    this.#end();
  }

  scatter(clientId: ClientId, items: readonly ScatterItem[], options: ScatterPlaces, now: number): Scattered[] {
    return this.#scatter(scatterItem, clientId, items, options, now);
  }

  placeScattered(clientId: ClientId, items: readonly ScatterItem[], options: ScatterPlaces, now: number): Scattered[] {
    return this.#scatter(placeScattered, clientId, items, options, now);
  }

  #scatter(
    each: typeof scatterItem,
    clientId: ClientId,
    items: readonly ScatterItem[],
    options: ScatterPlaces,
    now: number,
  ): Scattered[] {
    const s = this.#begin(Stimulus.scatter, now);
    const client = this.#client(clientId);
    const { broadcast, avoid } = options;
    const among = selectWorkers(s, options.workers);
    const reachable = avoid === undefined ? among : among.filter(({ address }) => !avoid.includes(address));
    const copies = broadcast === true ? among.length : broadcast === undefined || broadcast === false ? 1 : broadcast;
    // What is in the message itself reaches every worker.
    const scattered = items.map((item) => each(s, client, item, item.inline === undefined ? reachable : among, copies));
    this.#end();
    return scattered;
  }

  locate(
    clientId: ClientId,
    ids: readonly ClientTaskId[],
    absent: readonly string[] | undefined,
    now: number,
  ): readonly Located[] {
    const s = this.#begin(Stimulus.locate, now);
    const client = this.#client(clientId);
    const liars = absent === undefined || absent.length === 0 ? [] : selectWorkers(s, absent);
    const located = ids.map((id) => {
      const slot = client.tasks.get(id);
      for (const worker of liars) {
        if (slot === -1 || s.tasks.state[slot] !== State.memory || !isHolder(s, slot, worker.id)) continue;
        // It is there, although nobody can fetch it.
        if (s.tasks.has(slot, Flag.pinned) && !isActor(s, slot)) continue;
        s.free(worker, slot);
        loseCopy(s, slot, worker);
      }
      return locateResult(s, slot);
    });
    this.#end();
    return located;
  }

  // Workers

  addWorker(hello: WorkerHello, now: number): WorkerId {
    const s = this.#begin(Stimulus.addWorker, now);
    const worker = new Worker(s.workers.nextId(), hello, s.tasks, s.config, now);
    s.workers.add(worker);
    welcomeWorker(s, worker);
    this.#end();
    return worker.id;
  }

  removeWorker(workerId: WorkerId, departure: WorkerDeparture, now: number): void {
    const s = this.#begin(Stimulus.removeWorker, now);
    const worker = s.workers.get(workerId);
    if (worker === undefined) return;
    bidFarewell(s, worker, departure);
    this.#end();
  }

  workerDone(
    workerId: WorkerId,
    taskId: TaskId,
    attempt: AttemptId,
    nbytes: number,
    type: string,
    _startMs: number,
    durationMs: number,
    _thread: number,
    inline: Opaque | null,
    now: number,
  ): string | undefined {
    const s = this.#begin(Stimulus.done, now);
    const worker = s.workers.get(workerId);
    if (worker === undefined) return undefined;
    const slot = this.#attempt(worker, taskId, attempt);
    const name = slot === -1 ? undefined : nameOf(s, slot);
    if (slot === -1) this.#refuseResult(worker, taskId);
    else {
      s.functions.learn(s.tasks.fn[slot]!, durationMs);
      s.tasks.nbytes[slot] = nbytes;
      s.tasks.type[slot] = s.types.of(type);
      complete(s, slot, worker, inline);
    }
    this.#end();
    return name;
  }

  workerPinned(
    workerId: WorkerId,
    taskId: TaskId,
    attempt: AttemptId,
    type: string,
    why: string,
    _startMs: number,
    durationMs: number,
    thread: number,
    now: number,
  ): string | undefined {
    const s = this.#begin(Stimulus.pinned, now);
    const worker = s.workers.get(workerId);
    if (worker === undefined) return undefined;
    const slot = this.#attempt(worker, taskId, attempt);
    const name = slot === -1 ? undefined : nameOf(s, slot);
    if (slot === -1) this.#refuseResult(worker, taskId);
    else {
      s.functions.learn(s.tasks.fn[slot]!, durationMs);
      s.tasks.nbytes[slot] = 0;
      s.tasks.type[slot] = s.types.of(type);
      s.tasks.set(slot, Flag.pinned);
      const cold = s.tasks.coldOf(slot);
      cold.thread = thread;
      cold.whyPinned = why;
      complete(s, slot, worker, null);
    }
    this.#end();
    return name;
  }

  workerErred(
    workerId: WorkerId,
    taskId: TaskId,
    attempt: AttemptId,
    _startMs: number,
    durationMs: number,
    _thread: number,
    error: ErrorReport,
    now: number,
  ): string | undefined {
    const s = this.#begin(Stimulus.erred, now);
    const worker = s.workers.get(workerId);
    const slot = worker === undefined ? -1 : this.#attempt(worker, taskId, attempt);
    if (slot === -1) return undefined;
    const name = nameOf(s, slot);
    s.functions.learn(s.tasks.fn[slot]!, durationMs);
    failOrRetry(s, slot, worker!, error);
    this.#end();
    return name;
  }

  workerStopped(
    workerId: WorkerId,
    taskId: TaskId,
    attempt: AttemptId,
    ran: boolean,
    reason: string,
    now: number,
  ): void {
    const s = this.#begin(Stimulus.stopped, now);
    const worker = s.workers.get(workerId);
    const slot = worker === undefined ? -1 : this.#attempt(worker, taskId, attempt);
    if (slot === -1) return;
    if (ran && reason === THREAD_ENDED) loseThread(s, slot, worker!);
    else {
      withdraw(s, slot);
      wakeIfNeeded(s, slot);
    }
    this.#end();
  }

  workerStarted(workerId: WorkerId, attempts: readonly AttemptId[], now: number): void {
    const s = this.#begin(Stimulus.started, now);
    for (const attempt of attempts) {
      const slot = s.attempts.get(attempt);
      if (slot === -1 || s.tasks.place[slot] !== workerId) continue;
      s.tasks.set(slot, Flag.started);
      s.tasks.clear(slot, Flag.recalled);
    }
    const worker = s.workers.get(workerId);
    if (worker !== undefined) worker.progressMs = now;
  }

  workerSuspended(workerId: WorkerId, taskId: TaskId, attempt: AttemptId, now: number): void {
    const s = this.#begin(Stimulus.suspended, now);
    const worker = s.workers.get(workerId);
    const slot = worker === undefined ? -1 : this.#attempt(worker, taskId, attempt);
    if (slot === -1 || s.tasks.has(slot, Flag.suspended)) return;
    if (s.tasks.has(slot, Flag.pipelined)) joinWindow(s, slot, worker!);
    s.tasks.set(slot, Flag.suspended);
    worker!.suspended++;
    worker!.load = worker!.active === 0 ? 0 : worker!.load - s.tasks.charge[slot]!;
    suspendSuspect(s, slot);
    s.workers.update(worker!);
    s.workers.markDirty(worker!);
    this.#end();
  }

  workerResumed(workerId: WorkerId, taskId: TaskId, attempt: AttemptId, now: number): void {
    const s = this.#begin(Stimulus.resumed, now);
    const worker = s.workers.get(workerId);
    const slot = worker === undefined ? -1 : this.#attempt(worker, taskId, attempt);
    if (slot === -1 || !s.tasks.has(slot, Flag.suspended)) return;
    s.tasks.clear(slot, Flag.suspended);
    worker!.suspended--;
    worker!.load += s.tasks.charge[slot]!;
    s.workers.update(worker!);
    this.#end();
  }

  workerGained(workerId: WorkerId, taskIds: readonly TaskId[], now: number): void {
    const s = this.#begin(Stimulus.gained, now);
    const worker = s.workers.get(workerId);
    if (worker === undefined) return;
    for (const taskId of taskIds) gainCopy(s, taskId, worker);
    this.#end();
  }

  workerLost(workerId: WorkerId, taskIds: readonly TaskId[], now: number): void {
    const s = this.#begin(Stimulus.lost, now);
    const worker = s.workers.get(workerId);
    if (worker === undefined) return;
    for (const taskId of taskIds) {
      const slot = s.tasks.find(taskId);
      if (slot !== -1) loseCopy(s, slot, worker);
    }
    this.#end();
  }

  workerMissing(workerId: WorkerId, taskId: TaskId, holder: WorkerId, now: number): void {
    const s = this.#begin(Stimulus.missing, now);
    const worker = s.workers.get(workerId);
    if (worker === undefined) return;
    answerMissing(s, worker, taskId, holder);
    this.#end();
  }

  workerStored(workerId: WorkerId, taskId: TaskId, nbytes: number, type: string, now: number): void {
    const s = this.#begin(Stimulus.stored, now);
    const worker = s.workers.get(workerId);
    if (worker === undefined) return;
    receiveUpload(s, taskId, worker, nbytes, type);
    this.#end();
  }

  workerHeartbeat(workerId: WorkerId, figures: WorkerHeartbeat, now: number): void {
    const worker = this.state.workers.get(workerId);
    if (worker === undefined) return;
    worker.figures = figures;
    worker.lastSeenMs = now;
    if (figures.bandwidth > 0) worker.bandwidth = figures.bandwidth;
  }

  pauseWorker(workerId: WorkerId, paused: boolean, now: number): void {
    const s = this.#begin(Stimulus.pause, now);
    const worker = s.workers.get(workerId);
    if (worker === undefined || worker.paused === paused) return;
    worker.paused = paused;
    s.output.pause(workerId, paused);
    s.workers.update(worker);
    if (paused) replaceQueue(s, worker);
    else s.workers.markDirty(worker);
    this.#end();
  }

  // Server and operator

  flushAssignments(now: number): void {
    const s = this.#begin(Stimulus.flush, now);
    this.#sendFrees();
    tendQuarantine(s);
    fillWindows(s);
    recallStranded(s);
    if (s.moves.size > 0) pruneMoves(s);
    if (s.retiring.size > 0) tendRetirements(s);
    this.#end();
    if (s.tasks.size === 0) s.shrink();
  }

  wake(now: number): void {
    const s = this.#begin(Stimulus.wake, now);
    s.alarms.clear();
    failUnplaceable(s);
    recallStranded(s);
    this.#end();
  }

  holdFor(holder: string, client: ClientId | null, selection: TaskSelection, now: number): readonly string[] {
    const s = this.#begin(Stimulus.holdFor, now);
    const slots = selectSlots(s, client, selection);
    this.#keep(holder, slots);
    this.#end();
    return slots.map((slot) => s.keys.text(slot));
  }

  releaseFor(holder: string, selection: TaskSelection | undefined, now: number): void {
    const s = this.#begin(Stimulus.releaseFor, now);
    const slots = selection === undefined ? [...(s.keepers.get(holder) ?? [])] : selectSlots(s, null, selection);
    for (const slot of slots) removeKeeper(s, slot, holder);
    this.#end();
  }

  replicate(
    client: ClientId,
    selection: TaskSelection,
    options: { readonly n?: number; readonly workers?: readonly string[]; readonly keep?: boolean },
    now: number,
  ): void {
    const s = this.#begin(Stimulus.replicate, now);
    const { n, workers, keep = false } = options;
    const among = selectWorkers(s, workers);
    for (const slot of selectSlots(s, client, selection)) replicateTo(s, slot, n ?? among.length, among, !keep);
    this.#end();
  }

  rebalance(
    client: ClientId,
    selection: TaskSelection,
    options: { readonly workers?: readonly string[] },
    now: number,
  ): void {
    const s = this.#begin(Stimulus.rebalance, now);
    rebalanceAmong(s, selectSlots(s, client, selection), selectWorkers(s, options.workers));
    this.#end();
  }

  retireWorkers(options: { readonly workers?: readonly string[]; readonly n?: number }, now: number): string[] {
    const s = this.#begin(Stimulus.retire, now);
    const workers = options.workers === undefined ? cheapest(s, options.n ?? 0) : selectWorkers(s, options.workers);
    for (const worker of workers) beginRetirement(s, worker);
    this.#end();
    return workers.map((worker) => worker.address);
  }

  keepWorkers(workers: readonly WorkerId[], now: number): void {
    const s = this.#begin(Stimulus.retire, now);
    for (const id of workers) {
      const worker = s.workers.get(id);
      if (worker !== undefined) endRetirement(s, worker);
    }
    this.#end();
  }

  restart(reason: string, now: number): void {
    const s = this.#begin(Stimulus.restart, now);
    const slots: number[] = [];
    for (let slot = 0; slot < s.tasks.used; slot++) if (s.tasks.state[slot] !== State.forgotten) slots.push(slot);
    cancelTasks(s, slots, null, CANCELLED, reason);
    this.#end();
  }

  #keep(keeper: string, slots: readonly number[]): void {
    const s = this.state;
    for (const slot of slots) {
      if (!addKeeper(s, slot, keeper)) continue;
      s.tasks.clear(slot, Flag.provisional);
      wakeIfNeeded(s, slot);
    }
  }

  #begin(stimulus: number, now: number): CoreState {
    this.state.begin(stimulus, now);
    return this.state;
  }

  /** What every stimulus ends with. */
  #end(): void {
    const s = this.state;
    // What is dropped may have been the last to bring data, and what is cancelled may be the last that needed something.
    while (s.lostData.length > 0 || s.slack.length > 0) {
      if (s.lostData.length > 0) cancelLost(s);
      settle(s);
    }
    if (s.validates) validateCore(s);
  }

  #client(id: ClientId): Client {
    const client = this.state.clients.get(id);
    if (client === undefined) throw new ProtocolError(`There is no client ${id}`);
    return client;
  }

  /** The slot of a task if this is its current attempt on this worker; -1 for what is late or foreign. */
  #attempt(worker: Worker, taskId: TaskId, attempt: AttemptId): number {
    const { tasks } = this.state;
    const slot = tasks.find(taskId);
    if (slot === -1 || tasks.state[slot] !== State.processing) return -1;
    return tasks.attempt[slot] === attempt && tasks.place[slot] === worker.id ? slot : -1;
  }

  /** A result of an attempt that isn't current: the worker may drop it, unless it is known to hold it anyway. */
  #refuseResult(worker: Worker, taskId: TaskId): void {
    const s = this.state;
    const slot = s.tasks.find(taskId);
    if (slot !== -1) {
      const isThere = s.tasks.state[slot] === State.memory && s.tasks.holder[slot] === worker.id;
      const isComing = s.tasks.state[slot] === State.processing && s.tasks.place[slot] === worker.id;
      if (isThere || isComing || s.tasks.has(slot, Flag.copied)) return;
    }
    s.freeId(worker, taskId);
  }

  #sendFrees(): void {
    const s = this.state;
    for (const worker of s.freeing) {
      const taskIds = worker.pendingFree;
      const nbytes = worker.pendingFreeBytes;
      worker.pendingFree = [];
      worker.pendingFreeBytes = 0;
      if (taskIds.length > 0 && s.workers.get(worker.id) === worker) s.output.free(worker.id, taskIds, nbytes);
    }
    s.freeing.length = 0;
  }
}
