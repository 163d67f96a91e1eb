/**
 * What the core tells the outside: one method per message, called while a stimulus is handled or in `flushAssignments`.
 *
 * The arguments are positional and nothing is allocated for a call, so that the message writers of the protocol
 * (`workerMessages.compute(out, …)`) fit directly underneath. Byte arrays are views of memory that the core never
 * writes again; arrays are the callee's to keep. An output must not call the core back.
 */
import type {
  AttemptId,
  ClientId,
  ClientTaskId,
  ComputeTask,
  ErrorReport,
  FunctionBlob,
  FunctionId,
  Opaque,
  TaskId,
  WorkerId,
} from '@covey/protocol/internal';

/** Messages to workers: the layouts of `workerMessages`, with the worker in front. */
export interface WorkerOutput {
  /** Comes before the first `compute` that names it on that worker. */
  sendFunction(worker: WorkerId, id: FunctionId, blob: FunctionBlob): void;
  compute(
    worker: WorkerId,
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
  ): void;
  cancelAttempt(worker: WorkerId, taskId: TaskId, attempt: AttemptId, reason: string): void;
  /** `nbytes`: what they occupy together, by which it can be told how urgent it is. */
  free(worker: WorkerId, taskIds: readonly TaskId[], nbytes: number): void;
  holders(worker: WorkerId, taskId: TaskId, nbytes: number, workers: readonly WorkerId[]): void;
  acquire(worker: WorkerId, taskId: TaskId, nbytes: number, workers: readonly WorkerId[]): void;
  store(worker: WorkerId, taskId: TaskId, type: string, value: Opaque): void;
  /** Comes before the first message that names `peer` to that worker. */
  peer(worker: WorkerId, peer: WorkerId, address: string): void;
  peerGone(worker: WorkerId, peer: WorkerId): void;
  releaseFunctions(worker: WorkerId, ids: readonly FunctionId[]): void;
  pause(worker: WorkerId, paused: boolean): void;
}

/** Messages to clients: the layouts of `taskNews`, with the client in front. */
export interface ClientOutput {
  done(client: ClientId, id: ClientTaskId, nbytes: number, type: string, inline: Opaque | null): void;
  erred(client: ClientId, id: ClientTaskId, error: ErrorReport): void;
  cancelled(client: ClientId, id: ClientTaskId, code: string, reason: string): void;
  pending(client: ClientId, id: ClientTaskId): void;
}

/** What the process around the core needs to know. */
export interface ServerOutput {
  /** Call `wake(now)` at this time or soon after it. A later call with another time replaces an earlier one. */
  wakeAt(atMs: number): void;
  /** A worker that `retireWorkers` named runs nothing and holds nothing that only it holds: it may be closed. */
  retired(worker: WorkerId): void;
}

/** Everything the core says. */
export interface SchedulerOutput extends WorkerOutput, ClientOutput, ServerOutput {}
