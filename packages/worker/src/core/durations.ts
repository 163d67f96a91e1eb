/**
 * How long a function takes, learned from its runs: what decides how many of its tasks a thread is given ahead. Rises at once and falls slowly, since a wrong guess
 * "short" makes tasks wait behind a long one, while a wrong guess "long" only costs a hop between threads.
 */
import type { FunctionId } from '@covey/protocol/internal';

const FALL = 0.2;
const RISE = 0.5;

export class Durations {
  readonly #meanMs = new Map<FunctionId, number>();

  observe(functionId: FunctionId, durationMs: number): void {
    const mean = this.#meanMs.get(functionId);
    if (mean === undefined) {
      this.#meanMs.set(functionId, durationMs);
      return;
    }
    const weight = durationMs > mean ? RISE : FALL;
    // The noise of tiny tasks is not worth a write.
    if (Math.abs(durationMs - mean) > 0.002) this.#meanMs.set(functionId, mean + weight * (durationMs - mean));
  }

  /** Milliseconds; undefined when it never ran here. */
  estimate(functionId: FunctionId): number | undefined {
    return this.#meanMs.get(functionId);
  }

  forget(functionId: FunctionId): void {
    this.#meanMs.delete(functionId);
  }
}
