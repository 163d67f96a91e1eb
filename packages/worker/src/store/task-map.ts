/**
 * A map by task id. Ids are given upwards and most of a run of neighbours are here at once, so pages of an array serve
 * better than hashing: with hundreds of thousands of entries a `Map` misses the processor's caches on every access.
 */
import type { TaskId } from '@covey/protocol/internal';

const PAGE_BITS = 8;
const PAGE_SIZE = 1 << PAGE_BITS;

interface Page<Value> {
  readonly values: (Value | undefined)[];
  count: number;
}

export class TaskMap<Value extends object> {
  readonly #pages = new Map<number, Page<Value>>();
  /** The page that was used last: neighbours come together. */
  #lastNumber = -1;
  #last: Page<Value> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(taskId: TaskId): Value | undefined {
    return this.#page(taskId)?.values[taskId % PAGE_SIZE];
  }

  /** Puts a value in; answers the one that was there. */
  set(taskId: TaskId, value: Value): Value | undefined {
    const page = this.#page(taskId) ?? this.#addPage(taskId);
    const at = taskId % PAGE_SIZE;
    const before = page.values[at];
    page.values[at] = value;
    if (before === undefined) {
      page.count++;
      this.#size++;
    }
    return before;
  }

  /** Takes a value out, and answers it. */
  take(taskId: TaskId): Value | undefined {
    const page = this.#page(taskId);
    const at = taskId % PAGE_SIZE;
    const value = page?.values[at];
    if (page === undefined || value === undefined) return undefined;
    page.values[at] = undefined;
    this.#size--;
    page.count--;
    return value;
  }

  #page(taskId: TaskId): Page<Value> | undefined {
    // Ids may outgrow 32 bits: no shifts.
    const number = Math.floor(taskId / PAGE_SIZE);
    if (number === this.#lastNumber) return this.#last;
    const page = this.#pages.get(number);
    if (page !== undefined) this.#use(number, page);
    return page;
  }

  #addPage(taskId: TaskId): Page<Value> {
    const page: Page<Value> = { values: Array.from({ length: PAGE_SIZE }, () => undefined), count: 0 };
    const number = Math.floor(taskId / PAGE_SIZE);
    this.#pages.set(number, page);
    this.#use(number, page);
    return page;
  }

  /** An empty page goes when another one is used: who puts in and takes out by turns keeps the same page. */
  #use(number: number, page: Page<Value>): void {
    if (this.#last?.count === 0) this.#pages.delete(this.#lastNumber);
    this.#lastNumber = number;
    this.#last = page;
  }
}
