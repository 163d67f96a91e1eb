/**
 * What the worker's core tells its shell to do. One method an instruction, called while a stimulus is handled; nothing is allocated for them.
 *
 * The shell may collect what goes to the scheduler and to threads, and send it when the turn ends: first to the scheduler, then to the threads, since
 * the scheduler must know what may be running before it runs.
 */
import type { AttemptId, ErrorReport, TaskId, WorkerId } from '@covey/protocol/internal';
import type { ThreadId } from './compute-thread.js';
import type { WorkerTask } from './task.js';

/** Names one batch of results on its way from a peer. */
export type FetchId = number;

/** `Value` is a result as the shell holds it; the core only passes it on. */
export interface WorkerOutput<Value> {
  // Peers
  /** Answered by `handleFetched` or `handleFetchAbsent` for each, then `handleFetchEnded`. */
  startFetch(fetch: FetchId, peer: WorkerId, taskIds: readonly TaskId[], nbytes: number): void;
  /** The peer is gone: close connections to it; its fetches end. */
  dropPeer(peer: WorkerId): void;

  // Threads
  handToThread(thread: ThreadId, task: WorkerTask): void;
  /** Takes back what the thread has not claimed: the sequence number of the first of these, or `next`. See `ThreadControl.recall`. */
  recall(thread: ThreadId, next: number): number;
  cancelInThread(thread: ThreadId, attempt: AttemptId, reason: string): void;
  /** Answered by `handleThreadReady`, or `handleThreadEnded`. */
  startThread(thread: ThreadId): void;
  /** Answered by `handleThreadEnded`. */
  endThread(thread: ThreadId): void;
  dropInThread(thread: ThreadId, taskIds: readonly TaskId[]): void;
  /** No thread can be started any more: the worker is of no use. */
  giveUp(reason: string): void;

  // The store
  /** Whether the result of this task is there: kept, and not dropped since. */
  has(taskId: TaskId): boolean;
  /** Keep it as the result of this task, in place of an earlier one if there is one. */
  keep(taskId: TaskId, value: Value): void;
  /** It is not wanted (any more). */
  discard(value: Value): void;
  /** Without effect when it is not there. */
  drop(taskId: TaskId): void;

  // The scheduler: as in `WorkerNewsHandler`
  done(
    taskId: TaskId,
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    slot: number,
    value: Value,
  ): void;
  pinned(
    taskId: TaskId,
    attempt: AttemptId,
    type: string,
    why: string,
    startMs: number,
    durationMs: number,
    slot: number,
  ): void;
  erred(
    taskId: TaskId,
    attempt: AttemptId,
    startMs: number,
    durationMs: number,
    slot: number,
    error: ErrorReport,
  ): void;
  stopped(taskId: TaskId, attempt: AttemptId, ran: boolean, reason: string): void;
  started(attempts: readonly AttemptId[]): void;
  suspended(taskId: TaskId, attempt: AttemptId): void;
  resumed(taskId: TaskId, attempt: AttemptId): void;
  gained(taskIds: readonly TaskId[]): void;
  lost(taskIds: readonly TaskId[]): void;
  missing(taskId: TaskId, holder: WorkerId): void;
  stored(taskId: TaskId, nbytes: number, type: string): void;

  /** Call `handleWake` at this time (of the clock that gives `now`), or earlier. Only the earliest need be remembered. */
  wakeAt(timeMs: number): void;
}
