/**
 * Ids whose last handle is gone, gathered until the end of the turn and sent as ranges. Ids mostly come in order (a map's
 * futures die together), so a range grows at its end and nothing is sorted.
 */
export class ReleaseRanges {
  #ranges: number[] = [];

  get empty(): boolean {
    return this.#ranges.length === 0;
  }

  add(id: number): void {
    const ranges = this.#ranges;
    const last = ranges.length - 2;
    if (last >= 0) {
      const first = ranges[last] as number;
      const count = ranges[last + 1] as number;
      if (id === first + count) {
        ranges[last + 1] = count + 1;
        return;
      }
      if (id === first - 1) {
        ranges[last] = id;
        ranges[last + 1] = count + 1;
        return;
      }
    }
    ranges.push(id, 1);
  }

  /** The ranges so far (first, count, first, count, …); starts anew. */
  take(): number[] {
    const ranges = this.#ranges;
    this.#ranges = [];
    return ranges;
  }
}
