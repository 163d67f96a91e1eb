/**
 * The worker's state machine: stimuli come in as method calls with the time, instructions go out through a `WorkerOutput`. It knows no socket, timer or thread, and
 * nothing of what is in a value.
 *
 * An attempt is waiting → ready → executing (⇄ suspended) → gone; what it needs is in the `DataBook`, where it may run in the `ThreadBook`. Stimuli only change state;
 * `endTurn` then hands tasks to threads and starts fetches, so that a batch of messages makes one batch of each.
 *
 * This class is the door: it says what each stimulus means, and leaves the rest to the module whose idea it is. Any message may come late, twice, or for something that is
 * gone: it is then without effect.
 */
import type { AttemptId, ComputeTask, ErrorReport, FunctionId, TaskId, WorkerId } from '@covey/protocol/internal';
import { RECALLED } from '@covey/protocol/internal';
import type { ThreadId } from './compute-thread.js';
import { CoreState } from './core-state.js';
import type { WorkerCoreOptions } from './core-state.js';
import { fallDue } from './due.js';
import type { FetchId, WorkerOutput } from './output.js';
import type { ThreadEnd } from './reports.js';
import { giveBack, stop, wasStopped } from './stop.js';
import type { Story } from './story.js';
import { slotOf, WorkerTask } from './task.js';
import { abandon, endActorThreadIfIdle, startThread } from './thread-life.js';
import { becomeReady, settle } from './transitions.js';
import { endTurn } from './turn.js';
import { validateCore } from './validate.js';

export type { WorkerCoreOptions };

/** Tasks by state. */
export interface CoreFigures {
  readonly waiting: number;
  readonly ready: number;
  readonly executing: number;
  readonly suspended: number;
}

export class WorkerCore<Value> {
  readonly #state: CoreState<Value>;

  constructor(output: WorkerOutput<Value>, options: WorkerCoreOptions) {
    this.#state = new CoreState(output, options);
  }

  // --- what may be asked at any time

  get figures(): CoreFigures {
    return { ...this.#state.counts };
  }

  get isPaused(): boolean {
    return this.#state.isPaused;
  }

  /** The thread in which a value is pinned. */
  threadOf(taskId: TaskId): ThreadId | undefined {
    return this.#state.data.get(taskId)?.thread?.id;
  }

  /** The attempts in threads: which, of what key, in which thread. */
  running(): {
    readonly taskId: TaskId;
    readonly attempt: AttemptId;
    readonly key: string;
    readonly thread: ThreadId;
  }[] {
    return [...this.#state.threads].flatMap((thread) =>
      [...thread.queue.slice(0, 1), ...thread.suspended].map(({ compute }) => ({
        taskId: compute.taskId,
        attempt: compute.attempt,
        key: compute.key,
        thread: thread.id,
      })),
    );
  }

  /** Functions of tasks that have not ended. Looks at all of them: for rare questions. */
  functionsInUse(): Set<FunctionId> {
    return new Set([...this.#state.tasks.values()].map(({ compute }) => compute.functionId));
  }

  story(taskIds: readonly TaskId[]): ReturnType<Story['of']> {
    return this.#state.story.of(taskIds);
  }

  // --- stimuli

  /** Once, at first: asks for the threads. */
  start(): void {
    const s = this.#state;
    for (let slot = 0; slot < s.nthreads; slot++) startThread(s, slot, false);
  }

  handleCompute(compute: ComputeTask, now: number): void {
    const s = this.#state;
    if (s.tasks.has(compute.attempt)) return;
    const task = new WorkerTask(compute);
    s.tasks.set(compute.attempt, task);
    s.counts.waiting += 1;
    if (compute.dependencies !== null) s.data.require(task, now);
    if (task.waitingFor === 0) becomeReady(s, task, 'compute', now);
    else s.story.tell(now, compute.taskId, 'none', 'waiting', 'compute');
  }

  handleCancel(attempt: AttemptId, reason: string, now: number): void {
    const s = this.#state;
    const task = s.tasks.get(attempt);
    // Not known: it has ended, and the scheduler has been told how.
    if (task === undefined) return;
    if (reason === RECALLED) giveBack(s, task, now);
    else stop(s, task, { kind: 'cancelled', reason }, now);
  }

  handleFree(taskIds: readonly TaskId[], now: number): void {
    const s = this.#state;
    for (const taskId of taskIds) {
      const thread = s.data.get(taskId)?.thread;
      s.data.free(taskId, now);
      if (thread !== undefined) endActorThreadIfIdle(s, thread);
    }
  }

  handleHolders(taskId: TaskId, nbytes: number, workers: readonly WorkerId[], now: number): void {
    this.#state.data.holders(taskId, nbytes, workers, now);
  }

  handleAcquire(taskId: TaskId, nbytes: number, workers: readonly WorkerId[], now: number): void {
    this.#state.data.acquire(taskId, nbytes, workers, now);
  }

  /** Scattered data is in the store. */
  handleStored(taskId: TaskId, nbytes: number, type: string, now: number): void {
    const s = this.#state;
    s.data.hold(taskId, nbytes, now);
    s.output.stored(taskId, nbytes, type);
  }

  handlePeerGone(peer: WorkerId, now: number): void {
    const s = this.#state;
    s.output.dropPeer(peer);
    s.data.peerGone(peer, now);
  }

  handlePause(isPaused: boolean): void {
    this.#state.isPausedByScheduler = isPaused;
  }

  handleMemory(isShort: boolean): void {
    this.#state.isPausedForMemory = isShort;
  }

  /** Nothing more is started. */
  handleClose(): void {
    this.#state.isClosing = true;
  }

  handleFunctionReleased(functionId: FunctionId): void {
    this.#state.durations.forget(functionId);
  }

  handleFetched(fetch: FetchId, taskId: TaskId, nbytes: number, value: Value, now: number): void {
    this.#state.data.fetched(fetch, taskId, nbytes, value, now);
  }

  /** The peer does not have it. */
  handleFetchAbsent(fetch: FetchId, taskId: TaskId, now: number): void {
    this.#state.data.absent(fetch, taskId, now);
  }

  /** Nothing more comes of this fetch; what it did not bring failed. */
  handleFetchEnded(fetch: FetchId, now: number): void {
    this.#state.data.fetchEnded(fetch, now);
  }

  handleThreadReady(id: ThreadId): void {
    const s = this.#state;
    const thread = s.threads.get(id);
    if (thread?.state !== 'starting') return;
    s.failedStarts = 0;
    s.threads.open(thread);
  }

  handleDone(
    id: ThreadId,
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    value: Value,
    now: number,
  ): void {
    const s = this.#state;
    const task = settle(s, id, attempt, 'done', now);
    if (task === undefined || wasStopped(s, task, startMs, durationMs)) {
      s.output.discard(value);
      return;
    }
    const { taskId, functionId } = task.compute;
    s.durations.observe(functionId, durationMs);
    s.output.keep(taskId, value);
    s.data.hold(taskId, nbytes, now);
    s.output.done(taskId, attempt, nbytes, type, startMs, durationMs, slotOf(task), value);
  }

  handlePinned(
    id: ThreadId,
    attempt: AttemptId,
    type: string,
    why: string,
    startMs: number,
    durationMs: number,
    now: number,
  ): void {
    const s = this.#state;
    const thread = s.threads.get(id);
    const task = settle(s, id, attempt, 'pinned', now);
    if (thread === undefined || thread.state === 'ending') return;
    if (task === undefined || wasStopped(s, task, startMs, durationMs)) {
      if (task !== undefined) s.output.dropInThread(id, [task.compute.taskId]);
      endActorThreadIfIdle(s, thread);
      return;
    }
    const { taskId, functionId } = task.compute;
    s.durations.observe(functionId, durationMs);
    s.data.pin(taskId, thread, now);
    s.output.pinned(taskId, attempt, type, why, startMs, durationMs, thread.slot);
  }

  handleErred(
    id: ThreadId,
    attempt: AttemptId,
    startMs: number,
    durationMs: number,
    error: ErrorReport,
    now: number,
  ): void {
    const s = this.#state;
    const task = settle(s, id, attempt, 'erred', now);
    if (task === undefined) return;
    if (!wasStopped(s, task, startMs, durationMs)) {
      s.durations.observe(task.compute.functionId, durationMs);
      s.output.erred(task.compute.taskId, attempt, startMs, durationMs, slotOf(task), error);
    }
    if (task.thread !== undefined) endActorThreadIfIdle(s, task.thread);
  }

  /** It ended because its signal was aborted. */
  handleStopped(id: ThreadId, attempt: AttemptId, reason: string, now: number): void {
    const s = this.#state;
    const task = settle(s, id, attempt, 'stopped', now);
    if (task === undefined) return;
    if (!wasStopped(s, task, 0, 0)) s.output.stopped(task.compute.taskId, attempt, true, reason);
    if (task.thread !== undefined) endActorThreadIfIdle(s, task.thread);
  }

  handleSuspended(id: ThreadId, attempt: AttemptId, now: number): void {
    const s = this.#state;
    const task = s.tasks.get(attempt);
    if (task?.state !== 'executing' || task.thread?.id !== id) return;
    task.thread.take(task, now);
    task.thread.suspended.add(task);
    s.move(task, 'suspended', 'suspended', now);
    s.output.suspended(task.compute.taskId, attempt);
  }

  handleResumed(id: ThreadId, attempt: AttemptId, now: number): void {
    const s = this.#state;
    const task = s.tasks.get(attempt);
    if (task?.state !== 'suspended' || task.thread?.id !== id) return;
    task.thread.giveBack(task);
    s.move(task, 'executing', 'resumed', now);
    s.output.resumed(task.compute.taskId, attempt);
  }

  /** A thread is no more. `end` when it was not told to end. */
  handleThreadEnded(id: ThreadId, end: ThreadEnd | undefined, now: number): void {
    const s = this.#state;
    const thread = s.threads.get(id);
    if (thread === undefined) return;
    if (thread.state !== 'ending') {
      if (thread.state === 'starting') s.failedStarts += 1;
      abandon(s, thread, end, now);
    }
    s.threads.remove(thread);
  }

  /** A thread must go for what its running task does (its memory): that task is to blame. */
  handleThreadGuilty(id: ThreadId, end: ThreadEnd, now: number): void {
    const s = this.#state;
    const thread = s.threads.get(id);
    if (thread === undefined || thread.state === 'ending') return;
    abandon(s, thread, end, now);
    s.output.endThread(id);
  }

  handleWake(now: number): void {
    const s = this.#state;
    for (let due = s.nextDue(now); due !== undefined; due = s.nextDue(now)) fallDue(s, due, now);
  }

  /** After all stimuli of a turn: hands over what can run, fetches what is needed. */
  endTurn(now: number): void {
    endTurn(this.#state, now);
  }

  /** Checks every invariant. @throws Error that names the first one that does not hold. */
  validate(): void {
    const s = this.#state;
    validateCore({
      tasks: s.tasks,
      counts: s.counts,
      threads: s.threads,
      data: s.data,
      has: (taskId) => s.output.has(taskId),
    });
  }
}
