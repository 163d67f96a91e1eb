/** An event: a flag that many can wait for. */
import type { Wait } from './wait.js';

export class EventFlag {
  #isSet = false;
  readonly #waiting = new Set<Wait<boolean>>();

  get isSet(): boolean {
    return this.#isSet;
  }

  set(): void {
    this.#isSet = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wait of waiting) wait.settle(true);
  }

  clear(): void {
    this.#isSet = false;
  }

  /** Settles with true once the event is set. */
  wait(wait: Wait<boolean>): void {
    if (this.#isSet) wait.settle(true);
    else this.#waiting.add(wait);
  }

  withdraw(wait: Wait<boolean>): void {
    this.#waiting.delete(wait);
  }

  /** Not set and nobody waits: it may be forgotten. */
  get isIdle(): boolean {
    return !this.#isSet && this.#waiting.size === 0;
  }
}
