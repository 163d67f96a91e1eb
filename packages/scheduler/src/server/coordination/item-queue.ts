/** A queue with many putters and getters, bounded or not. Both sides are served in the order in which they came. */
import type { Item } from './item.js';
import { oldest } from './wait.js';
import type { Wait } from './wait.js';

interface Put {
  readonly wait: Wait<boolean>;
  readonly item: Item;
}

interface Get {
  readonly wait: Wait<readonly Item[]>;
  readonly count: number;
}

export class ItemQueue {
  /** 0 is unbounded; undefined until the first put says. */
  #maxsize: number | undefined;
  #items: Item[] = [];
  /** Index of the first item in `#items`: what is before it is taken. */
  #first = 0;
  readonly #puts = new Set<Put>();
  readonly #gets = new Set<Get>();

  get size(): number {
    return this.#items.length - this.#first;
  }

  /** Settles with true once the item is in. The first put decides about the `maxsize`. Of a put that is withdrawn the caller releases the item. */
  put(wait: Wait<boolean>, item: Item, maxsize: number): void {
    this.#maxsize ??= maxsize;
    this.#puts.add({ wait, item });
    this.#settle();
  }

  /** Settles with `count` items, taken together. While a getter wants more than the `maxsize`, that many are let in. */
  get(wait: Wait<readonly Item[]>, count: number): void {
    this.#gets.add({ wait, count });
    this.#settle();
  }

  /** All there is, up to `limit`; getters that wait for more than there is keep waiting. */
  drain(limit: number): readonly Item[] {
    const taken = this.#take(Math.min(limit, this.size));
    this.#settle();
    return taken;
  }

  withdrawPut(wait: Wait<boolean>): void {
    for (const put of this.#puts) if (put.wait === wait) this.#puts.delete(put);
  }

  /** Who stands behind a getter that leaves may be served now. */
  withdrawGet(wait: Wait<readonly Item[]>): void {
    for (const get of this.#gets) if (get.wait === wait) this.#gets.delete(get);
    this.#settle();
  }

  /** Empties it; who waits is told. Answers the items dropped, those of waiting puts not among them. */
  close(reason: Error): readonly Item[] {
    const dropped = this.#take(this.size);
    const waiting = [...this.#puts, ...this.#gets];
    this.#puts.clear();
    this.#gets.clear();
    for (const { wait } of waiting) wait.fail(reason);
    return dropped;
  }

  get isIdle(): boolean {
    return this.size === 0 && this.#puts.size === 0 && this.#gets.size === 0;
  }

  #settle(): void {
    for (;;) {
      const get = oldest(this.#gets);
      if (get !== undefined && this.size >= get.count) {
        this.#gets.delete(get);
        get.wait.settle(this.#take(get.count));
        continue;
      }
      const put = oldest(this.#puts);
      const room = this.#maxsize ? Math.max(this.#maxsize, get?.count ?? 0) : Infinity;
      if (put === undefined || this.size >= room) return;
      this.#puts.delete(put);
      this.#items.push(put.item);
      put.wait.settle(true);
    }
  }

  #take(count: number): readonly Item[] {
    const taken = this.#items.slice(this.#first, this.#first + count);
    this.#first += count;
    // Compacted when half of it is gone, so that each item is moved a bounded number of times.
    if (this.#first * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return taken;
  }
}
