/** What goes wrong with workers: they leave, attempts end without a result, results are not where they should be. */
import type { ErrorReport, TaskId, WorkerId } from '@covey/protocol/internal';
import { peersWith } from './assignment.js';
import type { CoreState } from './core-state.js';
import { actorGone, killedWorker, noWorker, threadsEnded } from './error-reports.js';
import { isActor, isHolder, removeHolder } from './holders.js';
import { noteUnplaceable, offerClass } from './placement.js';
import { describeRestrictions } from './queries.js';
import { dropMove, dropMovesOf } from './replicas.js';
import { loseUpload } from './scatter.js';
import { noteWorker } from './restrictions.js';
import { leaveToReaders } from './result-holds.js';
import { State } from './states.js';
import { stopAttempt } from './stop.js';
import type { WorkerDeparture } from './surface.js';
import { Flag } from './task-table.js';
import { becomeReady, becomeUnready, fail, noteProgress, wake, withdraw } from './transitions.js';
import { tellErred, tellPending } from './wishes.js';
import type { Worker } from './workers.js';

/** Of an attempt's estimated time: above what workers take for not worth a report. */
const TINY_MS = 1;

/** A worker came: restriction classes that it meets may have work for it. */
export function welcomeWorker(s: CoreState, worker: Worker): void {
  for (const restrictions of s.classes.all()) {
    const wasEmpty = restrictions.eligible.size === 0;
    noteWorker(restrictions, worker);
    if (restrictions.queue.live === 0 || !restrictions.eligible.has(worker.id)) continue;
    if (wasEmpty) {
      // no-worker → queued: they stay in the class's queue.
      restrictions.queue.forEach((slot) => {
        s.unplaceable.delete(slot);
        s.move(slot, State.queued);
      });
    }
    offerClass(s, restrictions);
  }
}

/**
 * A worker is gone. Its attempts start over elsewhere (those that may have killed it as suspects), results that only it
 * had are computed again if they are needed.
 */
export function bidFarewell(s: CoreState, worker: Worker, departure: WorkerDeparture): void {
  const { tasks } = s;
  worker.retiring = true;
  s.workers.update(worker);
  s.retiring.delete(worker);
  s.leading.delete(worker);
  if (s.quarantine?.worker === worker && s.quarantine.slot === -1) s.quarantine = null;
  for (const restrictions of s.classes.all()) {
    restrictions.preferred.delete(worker.id);
    if (!restrictions.eligible.delete(worker.id) || restrictions.eligible.size > 0) continue;
    // queued → no-worker: they stay in the class's queue.
    restrictions.queue.forEach((slot) => {
      s.move(slot, State.noWorker);
      noteUnplaceable(s, slot);
    });
    s.activeClasses.delete(restrictions);
  }
  dropMovesOf(s, worker);

  const attempts: number[] = [];
  const lost: number[] = [];
  const homeless: number[] = [];
  for (let slot = 0; slot < tasks.used; slot++) {
    const state = tasks.state[slot];
    if (state === State.memory) {
      if (isHolder(s, slot, worker.id) && removeHolder(s, slot, worker) === 0) lost.push(slot);
    } else if (state === State.processing) {
      if (tasks.place[slot] === worker.id) attempts.push(slot);
    } else if (state === State.queued) {
      if (tasks.place[slot] === worker.id) homeless.push(slot);
    } else if (state === State.waiting && tasks.has(slot, Flag.scattered)) {
      loseUploadTo(s, slot, worker.id);
    }
  }
  for (const slot of homeless) becomeUnready(s, slot);
  const again = lost.filter((slot) => loseResult(s, slot));
  for (const slot of homeless) if (tasks.waiting[slot] === 0) becomeReady(s, slot);
  const isReported = attempts.some((slot) => tasks.has(slot, Flag.started));
  for (const slot of attempts) {
    const mayHaveStarted = tasks.has(slot, Flag.started) || (!isReported && isTiny(s, slot));
    loseAttempt(s, slot, worker, departure, mayHaveStarted);
  }
  s.workers.remove(worker);
  for (const slot of again) leaveToReaders(s, slot);
  for (const slot of again) wakeIfNeeded(s, slot);
  for (const slot of attempts) wakeIfNeeded(s, slot);

  for (const peer of s.workers.all()) {
    if (peer.peers.delete(worker.id)) s.output.peerGone(peer.id, worker.id);
  }
}

/**
 * Workers report the start of a task that they know to be tiny only when it lasts. So when one dies for which no started task
 * can be blamed, the tiny ones that were sent to it may be why.
 */
function isTiny(s: CoreState, slot: number): boolean {
  return s.tasks.charge[slot]! < TINY_MS;
}

/** An attempt died with its worker. Those that had started may be why, unless the worker said goodbye. */
function loseAttempt(
  s: CoreState,
  slot: number,
  worker: Worker,
  departure: WorkerDeparture,
  mayHaveStarted: boolean,
): void {
  const { tasks } = s;
  if (!departure.graceful && mayHaveStarted) {
    const cold = tasks.coldOf(slot);
    cold.suspicion = (cold.suspicion ?? 0) + 1;
    // Over memory again, and alone this time: more attempts would only end more workers.
    const isProven = tasks.has(slot, Flag.suspect) && departure.death?.overMemory === true;
    if (cold.suspicion > (isProven ? Math.min(1, s.config.allowedFailures) : s.config.allowedFailures)) {
      fail(s, slot, killedWorker(s.keys.text(slot), worker, cold.suspicion, departure.death));
      return;
    }
  }
  withdraw(s, slot);
}

/**
 * memory → released (an actor: erred): the last copy is gone. Dependents that were ready, or waited for others, miss it now. Answers whether
 * it is needed, and so to be woken.
 */
function loseResult(s: CoreState, slot: number): boolean {
  const { tasks, edges } = s;
  s.cache.drop(slot);
  tasks.clear(slot, Flag.pinned);
  s.move(slot, isActor(s, slot) ? State.erred : State.released);
  for (let edge = tasks.firstDependent[slot]!; edge !== -1; edge = edges.next[edge]!) {
    const dependent = edges.from[edge]!;
    const state = tasks.state[dependent];
    if (state === State.queued || state === State.noWorker) becomeUnready(s, dependent);
    if (tasks.state[dependent] === State.waiting) tasks.waiting[dependent]!++;
  }
  if (isActor(s, slot)) {
    loseActor(s, slot);
    return false;
  }
  if (!tasks.isNeeded(slot)) {
    s.slack.push(slot);
    return false;
  }
  if (!tasks.has(slot, Flag.scattered)) tellPending(s, slot);
  return true;
}

/** An actor that has become erred: its state is gone with its thread, and another object made like it would not be it. */
function loseActor(s: CoreState, slot: number): void {
  const { tasks, edges } = s;
  const error = actorGone(s.keys.text(slot));
  tasks.coldOf(slot).error = error;
  tellErred(s, slot, error);
  s.slack.push(slot);
  for (let edge = tasks.firstDependent[slot]!; edge !== -1; edge = edges.next[edge]!) {
    const dependent = edges.from[edge]!;
    if (tasks.state[dependent] === State.waiting) fail(s, dependent, error);
  }
}

/** released → waiting, if somebody needs it. */
export function wakeIfNeeded(s: CoreState, slot: number): void {
  if (s.tasks.state[slot] === State.released && s.tasks.isNeeded(slot)) wake(s, slot);
  else s.slack.push(slot);
}

/** One copy of a result is gone, whoever noticed. */
export function loseCopy(s: CoreState, slot: number, worker: Worker): void {
  if (s.tasks.state[slot] !== State.memory || !isHolder(s, slot, worker.id)) return;
  if (removeHolder(s, slot, worker) > 0 || !loseResult(s, slot)) return;
  leaveToReaders(s, slot);
  wakeIfNeeded(s, slot);
}

/** A worker to which data was being uploaded is gone; when it was the last, so is the data. */
function loseUploadTo(s: CoreState, slot: number, worker: WorkerId): void {
  const cold = s.tasks.coldIfAny(slot);
  if (cold?.uploads === undefined) return; // Not given to any worker yet.
  cold.uploads = cold.uploads.filter((id) => id !== worker);
  if (cold.uploads.length === 0) loseUpload(s, slot);
}

/** A worker did not find a result where it was told to look. It is told who else has it, or that nobody has. */
export function answerMissing(s: CoreState, worker: Worker, taskId: TaskId, holderId: WorkerId): void {
  const { tasks, edges, workers } = s;
  const slot = tasks.find(taskId);
  if (slot === -1) {
    s.output.holders(worker.id, taskId, 0, []);
    return;
  }
  dropMove(s, slot, worker);
  const holder = workers.get(holderId);
  if (holder !== undefined && tasks.state[slot] === State.memory && isHolder(s, slot, holder.id)) {
    s.free(holder, slot);
    loseCopy(s, slot, holder);
  }
  // It asks, so it has none itself.
  if (tasks.state[slot] === State.memory) loseCopy(s, slot, worker);
  if (tasks.state[slot] === State.memory) {
    s.output.holders(worker.id, taskId, tasks.nbytes[slot]!, peersWith(s, slot, worker));
    return;
  }
  s.output.holders(worker.id, taskId, tasks.nbytes[slot]!, []);
  // What waits there for it has to make room, also for its recomputation; it comes again when there is a result.
  for (let edge = tasks.firstDependent[slot]!; edge !== -1; edge = edges.next[edge]!) {
    const dependent = edges.from[edge]!;
    if (tasks.state[dependent] !== State.processing || tasks.place[dependent] !== worker.id) continue;
    if (!tasks.has(dependent, Flag.started))
      stopAttempt(s, dependent, 'a result that it needs is being computed again');
  }
}

/**
 * processing → released, and on if it is needed: its thread had to end because of another task, for which it isn't to blame. But one that
 * waits in its thread for a task of its own that never stops would begin again for ever: after as many times as a worker may die under it, it errs.
 */
export function loseThread(s: CoreState, slot: number, worker: Worker): void {
  const cold = s.tasks.coldOf(slot);
  cold.threadsLost = (cold.threadsLost ?? 0) + 1;
  if (cold.threadsLost > s.config.allowedFailures && !s.tasks.has(slot, Flag.stopping)) {
    fail(s, slot, threadsEnded(s.keys.text(slot), worker, cold.threadsLost));
    return;
  }
  withdraw(s, slot);
  wakeIfNeeded(s, slot);
}

/** processing → erred, or once more: the task's own code failed. */
export function failOrRetry(s: CoreState, slot: number, worker: Worker, error: ErrorReport): void {
  const { tasks } = s;
  noteProgress(s, worker);
  const { retries } = s.options.at(tasks.options[slot]!);
  const used = tasks.coldIfAny(slot)?.retriesUsed ?? 0;
  // What was told to stop fails because of that; if it is needed after all, it starts over.
  if (tasks.has(slot, Flag.stopping)) {
    withdraw(s, slot);
    wakeIfNeeded(s, slot);
  } else if (used < retries) {
    tasks.coldOf(slot).retriesUsed = used + 1;
    withdraw(s, slot);
    wakeIfNeeded(s, slot);
  } else fail(s, slot, { ...error, key: s.keys.text(slot), worker: error.worker ?? worker.address });
}

/** no-worker → erred: tasks for which there was no worker for too long, if that was asked for. */
export function failUnplaceable(s: CoreState): void {
  const timeoutMs = s.config.noWorkerTimeoutMs;
  let next = Infinity;
  for (const slot of [...s.unplaceable]) {
    if (s.tasks.state[slot] !== State.noWorker) continue;
    const due = s.tasks.coldIfAny(slot)!.noWorkerSince! + timeoutMs;
    if (due > s.now) {
      next = Math.min(next, due);
      continue;
    }
    const { restrictions } = s.options.at(s.tasks.options[slot]!);
    fail(s, slot, noWorker(s.keys.text(slot), timeoutMs, describeRestrictions(restrictions!)));
  }
  if (next < Infinity) s.wakeAt('no-worker', next);
}
