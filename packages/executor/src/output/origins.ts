/**
 * Where in a program tasks were submitted: marks of the program's own (a notebook's cell, say), given back with what the tasks print.
 * Runs whose keys are made of ids cost one entry whenever the mark changes; tasks with keys of their own one each, up to a bound.
 */
const RUNS_KEPT = 65_536;
const KEYS_KEPT = 65_536;

export class SubmissionOrigins {
  /** First id of each stretch of ids with one mark, ascending. */
  readonly #firstIds: number[] = [];
  readonly #marks: unknown[] = [];
  readonly #byKey = new Map<string, unknown>();

  /** `keys`: a prefix, or the keys themselves. */
  note(firstId: number, keys: string | readonly string[], mark: unknown): void {
    if (typeof keys !== 'string') {
      for (const key of keys) this.#byKey.set(key, mark);
      if (this.#byKey.size > KEYS_KEPT) this.#forgetKeys(KEYS_KEPT / 8);
      return;
    }
    if (this.#marks.length > 0 && this.#marks.at(-1) === mark) return;
    this.#firstIds.push(firstId);
    this.#marks.push(mark);
    if (this.#marks.length > RUNS_KEPT) {
      this.#firstIds.splice(0, RUNS_KEPT / 2);
      this.#marks.splice(0, RUNS_KEPT / 2);
    }
  }

  /** The mark of the task of a key; undefined when it is not known (any more). */
  of(key: string): unknown {
    if (this.#byKey.has(key)) return this.#byKey.get(key);
    const id = Number(/-(\d+)$/.exec(key)?.[1] ?? Number.NaN);
    let low = 0;
    let high = this.#firstIds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#firstIds[middle] as number) <= id) low = middle + 1;
      else high = middle;
    }
    return Number.isNaN(id) ? undefined : this.#marks[low - 1];
  }

  #forgetKeys(count: number): void {
    let rest = count;
    for (const key of this.#byKey.keys()) {
      if (rest-- <= 0) return;
      this.#byKey.delete(key);
    }
  }
}
