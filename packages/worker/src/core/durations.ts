/**
 * How long a function takes, learned from its runs: what decides how many of its tasks a thread is given ahead. Rises at once and falls slowly, since a wrong guess
 * "short" makes tasks wait behind a long one, while a wrong guess "long" only costs a hop between threads.
 */
import type { FunctionId } from '@covey/protocol/internal';

const FALL = 0.2;
const RISE = 0.5;
/** After so many runs a function is *proven*, as long as it is this short. */
const PROVEN_RUNS = 16;
const PROVEN_MS = 0.25;

export class Durations {
  readonly #meanMs = new Map<FunctionId, number>();
  /** Runs of functions that are not proven yet; at the end the proven ones have no entry. */
  readonly #runs = new Map<FunctionId, number>();

  observe(functionId: FunctionId, durationMs: number): void {
    const mean = this.#meanMs.get(functionId);
    if (mean === undefined) {
      this.#meanMs.set(functionId, durationMs);
      this.#runs.set(functionId, 1);
      return;
    }
    if (this.#runs.size > 0) this.#count(functionId);
    const weight = durationMs > mean ? RISE : FALL;
    // The noise of tiny tasks is not worth a write.
    if (Math.abs(durationMs - mean) > 0.002) this.#meanMs.set(functionId, mean + weight * (durationMs - mean));
  }

  /** Milliseconds; undefined when it never ran here. */
  estimate(functionId: FunctionId): number | undefined {
    return this.#meanMs.get(functionId);
  }

  /** Whether it has run many times here, and takes no time to speak of. */
  isProven(functionId: FunctionId): boolean {
    const mean = this.#meanMs.get(functionId);
    return mean !== undefined && mean < PROVEN_MS && !this.#runs.has(functionId);
  }

  forget(functionId: FunctionId): void {
    this.#meanMs.delete(functionId);
    this.#runs.delete(functionId);
  }

  #count(functionId: FunctionId): void {
    const runs = this.#runs.get(functionId);
    if (runs === undefined) return;
    if (runs + 1 < PROVEN_RUNS) this.#runs.set(functionId, runs + 1);
    else this.#runs.delete(functionId);
  }
}
