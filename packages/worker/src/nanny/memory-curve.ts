/** The last minute of a process's memory: evidence when it dies. */

export interface MemoryCurveOptions {
  /** Older samples are forgotten. Default 60,000. */
  readonly spanMs?: number;
  /** Samples kept, evenly spread over the span: one closer to its predecessor than `spanMs / capacity` replaces it. Default 240. */
  readonly capacity?: number;
}

/** A ring of (time, bytes). */
export class MemoryCurve {
  readonly #spanMs: number;
  readonly #capacity: number;
  readonly #times: Float64Array;
  readonly #bytes: Float64Array;
  #next = 0;
  #size = 0;
  #largest = 0;
  #keptMs = -Infinity;

  constructor(options: MemoryCurveOptions = {}) {
    this.#spanMs = options.spanMs ?? 60_000;
    this.#capacity = options.capacity ?? 240;
    this.#times = new Float64Array(this.#capacity);
    this.#bytes = new Float64Array(this.#capacity);
  }

  /** The most the process ever had. */
  get largest(): number {
    return this.#largest;
  }

  /** The newest sample; 0 when there is none. */
  get latest(): number {
    return this.#size === 0 ? 0 : (this.#bytes[this.#index(this.#size - 1)] ?? 0);
  }

  add(timeMs: number, bytes: number): void {
    this.#largest = Math.max(this.#largest, bytes);
    // The newest sample is always kept exactly; it gives way to its successor when it came too soon after what was kept.
    if (this.#size > 1 && timeMs - this.#keptMs < this.#spanMs / this.#capacity) this.#drop();
    else this.#keptMs = timeMs;
    this.#times[this.#next] = timeMs;
    this.#bytes[this.#next] = bytes;
    this.#next = (this.#next + 1) % this.#capacity;
    this.#size = Math.min(this.#size + 1, this.#capacity);
  }

  /** Pairs of (milliseconds before `nowMs`, bytes), oldest first. */
  before(nowMs: number): (readonly [number, number])[] {
    const curve: (readonly [number, number])[] = [];
    for (let i = 0; i < this.#size; i++) {
      const at = this.#index(i);
      const age = nowMs - (this.#times[at] ?? 0);
      if (age <= this.#spanMs) curve.push([Math.round(age), this.#bytes[at] ?? 0]);
    }
    return curve;
  }

  #drop(): void {
    this.#next = (this.#next + this.#capacity - 1) % this.#capacity;
    this.#size--;
  }

  #index(i: number): number {
    return (this.#next + this.#capacity - this.#size + i) % this.#capacity;
  }
}
