/**
 * The last transitions of all tasks and data, for `story()` and for error messages of `validate()`. A ring of columns: writing an entry allocates nothing.
 */
import type { StoryEntry, TaskId } from '@covey/protocol/internal';

export class Story {
  readonly #size: number;
  readonly #times: Float64Array;
  readonly #ids: Float64Array;
  readonly #texts: string[];
  #written = 0;

  constructor(size = 16384) {
    this.#size = size;
    this.#times = new Float64Array(size);
    this.#ids = new Float64Array(size);
    this.#texts = new Array<string>(size * 4).fill('');
  }

  tell(now: number, taskId: TaskId, key: string, from: string, to: string, stimulus: string): void {
    const at = this.#written++ % this.#size;
    this.#times[at] = now;
    this.#ids[at] = taskId;
    const text = at * 4;
    this.#texts[text] = key;
    this.#texts[text + 1] = from;
    this.#texts[text + 2] = to;
    this.#texts[text + 3] = stimulus;
  }

  /** The entries of some tasks, oldest first. */
  of(taskIds: readonly TaskId[]): StoryEntry[] {
    const wanted = new Set<number>(taskIds);
    const entries: StoryEntry[] = [];
    for (let i = Math.max(0, this.#written - this.#size); i < this.#written; i++) {
      const at = i % this.#size;
      if (!wanted.has(this.#ids[at] as number)) continue;
      const [key = '', from = '', to = '', stimulus = ''] = this.#texts.slice(at * 4, at * 4 + 4);
      entries.push({ timeMs: this.#times[at] as number, key, from, to, stimulus });
    }
    return entries;
  }
}
