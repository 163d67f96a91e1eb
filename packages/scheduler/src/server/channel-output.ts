/** What the core says, written to the channels of workers and clients. A message for somebody who is gone is dropped. */
import { taskNews, workerMessages } from '@covey/protocol/internal';
import type {
  AttemptId,
  Channel,
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
import type { SchedulerOutput } from '../core/output.js';

/** Byte fields below this do not make frames long by themselves. */
const WEIGHED_BYTES = 4096;

/** Memory that is worth a frame of its own to be free some milliseconds earlier. */
const URGENT_FREE_BYTES = 256 * 1024;

/** What the core says to the process rather than to a peer. */
export interface ServerListener {
  wakeAt(atMs: number): void;
  retired(worker: WorkerId): void;
  /** A client is told of a failure. */
  erred(error: ErrorReport): void;
}

export class ChannelOutput implements SchedulerOutput {
  // Ids are small integers given in order, so arrays serve as maps without hashing.
  readonly #workers: (Channel | undefined)[] = [];
  readonly #clients: (Channel | undefined)[] = [];
  readonly #listener: ServerListener;

  constructor(listener: ServerListener) {
    this.#listener = listener;
  }

  addWorker(worker: WorkerId, channel: Channel): void {
    this.#workers[worker] = channel;
  }

  removeWorker(worker: WorkerId): void {
    this.#workers[worker] = undefined;
  }

  addClient(client: ClientId, channel: Channel): void {
    this.#clients[client] = channel;
  }

  removeClient(client: ClientId): void {
    this.#clients[client] = undefined;
  }

  sendFunction(worker: WorkerId, id: FunctionId, blob: FunctionBlob): void {
    const channel = this.#workers[worker];
    if (channel === undefined) return;
    workerMessages.function(channel.write(), id, blob);
    let nbytes = blob.header.length;
    for (const buffer of blob.buffers) nbytes += buffer.length;
    if (nbytes >= WEIGHED_BYTES) channel.weigh(nbytes);
  }

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
  ): void {
    const channel = this.#workers[worker];
    if (channel === undefined) return;
    const out = channel.write();
    workerMessages.compute(out, taskId, attempt, key, functionId, priority, timeoutMs, kind, args, dependencies, tries);
    if (args.length >= WEIGHED_BYTES) channel.weigh(args.length);
  }

  cancelAttempt(worker: WorkerId, taskId: TaskId, attempt: AttemptId, reason: string): void {
    const channel = this.#workers[worker];
    if (channel !== undefined) workerMessages.cancel(channel.write(), taskId, attempt, reason);
  }

  free(worker: WorkerId, taskIds: readonly TaskId[], nbytes: number): void {
    const channel = this.#workers[worker];
    if (channel === undefined) return;
    workerMessages.free(nbytes < URGENT_FREE_BYTES ? channel.writeLater() : channel.write(), taskIds);
  }

  holders(worker: WorkerId, taskId: TaskId, nbytes: number, workers: readonly WorkerId[]): void {
    const channel = this.#workers[worker];
    if (channel !== undefined) workerMessages.holders(channel.write(), taskId, nbytes, workers);
  }

  acquire(worker: WorkerId, taskId: TaskId, nbytes: number, workers: readonly WorkerId[]): void {
    const channel = this.#workers[worker];
    if (channel !== undefined) workerMessages.acquire(channel.write(), taskId, nbytes, workers);
  }

  store(worker: WorkerId, taskId: TaskId, type: string, value: Opaque): void {
    const channel = this.#workers[worker];
    if (channel === undefined) return;
    workerMessages.store(channel.write(), taskId, type, value);
    if (value.length >= WEIGHED_BYTES) channel.weigh(value.length);
  }

  peer(worker: WorkerId, peer: WorkerId, address: string): void {
    const channel = this.#workers[worker];
    if (channel !== undefined) workerMessages.peer(channel.write(), peer, address);
  }

  peerGone(worker: WorkerId, peer: WorkerId): void {
    const channel = this.#workers[worker];
    if (channel !== undefined) workerMessages.peerGone(channel.write(), peer);
  }

  releaseFunctions(worker: WorkerId, ids: readonly FunctionId[]): void {
    const channel = this.#workers[worker];
    if (channel !== undefined) workerMessages.releaseFunction(channel.write(), ids);
  }

  pause(worker: WorkerId, paused: boolean): void {
    const channel = this.#workers[worker];
    if (channel !== undefined) workerMessages.pause(channel.write(), paused);
  }

  done(client: ClientId, id: ClientTaskId, nbytes: number, type: string, inline: Opaque | null): void {
    const channel = this.#clients[client];
    if (channel !== undefined) taskNews.done(channel.write(), id, nbytes, type, inline);
  }

  erred(client: ClientId, id: ClientTaskId, error: ErrorReport): void {
    this.#listener.erred(error);
    const channel = this.#clients[client];
    if (channel !== undefined) taskNews.erred(channel.write(), id, error);
  }

  cancelled(client: ClientId, id: ClientTaskId, code: string, reason: string): void {
    const channel = this.#clients[client];
    if (channel !== undefined) taskNews.cancelled(channel.write(), id, code, reason);
  }

  pending(client: ClientId, id: ClientTaskId): void {
    const channel = this.#clients[client];
    if (channel !== undefined) taskNews.pending(channel.write(), id);
  }

  /** An event of a topic to which the client has subscribed. */
  event(client: ClientId, topic: string, payload: unknown): void {
    const channel = this.#clients[client];
    if (channel !== undefined) taskNews.event(channel.write(), topic, payload);
  }

  wakeAt(atMs: number): void {
    this.#listener.wakeAt(atMs);
  }

  retired(worker: WorkerId): void {
    this.#listener.retired(worker);
  }
}
