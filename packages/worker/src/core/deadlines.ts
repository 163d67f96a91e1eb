/**
 * What falls due when: a small binary heap. An entry is not looked for when it no longer matters: who set it checks when it falls due. But
 * those that don't matter are thrown out before they are half of all, or a deadline next month would keep its task until then.
 */

interface Entry<Item> {
  readonly atMs: number;
  readonly item: Item;
}

/** So few are never swept. */
const SWEEP_FROM = 1024;

export class Deadlines<Item> {
  #heap: Entry<Item>[] = [];
  readonly #matters: (item: Item) => boolean;
  #sweepAt = SWEEP_FROM;

  constructor(matters: (item: Item) => boolean = () => true) {
    this.#matters = matters;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** When the next one falls due; undefined when there is none. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }

  add(atMs: number, item: Item): void {
    if (this.#heap.length >= this.#sweepAt) this.#sweep();
    this.#insert(atMs, item);
  }

  #sweep(): void {
    const left = this.#heap.filter(({ item }) => this.#matters(item));
    this.#heap = [];
    for (const { atMs, item } of left) this.#insert(atMs, item);
    this.#sweepAt = Math.max(SWEEP_FROM, 2 * left.length);
  }

  #insert(atMs: number, item: Item): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push({ atMs, item });
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#at(parent).atMs <= this.#at(at).atMs) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** The next item that is due at `now`, taken out. */
  due(now: number): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.atMs > now) return undefined;
    const last = heap.pop() as Entry<Item>;
    if (heap.length > 0) {
      heap[0] = last;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && this.#at(child + 1).atMs < this.#at(child).atMs) child += 1;
        if (this.#at(at).atMs <= this.#at(child).atMs) break;
        this.#swap(at, child);
        at = child;
      }
    }
    return first.item;
  }

  #at(index: number): Entry<Item> {
    return this.#heap[index] as Entry<Item>;
  }

  #swap(left: number, right: number): void {
    const entry = this.#at(left);
    this.#heap[left] = this.#at(right);
    this.#heap[right] = entry;
  }
}
