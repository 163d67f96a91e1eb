/** The scheduler's messages, led to the core, the store and the threads. */
import { ProtocolError } from '@covey/protocol';
import type {
  AttemptId,
  ComputeTask,
  FunctionBlob,
  FunctionId,
  Opaque,
  TaskId,
  WorkerId,
  WorkerMessageHandler,
} from '@covey/protocol/internal';
import type { Incarnation } from './incarnation.js';
import { ownBytes } from './value-transfer.js';

export class SchedulerReader implements WorkerMessageHandler {
  readonly #worker: Incarnation;

  constructor(worker: Incarnation) {
    this.#worker = worker;
  }

  function(id: FunctionId, blob: FunctionBlob): void {
    this.#worker.functions.add(id, blob);
  }

  compute(task: ComputeTask): void {
    if (!this.#worker.functions.has(task.functionId)) {
      throw new ProtocolError(`task ${task.key} came before its function ${task.functionId}`);
    }
    this.#worker.core.handleCompute(task, this.#worker.now);
  }

  cancel(_taskId: TaskId, attempt: AttemptId, reason: string): void {
    this.#worker.core.handleCancel(attempt, reason, this.#worker.now);
  }

  free(taskIds: readonly TaskId[]): void {
    this.#worker.core.handleFree(taskIds, this.#worker.now);
  }

  holders(taskId: TaskId, nbytes: number, workers: readonly WorkerId[]): void {
    this.#worker.core.handleHolders(taskId, nbytes, workers, this.#worker.now);
  }

  acquire(taskId: TaskId, nbytes: number, workers: readonly WorkerId[]): void {
    this.#worker.core.handleAcquire(taskId, nbytes, workers, this.#worker.now);
  }

  store(taskId: TaskId, type: string, value: Opaque): void {
    this.#worker.store.put(taskId, { header: ownBytes(value), parts: null, nbytes: value.length, type });
    this.#worker.core.handleStored(taskId, value.length, type, this.#worker.now);
  }

  peer(workerId: WorkerId, address: string): void {
    this.#worker.peers.setAddress(workerId, address);
  }

  peerGone(workerId: WorkerId): void {
    this.#worker.core.handlePeerGone(workerId, this.#worker.now);
  }

  releaseFunction(ids: readonly FunctionId[]): void {
    this.#worker.releaseFunctions(ids);
  }

  pause(paused: boolean): void {
    this.#worker.core.handlePause(paused);
  }
}
