/**
 * From ids that count upwards to slots, in pages that are dropped when nothing in them is left: the memory follows the
 * ids that are alive, not the ids that were ever given.
 */

const PAGE_BITS = 9;
const PAGE_SIZE = 1 << PAGE_BITS;

interface Page {
  readonly slots: Int32Array;
  live: number;
}

/** An index whose keys are non-negative integers (up to 2^53) and whose values are slots (≥ 0). */
export class IdIndex {
  readonly #pages = new Map<number, Page>();
  #lastNumber = -1;
  #lastPage: Page | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The slot of `id`, or -1. */
  get(id: number): number {
    const page = this.#page(pageOf(id));
    return page === undefined ? -1 : page.slots[offsetOf(id)]!;
  }

  /** Notes the slot of an id that has none yet. */
  set(id: number, slot: number): void {
    const number = pageOf(id);
    const offset = offsetOf(id);
    let page = this.#page(number);
    if (page === undefined) {
      page = { slots: new Int32Array(PAGE_SIZE).fill(-1), live: 0 };
      this.#pages.set(number, page);
      this.#lastNumber = number;
      this.#lastPage = page;
    }
    if (page.slots[offset] === -1) {
      page.live++;
      this.#size++;
    }
    page.slots[offset] = slot;
  }

  delete(id: number): void {
    const number = pageOf(id);
    const offset = offsetOf(id);
    const page = this.#page(number);
    if (page === undefined || page.slots[offset] === -1) return;
    page.slots[offset] = -1;
    this.#size--;
    if (--page.live > 0) return;
    this.#pages.delete(number);
    this.#lastNumber = -1;
    this.#lastPage = undefined;
  }

  /** Every entry. The index may be changed meanwhile; entries added then may be passed over. */
  forEach(visit: (id: number, slot: number) => void): void {
    for (const [number, page] of [...this.#pages]) {
      for (let i = 0; i < PAGE_SIZE; i++) {
        const slot = page.slots[i]!;
        if (slot !== -1) visit(number * PAGE_SIZE + i, slot);
      }
    }
  }

  #page(number: number): Page | undefined {
    if (number === this.#lastNumber) return this.#lastPage;
    const page = this.#pages.get(number);
    if (page !== undefined) {
      this.#lastNumber = number;
      this.#lastPage = page;
    }
    return page;
  }
}

// Ids come out of columns of doubles, and division of doubles is slow: most ids are small enough for shifts.

function pageOf(id: number): number {
  return id <= 0x7fffffff ? id >> PAGE_BITS : Math.floor(id / PAGE_SIZE);
}

function offsetOf(id: number): number {
  return id <= 0x7fffffff ? id & (PAGE_SIZE - 1) : id % PAGE_SIZE;
}
