/**
 * A soft limit on the heaps of compute threads. V8's own limit ends a thread, or aborts the process when one huge array or map crosses it; so heaps are looked at
 * from time to time, as soon as the process is large enough that one could have outgrown its limit, and the thread is ended before V8 does worse.
 */
import type { Incarnation } from './incarnation.js';
import { ThreadInspector } from './thread-inspector.js';

export class HeapWatch {
  /** Bytes of one thread's heap; undefined: no limit. */
  readonly #limit: number | undefined;
  #isLooking = false;

  constructor(limit: number | undefined) {
    this.#limit = limit;
  }

  /** Looks, if there is reason to, and no earlier look is still under way. */
  async check(worker: Incarnation, residentBytes: number): Promise<void> {
    const limit = this.#limit;
    if (limit === undefined || this.#isLooking) return;
    const { heldBytes, leasedBytes, freeBytes } = worker.pool.figures;
    if (residentBytes - heldBytes - leasedBytes - freeBytes < limit) return;
    this.#isLooking = true;
    const inspector = new ThreadInspector();
    try {
      const threads = [...worker.threads.values()].filter((thread) => !thread.isEnding);
      const heaps = await Promise.all(threads.map((thread) => inspector.heapBytes(thread.nodeThreadId)));
      for (const [index, thread] of threads.entries()) {
        const heapBytes = heaps[index];
        if (heapBytes !== undefined && heapBytes > limit && !worker.isDisposed) worker.endForMemory(thread, heapBytes);
      }
    } finally {
      inspector.close();
      this.#isLooking = false;
    }
  }
}
