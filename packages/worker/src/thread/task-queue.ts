/** Tasks that were handed over and have not started, in order. A plain array's `shift` would move all of them each time. */
import type { AttemptId } from '@covey/protocol/internal';
import type { Frames } from '@covey/functions';
import type { TaskOrder } from './messages.js';
import type { DecodedInput } from './shared-inputs.js';

export type TaskInput = Frames | DecodedInput | null;

export interface QueuedTask {
  readonly order: TaskOrder;
  /** The dependencies, in order: encoded, decoded before, or null for values pinned in this thread. */
  readonly inputs: readonly TaskInput[];
  /** Why it is not to start after all. */
  stopReason: string | undefined;
}

/** Give memory back when this much of the front is empty. */
const COMPACT_FROM = 1024;

export class TaskQueue {
  #tasks: (QueuedTask | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#tasks.length - this.#head;
  }

  push(task: QueuedTask): void {
    this.#tasks.push(task);
  }

  shift(): QueuedTask | undefined {
    const task = this.#tasks[this.#head];
    if (task === undefined) return undefined;
    this.#tasks[this.#head++] = undefined;
    if (this.#head === this.#tasks.length) {
      this.#tasks.length = 0;
      this.#head = 0;
    } else if (this.#head >= COMPACT_FROM && this.#head * 2 >= this.#tasks.length) {
      this.#tasks = this.#tasks.slice(this.#head);
      this.#head = 0;
    }
    return task;
  }

  /** Seldom needed, hence a search. */
  find(attempt: AttemptId): QueuedTask | undefined {
    for (let at = this.#head; at < this.#tasks.length; at++) {
      if (this.#tasks[at]?.order.attempt === attempt) return this.#tasks[at];
    }
    return undefined;
  }
}
