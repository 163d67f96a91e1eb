/** What the scheduler tells a worker. The only file that knows the layout of this direction. */
import { ProtocolError } from '../errors.js';
import { FIRST_OP } from './ops.js';
import type { AttemptId, FunctionId, TaskId, WorkerId } from './ids.js';
import type { DependencyWhere, FunctionBlob, Opaque } from './values.js';

const Op = {
  function: FIRST_OP,
  compute: FIRST_OP + 1,
  cancel: FIRST_OP + 2,
  free: FIRST_OP + 3,
  holders: FIRST_OP + 4,
  acquire: FIRST_OP + 5,
  store: FIRST_OP + 6,
  peer: FIRST_OP + 7,
  peerGone: FIRST_OP + 8,
  releaseFunction: FIRST_OP + 9,
  pause: FIRST_OP + 10,
} as const;

/** The reason of a `cancel` by which the scheduler asks for an attempt back: one that has begun to run ignores it. */
export const RECALLED = 'recalled';

/** Run this. Restrictions and resources were settled by the scheduler; the worker orders by priority, fetches, runs. */
export interface ComputeTask {
  readonly taskId: TaskId;
  readonly attempt: AttemptId;
  readonly key: string;
  readonly functionId: FunctionId;
  /** Smaller runs first: the scheduler's whole order in one number. */
  readonly priority: number;
  /** 0 is unlimited. */
  readonly timeoutMs: number;
  /** 0 a plain task, 1 an actor. */
  readonly kind: number;
  readonly args: Opaque;
  /** Triples `TaskId, nbytes or AttemptId, DependencyWhere`, in the order in which function and arguments refer to them; null when there are none. */
  readonly dependencies: readonly (number | Exclude<DependencyWhere, 0 | 1>)[] | null;
  /** The how many-th try it is: 1, and one more for each that erred, or may have run when its worker died. */
  readonly tries: number;
}

/** What a worker does with each message of the scheduler. */
export interface WorkerMessageHandler {
  /** Comes before the first task that names it. */
  function(id: FunctionId, blob: FunctionBlob): void;
  compute(task: ComputeTask): void;
  /**
   * Drop it when it waits, stop it when it runs; answered by `stopped` unless it ended before. With the reason
   * {@link RECALLED}: drop it when it waits, and say so; else let it run, and say nothing.
   */
  cancel(taskId: TaskId, attempt: AttemptId, reason: string): void;
  /** Nobody needs these results from you any more. */
  free(taskIds: readonly TaskId[]): void;
  /** The answer to `missing`: who holds it now. Empty: nobody; the tasks that wait for it will be cancelled and rescheduled. */
  holders(taskId: TaskId, nbytes: number, workers: readonly WorkerId[]): void;
  /** Fetch a copy and keep it until `free`. */
  acquire(taskId: TaskId, nbytes: number, workers: readonly WorkerId[]): void;
  /** Keep this small value (scattered through the scheduler) until `free`. */
  store(taskId: TaskId, type: string, value: Opaque): void;
  /** Where the worker that `workerId` names is to be found. Comes before the first message that names it. */
  peer(workerId: WorkerId, address: string): void;
  peerGone(workerId: WorkerId): void;
  releaseFunction(ids: readonly FunctionId[]): void;
  /** Start no further tasks (true), or go on (false). */
  pause(paused: boolean): void;
}

/** Appends messages to an outgoing batch. */
export const workerMessages = {
  function(out: unknown[], id: FunctionId, blob: FunctionBlob): void {
    out.push(Op.function, id, blob.hash, blob.name, blob.references, blob.header, blob.buffers);
  },
  /** Positional, because it is sent once a task: see {@link ComputeTask} for the fields. */
  compute(
    out: unknown[],
    taskId: TaskId,
    attempt: AttemptId,
    key: string,
    functionId: FunctionId,
    priority: number,
    timeoutMs: number,
    kind: number,
    args: Opaque,
    dependencies: ComputeTask['dependencies'],
    tries: number,
  ): void {
    out.push(Op.compute, taskId, attempt, key, functionId, priority, timeoutMs, kind, args, dependencies, tries);
  },
  cancel(out: unknown[], taskId: TaskId, attempt: AttemptId, reason: string): void {
    out.push(Op.cancel, taskId, attempt, reason);
  },
  free(out: unknown[], taskIds: readonly TaskId[]): void {
    out.push(Op.free, taskIds);
  },
  holders(out: unknown[], taskId: TaskId, nbytes: number, workers: readonly WorkerId[]): void {
    out.push(Op.holders, taskId, nbytes, workers);
  },
  acquire(out: unknown[], taskId: TaskId, nbytes: number, workers: readonly WorkerId[]): void {
    out.push(Op.acquire, taskId, nbytes, workers);
  },
  store(out: unknown[], taskId: TaskId, type: string, value: Opaque): void {
    out.push(Op.store, taskId, type, value);
  },
  peer(out: unknown[], workerId: WorkerId, address: string): void {
    out.push(Op.peer, workerId, address);
  },
  peerGone(out: unknown[], workerId: WorkerId): void {
    out.push(Op.peerGone, workerId);
  },
  releaseFunction(out: unknown[], ids: readonly FunctionId[]): void {
    out.push(Op.releaseFunction, ids);
  },
  pause(out: unknown[], paused: boolean): void {
    out.push(Op.pause, paused);
  },
};

/** Reads a batch from the scheduler. @throws ProtocolError for an op that does not exist. */
export function dispatchWorkerBatch(batch: readonly unknown[], handler: WorkerMessageHandler): void {
  let at = 0;
  while (at < batch.length) {
    const op = batch[at++];
    switch (op) {
      case Op.compute:
        handler.compute({
          taskId: batch[at] as TaskId,
          attempt: batch[at + 1] as AttemptId,
          key: batch[at + 2] as string,
          functionId: batch[at + 3] as FunctionId,
          priority: batch[at + 4] as number,
          timeoutMs: batch[at + 5] as number,
          kind: batch[at + 6] as number,
          args: batch[at + 7] as Opaque,
          dependencies: batch[at + 8] as ComputeTask['dependencies'],
          tries: batch[at + 9] as number,
        });
        at += 10;
        break;
      case Op.free:
        handler.free(batch[at++] as TaskId[]);
        break;
      case Op.function:
        handler.function(batch[at] as FunctionId, {
          hash: batch[at + 1] as string,
          name: batch[at + 2] as string,
          references: batch[at + 3] as number,
          header: batch[at + 4] as Opaque,
          buffers: batch[at + 5] as Opaque[],
        });
        at += 6;
        break;
      case Op.cancel:
        handler.cancel(batch[at] as TaskId, batch[at + 1] as AttemptId, batch[at + 2] as string);
        at += 3;
        break;
      case Op.holders:
        handler.holders(batch[at] as TaskId, batch[at + 1] as number, batch[at + 2] as WorkerId[]);
        at += 3;
        break;
      case Op.acquire:
        handler.acquire(batch[at] as TaskId, batch[at + 1] as number, batch[at + 2] as WorkerId[]);
        at += 3;
        break;
      case Op.store:
        handler.store(batch[at] as TaskId, batch[at + 1] as string, batch[at + 2] as Opaque);
        at += 3;
        break;
      case Op.peer:
        handler.peer(batch[at] as WorkerId, batch[at + 1] as string);
        at += 2;
        break;
      case Op.peerGone:
        handler.peerGone(batch[at++] as WorkerId);
        break;
      case Op.releaseFunction:
        handler.releaseFunction(batch[at++] as FunctionId[]);
        break;
      case Op.pause:
        handler.pause(batch[at++] as boolean);
        break;
      default:
        throw new ProtocolError(`A worker's batch has the unknown op ${String(op)} at ${at - 1}`);
    }
  }
}
