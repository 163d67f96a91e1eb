/** The core's instructions, carried out: news written to the channel, orders to the threads' batches, values put into the store. */
import { INLINE_RESULT_BYTES, workerNews } from '@covey/protocol/internal';
import type { AttemptId, ErrorReport, TaskId, WorkerId } from '@covey/protocol/internal';
import type { ThreadId } from '../core/compute-thread.js';
import type { FetchId, WorkerOutput } from '../core/output.js';
import type { WorkerTask } from '../core/task.js';
import type { StoredValue } from '../store/value-store.js';
import { threadOrders } from '../thread/messages.js';
import type { ThreadHandle } from './compute-threads.js';
import type { Incarnation } from './incarnation.js';
import { shareParts } from './value-transfer.js';

/** Where news goes while there is no session: nowhere, since nobody asked for anything. */
const discarded: unknown[] = [];

export class CoreOutput implements WorkerOutput<StoredValue> {
  readonly #worker: Incarnation;
  readonly #onfatal: (reason: string) => void;

  constructor(worker: Incarnation, onfatal: (reason: string) => void) {
    this.#worker = worker;
    this.#onfatal = onfatal;
  }

  // --- peers

  startFetch(fetch: FetchId, peer: WorkerId, taskIds: readonly TaskId[]): void {
    this.#worker.peers.fetch(fetch, peer, taskIds);
  }

  dropPeer(peer: WorkerId): void {
    this.#worker.peers.drop(peer);
  }

  // --- threads

  handToThread(id: ThreadId, task: WorkerTask): void {
    const thread = this.#thread(id);
    const { compute } = task;
    this.#worker.functions.ensure(compute.functionId, thread);
    threadOrders.task(
      thread.batch.fields,
      task.sequence,
      compute.attempt,
      compute.taskId,
      compute.key,
      compute.functionId,
      compute.kind,
      compute.args,
      compute.dependencies === null ? null : this.#inputs(compute.dependencies, thread),
      compute.tries,
    );
  }

  recall(id: ThreadId, next: number): number {
    // Orders that were collected and not sent are recalled like the others: the thread will find their numbers taken.
    return this.#worker.threads.get(id)?.control.recall(next) ?? next;
  }

  cancelInThread(id: ThreadId, attempt: AttemptId, reason: string): void {
    threadOrders.cancel(this.#thread(id).batch.fields, attempt, reason);
  }

  startThread(id: ThreadId): void {
    this.#worker.startThread(id);
  }

  endThread(id: ThreadId): void {
    const thread = this.#worker.threads.get(id);
    thread
      ?.end()
      .catch((error: unknown) => this.#worker.logger.error('a compute thread could not be ended', { error }));
  }

  dropInThread(id: ThreadId, taskIds: readonly TaskId[]): void {
    threadOrders.drop(this.#thread(id).batch.fields, taskIds);
  }

  giveUp(reason: string): void {
    this.#onfatal(reason);
  }

  // --- the store

  keep(taskId: TaskId, value: StoredValue): void {
    this.#worker.store.put(taskId, value);
    this.#worker.kept.drop(taskId);
  }

  discard(): void {
    // Nothing holds it: its buffers' leases end with whoever brought it.
  }

  has(taskId: TaskId): boolean {
    return this.#worker.store.has(taskId);
  }

  drop(taskId: TaskId): void {
    this.#worker.store.drop(taskId);
    this.#worker.kept.drop(taskId);
  }

  // --- the scheduler

  done(
    taskId: TaskId,
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    slot: number,
    value: StoredValue,
  ): void {
    const { header } = value;
    const inline = header !== 0 && value.parts === null && header.length <= INLINE_RESULT_BYTES ? header : null;
    workerNews.done(this.#out, taskId, attempt, nbytes, type, startMs, durationMs, slot, inline);
  }

  pinned(
    taskId: TaskId,
    attempt: AttemptId,
    type: string,
    why: string,
    startMs: number,
    durationMs: number,
    slot: number,
  ): void {
    workerNews.pinned(this.#out, taskId, attempt, type, why, startMs, durationMs, slot);
  }

  erred(
    taskId: TaskId,
    attempt: AttemptId,
    startMs: number,
    durationMs: number,
    slot: number,
    error: ErrorReport,
  ): void {
    workerNews.erred(this.#out, taskId, attempt, startMs, durationMs, slot, error);
  }

  stopped(taskId: TaskId, attempt: AttemptId, ran: boolean, reason: string): void {
    workerNews.stopped(this.#out, taskId, attempt, ran, reason);
  }

  started(attempts: readonly AttemptId[]): void {
    workerNews.started(this.#out, attempts);
  }

  suspended(taskId: TaskId, attempt: AttemptId): void {
    workerNews.suspended(this.#out, taskId, attempt);
  }

  resumed(taskId: TaskId, attempt: AttemptId): void {
    workerNews.resumed(this.#out, taskId, attempt);
  }

  gained(taskIds: readonly TaskId[]): void {
    workerNews.gained(this.#out, taskIds);
  }

  lost(taskIds: readonly TaskId[]): void {
    workerNews.lost(this.#out, taskIds);
  }

  missing(taskId: TaskId, holder: WorkerId): void {
    workerNews.missing(this.#out, taskId, holder);
  }

  stored(taskId: TaskId, nbytes: number, type: string): void {
    workerNews.stored(this.#out, taskId, nbytes, type);
  }

  wakeAt(timeMs: number): void {
    this.#worker.wakeAt(timeMs);
  }

  get #out(): unknown[] {
    const { channel } = this.#worker;
    if (channel !== undefined) return channel.write();
    discarded.length = 0;
    return discarded;
  }

  #thread(id: ThreadId): ThreadHandle {
    const thread = this.#worker.threads.get(id);
    if (thread === undefined) throw new TypeError(`compute thread ${id} is not there`);
    return thread;
  }

  /** Triples `TaskId, header, parts`, as the thread reads them. */
  #inputs(dependencies: readonly unknown[], thread: ThreadHandle): unknown[] {
    const { kept, store, pool } = this.#worker;
    const inputs: unknown[] = [];
    for (let at = 0; at < dependencies.length; at += 3) {
      const taskId = dependencies[at] as TaskId;
      const where = dependencies[at + 2];
      if (ArrayBuffer.isView(where)) {
        inputs.push(taskId, where, null);
        continue;
      }
      const value = kept.has(taskId, thread) ? undefined : store.get(taskId);
      // Not in the store, and yet the task is ready: pinned in this thread.
      if (value === undefined) inputs.push(taskId, null, null);
      else inputs.push(taskId, value.header, value.parts === null ? null : shareParts(value.parts, thread, pool));
    }
    return inputs;
  }
}
