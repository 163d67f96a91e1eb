/** The compute threads' messages, led to the core, the pool and whoever waits for an answer. Which thread speaks is set before its batch is read. */
import { workerNews } from '@covey/protocol/internal';
import type { AttemptId, ErrorReport, Opaque, TaskId } from '@covey/protocol/internal';
import type { PoolBuffer } from '../store/buffer-pool.js';
import type { BufferId, Parts, ThreadReportHandler } from '../thread/messages.js';
import type { ThreadHandle } from './compute-threads.js';
import type { Incarnation } from './incarnation.js';
import { ownBytes, resultValue } from './value-transfer.js';

export class ReportReader implements ThreadReportHandler {
  thread!: ThreadHandle;
  readonly #worker: Incarnation;

  constructor(worker: Incarnation) {
    this.#worker = worker;
  }

  ready(): void {
    this.#worker.core.handleThreadReady(this.thread.id);
  }

  done(
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    header: Opaque | 0,
    parts: Parts,
  ): void {
    const { core, pool } = this.#worker;
    const value = resultValue(header === 0 ? 0 : ownBytes(header), parts, nbytes, type, pool);
    core.handleDone(this.thread.id, attempt, nbytes, type, startMs, durationMs, value, this.#worker.now);
    // Written, and held by the store if anybody wants it.
    for (const part of value.parts ?? []) pool.unlease(part.buffer.id, this.thread.writing);
  }

  pinned(attempt: AttemptId, type: string, why: string, startMs: number, durationMs: number): void {
    this.#worker.core.handlePinned(this.thread.id, attempt, type, why, startMs, durationMs, this.#worker.now);
  }

  erred(attempt: AttemptId, startMs: number, durationMs: number, error: ErrorReport): void {
    this.#worker.core.handleErred(this.thread.id, attempt, startMs, durationMs, error, this.#worker.now);
  }

  stopped(attempt: AttemptId, reason: string): void {
    this.#worker.core.handleStopped(this.thread.id, attempt, reason, this.#worker.now);
  }

  suspended(attempt: AttemptId): void {
    this.#worker.core.handleSuspended(this.thread.id, attempt, this.#worker.now);
  }

  resumed(attempt: AttemptId): void {
    this.#worker.core.handleResumed(this.thread.id, attempt, this.#worker.now);
  }

  reply(requestId: number, value: Opaque): void {
    this.#worker.requests.reply(requestId, value);
  }

  replyError(requestId: number, error: ErrorReport): void {
    this.#worker.requests.replyError(requestId, error);
  }

  unleased(ids: readonly BufferId[]): void {
    for (const id of ids) this.#worker.pool.unlease(id, this.thread);
  }

  /** The thread sleeps until it is answered, so it is answered at once and not at the end of the turn. */
  allocate(sizes: readonly number[], collected: boolean): void {
    const { pool } = this.#worker;
    const { thread } = this;
    if (sizes.some((size) => pool.shouldCollectFor(size))) {
      this.#worker.collect(thread);
      if (!collected) {
        thread.answer({ ids: [], buffers: [], collectFirst: true });
        return;
      }
    }
    const taken: PoolBuffer[] = [];
    try {
      for (const size of sizes) taken.push(pool.allocate(size, thread.writing));
    } catch (error) {
      for (const { id } of taken) pool.unlease(id, thread.writing);
      thread.answer({
        ids: [],
        buffers: [],
        collectFirst: false,
        error: error instanceof Error ? error.message : String(error),
      });
      return;
    }
    thread.answer({ ids: taken.map(({ id }) => id), buffers: taken.map(({ memory }) => memory), collectFirst: false });
  }

  unused(ids: readonly BufferId[]): void {
    for (const id of ids) this.#worker.pool.unlease(id, this.thread.writing);
  }

  collected(): void {
    // The leases that ended were reported by themselves.
  }

  kept(taskId: TaskId): void {
    const { kept, store } = this.#worker;
    kept.note(taskId, this.thread);
    if (!store.has(taskId)) kept.drop(taskId);
  }

  event(topic: string, payload: unknown): void {
    const { channel } = this.#worker;
    if (channel !== undefined) workerNews.event(channel.write(), topic, payload);
  }
}
