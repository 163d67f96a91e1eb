/** What a worker tells the scheduler. The only file that knows the layout of this direction. */
import { ProtocolError } from '../errors.js';
import { FIRST_OP } from './ops.js';
import type { AttemptId, TaskId, WorkerId } from './ids.js';
import type { ErrorReport, Opaque } from './values.js';

const Op = {
  done: FIRST_OP,
  pinned: FIRST_OP + 1,
  erred: FIRST_OP + 2,
  stopped: FIRST_OP + 3,
  started: FIRST_OP + 4,
  suspended: FIRST_OP + 5,
  resumed: FIRST_OP + 6,
  gained: FIRST_OP + 7,
  lost: FIRST_OP + 8,
  missing: FIRST_OP + 9,
  stored: FIRST_OP + 10,
  heartbeat: FIRST_OP + 11,
  event: FIRST_OP + 12,
  threadEnded: FIRST_OP + 13,
} as const;

/** A worker's figures, every half second or so. Bytes unless the name says otherwise. */
export interface WorkerHeartbeat {
  /** Milliseconds since the Unix epoch, on the worker's clock. */
  readonly time: number;
  readonly memory: {
    /** Resident set of the process. */ readonly process: number;
    /** Results that the store holds. */ readonly held: number;
    /** Result buffers that user code still reads. */ readonly leased: number;
    readonly spilled: number;
  };
  /** 1.0 is one processor fully used. */
  readonly cpu: number;
  readonly executing: number;
  readonly ready: number;
  readonly waiting: number;
  readonly suspended: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Measured when fetching from peers, bytes a second; 0 when nothing was measured yet. */
  readonly bandwidth: number;
  /** The I/O thread's event-loop delay, milliseconds. */
  readonly loopDelayMs: number;
  /** Bytes fetched since the last heartbeat: pairs of the peer they came from and how many; absent when there were none. */
  readonly fetched?: readonly (readonly [peer: WorkerId, bytes: number])[];
}

/** The reason of a `stopped` when the attempt's thread had to end, because of another task in it. */
export const THREAD_ENDED = 'thread ended';

/** What the scheduler does with each message of a worker. Whatever names an attempt that is not the current one is ignored. */
export interface WorkerNewsHandler {
  /** `startMs` on the worker's clock since the Unix epoch; `inline` is the result itself when it is small. The worker keeps it in any case. */
  done(
    taskId: TaskId,
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    thread: number,
    inline: Opaque | null,
  ): void;
  /** Done, but its value can't leave the thread `thread`, for the reason `why`. Actors too (''). */
  pinned(
    taskId: TaskId,
    attempt: AttemptId,
    type: string,
    why: string,
    startMs: number,
    durationMs: number,
    thread: number,
  ): void;
  erred(
    taskId: TaskId,
    attempt: AttemptId,
    startMs: number,
    durationMs: number,
    thread: number,
    error: ErrorReport,
  ): void;
  /** It will not finish, and not by its own fault: cancelled before or while it ran, its thread was ended, its input has no holder. `ran` if it had started. */
  stopped(taskId: TaskId, attempt: AttemptId, ran: boolean, reason: string): void;
  /** These are handed to threads and may be running from now on: suspects if the worker dies. Sent before the hand-over. */
  started(attempts: readonly AttemptId[]): void;
  /** The task waits for a future of its own and has given its slot away. */
  suspended(taskId: TaskId, attempt: AttemptId): void;
  resumed(taskId: TaskId, attempt: AttemptId): void;
  /** Copies of results that the worker fetched and keeps. */
  gained(taskIds: readonly TaskId[]): void;
  /** Results that the worker no longer has although nobody freed them (a pinned one's thread ended, a damaged spill file). */
  lost(taskIds: readonly TaskId[]): void;
  /** `holder` did not have it (0: no holder was left to ask); the scheduler answers with `holders`. */
  missing(taskId: TaskId, holder: WorkerId): void;
  /** Scattered data arrived. */
  stored(taskId: TaskId, nbytes: number, type: string): void;
  heartbeat(figures: WorkerHeartbeat): void;
  /** A line printed in a task, a log record, an event for a topic: forwarded to who subscribed. */
  event(topic: string, payload: unknown): void;
  /** A compute thread is no more: nobody comes back under a session that began in it. */
  threadEnded(thread: number): void;
}

/** Appends messages to an outgoing batch. */
export const workerNews = {
  done(
    out: unknown[],
    taskId: TaskId,
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    thread: number,
    inline: Opaque | null,
  ): void {
    out.push(Op.done, taskId, attempt, nbytes, type, startMs, durationMs, thread, inline);
  },
  pinned(
    out: unknown[],
    taskId: TaskId,
    attempt: AttemptId,
    type: string,
    why: string,
    startMs: number,
    durationMs: number,
    thread: number,
  ): void {
    out.push(Op.pinned, taskId, attempt, type, why, startMs, durationMs, thread);
  },
  erred(
    out: unknown[],
    taskId: TaskId,
    attempt: AttemptId,
    startMs: number,
    durationMs: number,
    thread: number,
    error: ErrorReport,
  ): void {
    out.push(Op.erred, taskId, attempt, startMs, durationMs, thread, error);
  },
  stopped(out: unknown[], taskId: TaskId, attempt: AttemptId, ran: boolean, reason: string): void {
    out.push(Op.stopped, taskId, attempt, ran, reason);
  },
  started(out: unknown[], attempts: readonly AttemptId[]): void {
    out.push(Op.started, attempts);
  },
  suspended(out: unknown[], taskId: TaskId, attempt: AttemptId): void {
    out.push(Op.suspended, taskId, attempt);
  },
  resumed(out: unknown[], taskId: TaskId, attempt: AttemptId): void {
    out.push(Op.resumed, taskId, attempt);
  },
  gained(out: unknown[], taskIds: readonly TaskId[]): void {
    out.push(Op.gained, taskIds);
  },
  lost(out: unknown[], taskIds: readonly TaskId[]): void {
    out.push(Op.lost, taskIds);
  },
  missing(out: unknown[], taskId: TaskId, holder: WorkerId): void {
    out.push(Op.missing, taskId, holder);
  },
  stored(out: unknown[], taskId: TaskId, nbytes: number, type: string): void {
    out.push(Op.stored, taskId, nbytes, type);
  },
  heartbeat(out: unknown[], figures: WorkerHeartbeat): void {
    out.push(Op.heartbeat, figures);
  },
  event(out: unknown[], topic: string, payload: unknown): void {
    out.push(Op.event, topic, payload);
  },
  threadEnded(out: unknown[], thread: number): void {
    out.push(Op.threadEnded, thread);
  },
};

/** Reads a batch from a worker. @throws ProtocolError for an op that does not exist. */
export function dispatchWorkerNews(batch: readonly unknown[], handler: WorkerNewsHandler): void {
  let at = 0;
  while (at < batch.length) {
    const op = batch[at++];
    switch (op) {
      case Op.done:
        handler.done(
          batch[at] as TaskId,
          batch[at + 1] as AttemptId,
          batch[at + 2] as number,
          batch[at + 3] as string,
          batch[at + 4] as number,
          batch[at + 5] as number,
          batch[at + 6] as number,
          batch[at + 7] as Opaque | null,
        );
        at += 8;
        break;
      case Op.started:
        handler.started(batch[at++] as AttemptId[]);
        break;
      case Op.gained:
        handler.gained(batch[at++] as TaskId[]);
        break;
      case Op.pinned:
        handler.pinned(
          batch[at] as TaskId,
          batch[at + 1] as AttemptId,
          batch[at + 2] as string,
          batch[at + 3] as string,
          batch[at + 4] as number,
          batch[at + 5] as number,
          batch[at + 6] as number,
        );
        at += 7;
        break;
      case Op.erred:
        handler.erred(
          batch[at] as TaskId,
          batch[at + 1] as AttemptId,
          batch[at + 2] as number,
          batch[at + 3] as number,
          batch[at + 4] as number,
          batch[at + 5] as ErrorReport,
        );
        at += 6;
        break;
      case Op.stopped:
        handler.stopped(
          batch[at] as TaskId,
          batch[at + 1] as AttemptId,
          batch[at + 2] as boolean,
          batch[at + 3] as string,
        );
        at += 4;
        break;
      case Op.suspended:
        handler.suspended(batch[at] as TaskId, batch[at + 1] as AttemptId);
        at += 2;
        break;
      case Op.resumed:
        handler.resumed(batch[at] as TaskId, batch[at + 1] as AttemptId);
        at += 2;
        break;
      case Op.lost:
        handler.lost(batch[at++] as TaskId[]);
        break;
      case Op.missing:
        handler.missing(batch[at] as TaskId, batch[at + 1] as WorkerId);
        at += 2;
        break;
      case Op.stored:
        handler.stored(batch[at] as TaskId, batch[at + 1] as number, batch[at + 2] as string);
        at += 3;
        break;
      case Op.heartbeat:
        handler.heartbeat(batch[at++] as WorkerHeartbeat);
        break;
      case Op.event:
        handler.event(batch[at] as string, batch[at + 1]);
        at += 2;
        break;
      case Op.threadEnded:
        handler.threadEnded(batch[at++] as number);
        break;
      default:
        throw new ProtocolError(`A batch of worker news has the unknown op ${String(op)} at ${at - 1}`);
    }
  }
}
