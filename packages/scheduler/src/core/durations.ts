/**
 * How long functions take, learned from what was measured.
 *
 * A function (its content) has its own moving average. Functions of the same name are a hint for one that is new, but a
 * careful one: a name like `anonymous` says little, so a new function is never taken to be tiny until it has shown it.
 */

/** An exponentially weighted average. */
export class MovingAverage {
  count = 0;
  value = 0;
  /** The sum of all values, for metrics. */
  total = 0;

  add(value: number): void {
    this.count++;
    this.total += value;
    // The first calls of a function are slower than those to come (compilation), so early values are soon outweighed.
    this.value = this.count === 1 ? value : this.value + 0.3 * (value - this.value);
  }
}

/** Calls after which a function's own average is trusted. */
const TRUSTED = 3;
/** A new function with a known name is sent ahead at most this often per thread. */
const CAREFUL_TASKS = 16;
const MOST_NAMES = 4096;

/** Averages by function name. */
export class DurationsByName {
  readonly #byName = new Map<string, MovingAverage>();

  /** Each name that is known, with its average. */
  entries(): IterableIterator<[name: string, average: MovingAverage]> {
    return this.#byName.entries();
  }

  of(name: string): MovingAverage {
    let average = this.#byName.get(name);
    if (average === undefined) {
      if (this.#byName.size >= MOST_NAMES) this.#byName.delete(this.#byName.keys().next().value!);
      average = new MovingAverage();
      this.#byName.set(name, average);
    }
    return average;
  }
}

/** What a call is expected to take, milliseconds. */
export function estimateMs(own: MovingAverage, sameName: MovingAverage, unknownMs: number, windowMs: number): number {
  if (own.count >= TRUSTED) return own.value;
  if (sameName.count > 0) return Math.max(own.count > 0 ? own.value : 0, sameName.value, windowMs / CAREFUL_TASKS);
  return unknownMs;
}
