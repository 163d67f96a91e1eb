/** A set that can be walked by position and changed while it is: items side by side, removal by swapping the last one in. */
export class PackedSet<T> {
  readonly #items: T[] = [];
  readonly #positions = new Map<T, number>();
  #cursor = 0;

  get size(): number {
    return this.#items.length;
  }

  has(item: T): boolean {
    return this.#positions.has(item);
  }

  add(item: T): void {
    if (this.#positions.has(item)) return;
    this.#positions.set(item, this.#items.length);
    this.#items.push(item);
  }

  delete(item: T): void {
    const at = this.#positions.get(item);
    if (at === undefined) return;
    this.#positions.delete(item);
    const last = this.#items.pop()!;
    if (last === item) return;
    this.#items[at] = last;
    this.#positions.set(last, at);
  }

  /** The item at a position from 0 to size − 1. */
  at(position: number): T | undefined {
    return this.#items[position];
  }

  /** Each item in turn, again and again. */
  next(): T | undefined {
    if (this.#items.length === 0) return undefined;
    if (this.#cursor >= this.#items.length) this.#cursor = 0;
    return this.#items[this.#cursor++];
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
