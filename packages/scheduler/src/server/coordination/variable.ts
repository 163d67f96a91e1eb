/** One value under a name, shared by whoever sets and gets it. */
import type { Item } from './item.js';
import type { Wait } from './wait.js';

export class Variable {
  #item: Item | undefined;
  readonly #waiting = new Set<Wait<readonly Item[]>>();

  /** Replaces the value and serves who waits for one. Answers the item that was there before: the caller releases it. */
  set(item: Item): Item | undefined {
    const before = this.#item;
    this.#item = item;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wait of waiting) wait.settle([lend(item)]);
    return before;
  }

  /** Settles with the value, once there is one; its hold is retained for the receiver. */
  get(wait: Wait<readonly Item[]>): void {
    if (this.#item !== undefined) wait.settle([lend(this.#item)]);
    else this.#waiting.add(wait);
  }

  /** Answers the item that was there: the caller releases it. */
  delete(): Item | undefined {
    const before = this.#item;
    this.#item = undefined;
    return before;
  }

  withdraw(wait: Wait<readonly Item[]>): void {
    this.#waiting.delete(wait);
  }

  get isIdle(): boolean {
    return this.#item === undefined && this.#waiting.size === 0;
  }
}

function lend(item: Item): Item {
  item.hold?.retain();
  return item;
}
