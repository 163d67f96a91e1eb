/**
 * What tasks print appears under the cell that submitted them, up to a bound a cell: a thousand tasks that print must not
 * drown the notebook.
 */
import type { TaskOutputEvent } from 'covey';
import type { RequestId } from '../channel/messages.js';

/** Characters of one cell's tasks that are shown. */
const SHOWN_MAX = 256 * 1024;
/** How many cells are remembered with what they had. */
const CELLS_MAX = 1024;

export type SayUnder = (cell: RequestId, name: 'stdout' | 'stderr', text: string) => void;

export class TaskOutput {
  readonly #say: SayUnder;
  readonly #shown = new Map<RequestId, number>();

  constructor(say: SayUnder) {
    this.#say = say;
  }

  /** @param fallback the cell for tasks of which nobody knows where they were submitted. */
  hear(event: TaskOutputEvent, fallback: RequestId): void {
    const cell = typeof event.origin === 'number' ? event.origin : fallback;
    if (event.type === 'warning')
      this.#write(cell, 'stderr', `warning: task '${event.key}': ${event.name}: ${event.message}\n`);
    else this.#write(cell, event.stream, event.text);
  }

  #write(cell: RequestId, name: 'stdout' | 'stderr', text: string): void {
    const shown = this.#shown.get(cell) ?? 0;
    if (shown >= SHOWN_MAX) return;
    const taken = shown + text.length <= SHOWN_MAX ? text : text.slice(0, SHOWN_MAX - shown);
    this.#shown.set(cell, shown + text.length);
    this.#say(cell, name, taken);
    if (shown + text.length >= SHOWN_MAX) {
      this.#say(
        cell,
        'stderr',
        `\n… this cell's tasks printed more than ${SHOWN_MAX / 1024} KB; the rest is left out\n`,
      );
    }
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > CELLS_MAX && oldest !== undefined) this.#shown.delete(oldest);
  }
}
