/**
 * The last transitions of all tasks and data, for `story()`. A ring of numbers: writing an entry allocates nothing and keeps nothing alive, so no keys either; who asks
 * knows the keys.
 */
import type { StoryEntry, TaskId } from '@covey/protocol/internal';

/** Numbers for words; there are a few dozen. */
const numbers = new Map<string, number>();
const words: string[] = [];

function numberOf(word: string): number {
  let number = numbers.get(word);
  if (number === undefined) {
    number = words.push(word) - 1;
    numbers.set(word, number);
  }
  return number;
}

export class Story {
  readonly #size: number;
  readonly #times: Float64Array;
  readonly #ids: Float64Array;
  /** From, to and stimulus of each entry. */
  readonly #words: Uint8Array;
  #written = 0;

  constructor(size = 16384) {
    this.#size = size;
    this.#times = new Float64Array(size);
    this.#ids = new Float64Array(size);
    this.#words = new Uint8Array(size * 3);
  }

  tell(now: number, taskId: TaskId, from: string, to: string, stimulus: string): void {
    const at = this.#written++ % this.#size;
    this.#times[at] = now;
    this.#ids[at] = taskId;
    this.#words[at * 3] = numberOf(from);
    this.#words[at * 3 + 1] = numberOf(to);
    this.#words[at * 3 + 2] = numberOf(stimulus);
  }

  /** The entries of some tasks, oldest first; in the place of their keys are their ids. */
  of(taskIds: readonly TaskId[]): StoryEntry[] {
    const wanted = new Set<number>(taskIds);
    const entries: StoryEntry[] = [];
    const word = (at: number): string => words[this.#words[at] as number] ?? '';
    for (let i = Math.max(0, this.#written - this.#size); i < this.#written; i++) {
      const at = i % this.#size;
      if (!wanted.has(this.#ids[at] as number)) continue;
      const timeMs = this.#times[at] as number;
      entries.push({
        timeMs,
        key: String(this.#ids[at]),
        from: word(at * 3),
        to: word(at * 3 + 1),
        stimulus: word(at * 3 + 2),
      });
    }
    return entries;
  }
}
