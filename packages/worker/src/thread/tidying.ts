/**
 * When a compute thread should run the collector of its own accord. Large values lie outside of V8's heap: shared buffers that V8 doesn't count at all, and
 * the arrays that results were copied from, which it counts, but lets lie until they are several. So it is run after a good deal of them has passed through,
 * as long as that takes little of the thread's time.
 */

export interface TidyingOptions {
  /** Bytes of large values that may pass through in between. Default 64 MiB. */
  readonly afterBytes?: number;
  /** The collector may take this part of the time. Default 0.05. */
  readonly timeShare?: number;
}

export class Tidying {
  readonly #afterBytes: number;
  readonly #timeShare: number;
  #bytes = 0;
  #notBeforeMs = -Infinity;

  constructor(options: TidyingOptions = {}) {
    this.#afterBytes = options.afterBytes ?? 64 * 2 ** 20;
    this.#timeShare = options.timeShare ?? 0.05;
  }

  /** A large value came in or went out. */
  passed(nbytes: number): void {
    this.#bytes += nbytes;
  }

  isDue(nowMs: number): boolean {
    return this.#bytes >= this.#afterBytes && nowMs >= this.#notBeforeMs;
  }

  /** The collector ran, for whatever reason. */
  done(startMs: number, endMs: number): void {
    this.#bytes = 0;
    this.#notBeforeMs = endMs + (endMs - startMs) / this.#timeShare;
  }
}
