/** Typed arrays that grow: the columns of the core's tables. */

type Column = Int32Array | Uint8Array | Uint16Array | Float32Array | Float64Array;

/**
 * The next capacity of a table that is full: doubled while small, then by a quarter, so that a table of a million rows
 * wastes little.
 */
export function nextCapacity(capacity: number, needed = capacity + 1): number {
  const grown = capacity < 65_536 ? capacity * 2 : Math.ceil((capacity * 1.25) / 1024) * 1024;
  return Math.max(grown, needed, 16);
}

/** A copy of `column` with room for `capacity` values; new ones are `fill`, those beyond are lost. */
export function resized<C extends Column>(column: C, capacity: number, fill = 0): C {
  const copy = new (column.constructor as new (length: number) => C)(capacity);
  copy.set(column.length > capacity ? column.subarray(0, capacity) : column);
  if (fill !== 0 && capacity > column.length) copy.fill(fill, column.length);
  return copy;
}

/** A stack of slots that grows; used where recursion could be as deep as a graph is long. */
export class SlotStack {
  #items = new Int32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(slot: number): void {
    if (this.#length === this.#items.length) this.#items = resized(this.#items, this.#length * 2);
    this.#items[this.#length++] = slot;
  }

  /** The last one pushed; call it only when `length` is positive. */
  pop(): number {
    const slot = this.#items[--this.#length]!;
    // A deep graph may have grown it to megabytes: given back once it is empty.
    if (this.#length === 0 && this.#items.length > 65_536) this.#items = new Int32Array(64);
    return slot;
  }
}
