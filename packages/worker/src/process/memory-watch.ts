/**
 * Keeps the worker below its limit: above a fraction of it no further task starts and what is only cached or leased is given back; the nanny ends the
 * process at a higher fraction, so that this is the last chance to do without.
 */
import { collectGarbage } from './collect-garbage.js';
import type { Incarnation } from './incarnation.js';

export interface MemoryWatchOptions {
  /** Bytes; 0 is unlimited. */
  readonly memoryLimit: number;
  readonly pauseFraction: number;
}

/** It goes on below this fraction of where it stopped, so that it does not flutter. */
const RESUME_FRACTION = 0.9;
/** Letting buffers go helps only when the collector runs: worth its time from so many bytes. */
const COLLECT_FROM_BYTES = 32 * 2 ** 20;
/** What the pool has not needed for so many checks is let go. */
const AGED_AFTER_CHECKS = 25;

export class MemoryWatch {
  readonly #pauseBytes: number;
  #isShort = false;
  #checks = 0;

  constructor(options: MemoryWatchOptions) {
    this.#pauseBytes = options.memoryLimit * options.pauseFraction;
  }

  get isShort(): boolean {
    return this.#isShort;
  }

  /** To be called five times a second: looks at the resident bytes and acts. True when the answer has changed. */
  check(worker: Incarnation, residentBytes: number): boolean {
    const { pool } = worker;
    this.#checks += 1;
    if (this.#checks % AGED_AFTER_CHECKS === 0) pool.age();
    if (pool.takeLetGo() >= COLLECT_FROM_BYTES) collectGarbage();
    if (this.#pauseBytes === 0) return false;
    const wasShort = this.#isShort;
    this.#isShort = residentBytes > this.#pauseBytes * (wasShort ? RESUME_FRACTION : 1);
    if (this.#isShort && !wasShort) {
      pool.trim();
      pool.takeLetGo();
      collectGarbage();
      worker.collect();
    }
    if (this.#isShort === wasShort) return false;
    worker.core.handleMemory(this.#isShort);
    worker.turn();
    return true;
  }
}
