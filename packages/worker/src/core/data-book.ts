/**
 * The results that tasks need: which are here, which are on their way, who waits for them, and when they may go.
 *
 * A result stays while the scheduler has not freed it, or while a task that was not handed to a thread yet needs it. There is one path for everything that goes wrong
 * with a fetch: `missing` to the scheduler, whose `holders` start the next attempt.
 */
import type { AttemptId, ComputeTask, DependencyWhere, TaskId, WorkerId } from '@covey/protocol/internal';
import type { ComputeThread } from './compute-thread.js';
import { Datum } from './datum.js';
import { FetchPlanner } from './fetch-planner.js';
import type { FetchLimits } from './fetch-planner.js';
import type { FetchId, WorkerOutput } from './output.js';
import type { WorkerTask } from './task.js';

/** What the book asks of the core that owns it. */
export interface DataBookOwner {
  /** Whether an attempt was sent here and hasn't ended. */
  isUnderWay(attempt: AttemptId): boolean;
  /** The last input of a waiting task is here. */
  inputsAreHere(task: WorkerTask, now: number): void;
  /** Call `ask` at this time. */
  askLater(datum: Datum, holder: WorkerId, atMs: number): void;
  tell(taskId: TaskId, from: string, to: string, stimulus: string, now: number): void;
}

/** The scheduler's id for no worker. */
const NOBODY = 0 as WorkerId;
const FIRST_RETRY_MS = 25;
const LAST_RETRY_MS = 2000;

export class DataBook<Value> {
  readonly #output: WorkerOutput<Value>;
  readonly #owner: DataBookOwner;
  readonly #data = new Map<TaskId, Datum>();
  readonly #planner: FetchPlanner;
  #gained: TaskId[] = [];

  constructor(output: WorkerOutput<Value>, owner: DataBookOwner, limits?: FetchLimits) {
    this.#output = output;
    this.#owner = owner;
    this.#planner = new FetchPlanner(limits);
  }

  get(taskId: TaskId): Datum | undefined {
    return this.#data.get(taskId);
  }

  get size(): number {
    return this.#data.size;
  }

  [Symbol.iterator](): Iterator<Datum> {
    return this.#data.values();
  }

  get planner(): FetchPlanner {
    return this.#planner;
  }

  /** Registers a task's inputs and sets what it waits for. Its leaving (`release`) must follow. */
  require(task: WorkerTask, now: number): void {
    eachInput(task.compute, (taskId, nbytes, where) => {
      const datum = this.#find(taskId) ?? this.#add(taskId, where === 1 ? 0 : nbytes);
      datum.users += 1;
      if (datum.isHere) return;
      const isFirst = this.#wait(datum, task);
      if (datum.state !== 'missing') return;
      // It comes; or the scheduler, which hears how that attempt ended, takes this one back.
      if (where === 1 && this.#owner.isUnderWay(nbytes as AttemptId)) return;
      if (typeof where !== 'number' && where.length > 0) this.#want(datum, nbytes, where, now);
      // With other waiters, or when it was to be acquired, the question is under way.
      else if (isFirst && !datum.isKept) this.#output.missing(taskId, NOBODY);
    });
  }

  /** The task needs its inputs no more: it was handed to a thread, or it won't run. */
  release(task: WorkerTask, now: number): void {
    task.waitingFor = 0;
    eachInput(task.compute, (taskId) => {
      const datum = this.#data.get(taskId);
      if (datum === undefined) return;
      datum.users -= 1;
      if (datum.waiters?.delete(task) === true && datum.waiters.size === 0) datum.waiters = undefined;
      this.#forgetIfUseless(datum, 'release', now);
    });
  }

  /** The threads in which inputs of the task are pinned. */
  pinnedInputs(task: WorkerTask): Datum[] {
    const pinned: Datum[] = [];
    eachInput(task.compute, (taskId) => {
      const datum = this.#data.get(taskId);
      if (datum?.state === 'pinned') pinned.push(datum);
    });
    return pinned;
  }

  /** A result is in the store, computed or scattered, to be kept until `free`. */
  hold(taskId: TaskId, nbytes: number, now: number): void {
    const datum = this.#data.get(taskId);
    if (datum === undefined) return;
    if (datum.thread !== undefined) this.#unpin(datum);
    datum.nbytes = nbytes;
    datum.isKept = true;
    this.#arrive(datum, 'memory', now);
    this.#simplify(datum);
  }

  /** A result can't leave its thread. */
  pin(taskId: TaskId, thread: ComputeThread, now: number): void {
    const datum = this.#find(taskId) ?? this.#add(taskId, 0);
    if (datum.state === 'memory') this.#output.drop(taskId);
    if (datum.thread !== undefined && datum.thread !== thread) this.#unpin(datum);
    datum.thread = thread;
    datum.isKept = true;
    thread.pinned.add(taskId);
    this.#arrive(datum, 'pinned', now);
  }

  acquire(taskId: TaskId, nbytes: number, holders: readonly WorkerId[], now: number): void {
    const datum = this.#find(taskId) ?? this.#add(taskId, nbytes);
    const wasKept = datum.isKept;
    datum.isKept = true;
    if (datum.isHere) {
      if (!wasKept) this.#gained.push(taskId);
      this.#simplify(datum);
    } else if (datum.state === 'missing') this.#holdersOf(datum, nbytes, holders, now);
  }

  holders(taskId: TaskId, nbytes: number, holders: readonly WorkerId[], now: number): void {
    const datum = this.#data.get(taskId);
    // Without holders the tasks that wait will be cancelled; with any other state the question has answered itself.
    if (datum?.state === 'missing' && holders.length > 0) this.#want(datum, nbytes, holders, now);
  }

  free(taskId: TaskId, now: number): void {
    const datum = this.#data.get(taskId);
    if (datum === undefined) {
      this.#output.drop(taskId);
      return;
    }
    datum.isKept = false;
    this.#forgetIfUseless(datum, 'free', now);
  }

  fetched(fetch: FetchId, taskId: TaskId, nbytes: number, value: Value, now: number): void {
    const datum = this.#planner.settle(fetch, taskId)?.datum;
    if (datum === undefined || this.#data.get(taskId) !== datum || datum.isHere) {
      this.#output.discard(value);
      return;
    }
    datum.nbytes = nbytes;
    datum.isKept = true;
    this.#output.keep(taskId, value);
    this.#gained.push(taskId);
    this.#arrive(datum, 'memory', now);
    this.#simplify(datum);
  }

  absent(fetch: FetchId, taskId: TaskId, now: number): void {
    const settled = this.#planner.settle(fetch, taskId);
    if (settled !== undefined) this.#failed(settled.datum, settled.peer, 'absent', now);
  }

  fetchEnded(fetch: FetchId, now: number): void {
    const ended = this.#planner.end(fetch);
    if (ended === undefined) return;
    for (const datum of ended.unsettled) this.#failed(datum, ended.peer, 'fetch-failed', now);
  }

  peerGone(peer: WorkerId, now: number): void {
    for (const datum of this.#planner.peerGone(peer)) this.#failed(datum, peer, 'peer-gone', now);
  }

  /** Asks the scheduler now, if it is still a question. */
  ask(datum: Datum, holder: WorkerId): void {
    if (datum.state === 'missing' && this.#data.get(datum.taskId) === datum) this.#output.missing(datum.taskId, holder);
  }

  /** What was pinned in a thread that has ended is lost. */
  threadLost(thread: ComputeThread, now: number): void {
    const lost = [...thread.pinned];
    thread.pinned.clear();
    if (lost.length === 0) return;
    this.#output.lost(lost);
    for (const taskId of lost) {
      const datum = this.#data.get(taskId);
      if (datum === undefined) continue;
      datum.thread = undefined;
      datum.isKept = false;
      this.#owner.tell(taskId, datum.state, 'missing', 'thread-ended', now);
      datum.state = 'missing';
      this.#forgetIfUseless(datum, 'thread-ended', now);
    }
  }

  /** A task waits again for those of its inputs that are gone. */
  requireAgain(task: WorkerTask): void {
    eachInput(task.compute, (taskId) => {
      const datum = this.#data.get(taskId);
      if (datum === undefined || datum.isHere) return;
      if (this.#wait(datum, task) && datum.state === 'missing') this.#output.missing(taskId, NOBODY);
    });
  }

  /** For `validate`: adds this task's uses to `users`. */
  countUsers(task: WorkerTask, users: Map<TaskId, number>): void {
    eachInput(task.compute, (taskId) => users.set(taskId, (users.get(taskId) ?? 0) + 1));
  }

  /** At the end of a turn: start fetches, and tell what was gained. */
  flush(mayFetch: boolean): void {
    if (mayFetch)
      this.#planner.start((fetch, peer, taskIds, nbytes) => this.#output.startFetch(fetch, peer, taskIds, nbytes));
    if (this.#gained.length > 0) {
      const gained = this.#gained.filter((taskId) => this.#output.has(taskId));
      this.#gained = [];
      if (gained.length > 0) this.#output.gained(gained);
    }
  }

  #add(taskId: TaskId, nbytes: number): Datum {
    const datum = new Datum(taskId, nbytes);
    this.#data.set(taskId, datum);
    return datum;
  }

  /** What is known of a result; a record is made for one that is only in the store, as it is about to be used. */
  #find(taskId: TaskId): Datum | undefined {
    const datum = this.#data.get(taskId);
    if (datum !== undefined || !this.#output.has(taskId)) return datum;
    const stored = this.#add(taskId, 0);
    stored.state = 'memory';
    stored.isKept = true;
    return stored;
  }

  /** The record of a result that is only kept says nothing more than the store does. */
  #simplify(datum: Datum): void {
    if (datum.state === 'memory' && datum.isKept && datum.users === 0) this.#data.delete(datum.taskId);
  }

  /** Lets a task wait; true when it is the first one. */
  #wait(datum: Datum, task: WorkerTask): boolean {
    datum.waiters ??= new Set();
    if (datum.waiters.has(task)) return false;
    datum.waiters.add(task);
    task.waitingFor += 1;
    return datum.waiters.size === 1;
  }

  #holdersOf(datum: Datum, nbytes: number, holders: readonly WorkerId[], now: number): void {
    if (holders.length > 0) this.#want(datum, nbytes, holders, now);
    else this.#output.missing(datum.taskId, NOBODY);
  }

  #want(datum: Datum, nbytes: number, holders: readonly WorkerId[], now: number): void {
    datum.nbytes = nbytes;
    datum.holders = holders;
    this.#owner.tell(datum.taskId, datum.state, 'wanted', 'holders', now);
    this.#planner.want(datum);
  }

  #arrive(datum: Datum, state: 'memory' | 'pinned', now: number): void {
    datum.state = state;
    datum.failures = 0;
    datum.holders = [];
    const { waiters } = datum;
    datum.waiters = undefined;
    if (waiters === undefined) return;
    for (const task of waiters) {
      task.waitingFor -= 1;
      if (task.waitingFor === 0) this.#owner.inputsAreHere(task, now);
    }
  }

  #failed(datum: Datum, peer: WorkerId, stimulus: string, now: number): void {
    if (this.#data.get(datum.taskId) !== datum || datum.isHere) return;
    this.#owner.tell(datum.taskId, datum.state, 'missing', stimulus, now);
    datum.state = 'missing';
    datum.source = undefined;
    datum.failures += 1;
    if (datum.users === 0 && !datum.isKept) this.#forgetIfUseless(datum, stimulus, now);
    else if (datum.failures === 1) this.#output.missing(datum.taskId, peer);
    else this.#owner.askLater(datum, peer, now + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (datum.failures - 2)));
  }

  #forgetIfUseless(datum: Datum, stimulus: string, now: number): void {
    if (datum.users > 0 || datum.isKept) {
      this.#simplify(datum);
      return;
    }
    this.#data.delete(datum.taskId);
    if (datum.state === 'memory') this.#output.drop(datum.taskId);
    if (datum.thread !== undefined) this.#unpin(datum);
    this.#owner.tell(datum.taskId, datum.state, 'gone', stimulus, now);
    datum.state = 'missing';
  }

  #unpin(datum: Datum): void {
    const { thread } = datum;
    if (thread === undefined) return;
    datum.thread = undefined;
    if (thread.pinned.delete(datum.taskId) && thread.state !== 'ending')
      this.#output.dropInThread(thread.id, [datum.taskId]);
  }
}

/** Calls `visit` for each input that did not come inline. */
function eachInput(
  compute: ComputeTask,
  visit: (taskId: TaskId, nbytes: number, where: Exclude<DependencyWhere, Uint8Array>) => void,
): void {
  const { dependencies } = compute;
  if (dependencies === null) return;
  for (let i = 0; i < dependencies.length; i += 3) {
    const where = dependencies[i + 2];
    if (where instanceof Uint8Array || ArrayBuffer.isView(where)) continue;
    visit(dependencies[i] as TaskId, dependencies[i + 1] as number, where as 0 | 1 | readonly WorkerId[]);
  }
}
