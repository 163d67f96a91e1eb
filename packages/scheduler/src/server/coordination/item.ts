/** What queues and variables keep: opaque bytes, and the tasks that the futures among them stand for. */

/**
 * Keeps tasks alive, by reference count, on behalf of something that is not a client. Made with a count of one; the last `release` lets the
 * tasks go.
 */
export class TaskHold {
  /** In the order in which the bytes refer to them. */
  readonly keys: readonly string[];
  readonly #letGo: () => void;
  #count = 1;

  constructor(keys: readonly string[], letGo: () => void) {
    this.keys = keys;
    this.#letGo = letGo;
  }

  retain(): this {
    this.#count++;
    return this;
  }

  release(): void {
    if (--this.#count === 0) this.#letGo();
  }
}

export interface Item {
  readonly value: Uint8Array;
  /** Null when the value has no futures in it. */
  readonly hold: TaskHold | null;
}

/** As it goes to the client. */
export interface TakenItem {
  readonly value: Uint8Array;
  readonly keys: readonly string[];
}
