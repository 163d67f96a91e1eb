/**
 * The runs that one batch of a worker's news tells of, as columns. They are noted while the core is busy with their tasks, and looked at behind the batch, in one
 * loop: so what is made for viewers stays out of the code that each task goes through.
 */
import type { TaskId } from '@covey/protocol/internal';

const FIRST_ROOM = 64;

export class RunLog {
  length = 0;
  /** Of the functions. */
  readonly names: string[] = [];
  tasks = new Float64Array(FIRST_ROOM);
  starts = new Float64Array(FIRST_ROOM);
  durations = new Float64Array(FIRST_ROOM);
  threads = new Uint32Array(FIRST_ROOM);
  outcomes = new Uint8Array(FIRST_ROOM);

  /** Times are the worker's, in milliseconds. */
  add(task: TaskId, name: string, startMs: number, durationMs: number, thread: number, outcome: number): void {
    const at = this.length++;
    if (at === this.tasks.length) this.#grow();
    this.names[at] = name;
    this.tasks[at] = task;
    this.starts[at] = startMs;
    this.durations[at] = durationMs;
    this.threads[at] = thread;
    this.outcomes[at] = outcome;
  }

  clear(): void {
    this.length = 0;
  }

  #grow(): void {
    const room = 2 * this.tasks.length;
    const larger = <C extends { set(from: C): void }>(column: C, into: C): C => {
      into.set(column);
      return into;
    };
    this.tasks = larger(this.tasks, new Float64Array(room));
    this.starts = larger(this.starts, new Float64Array(room));
    this.durations = larger(this.durations, new Float64Array(room));
    this.threads = larger(this.threads, new Uint32Array(room));
    this.outcomes = larger(this.outcomes, new Uint8Array(room));
  }
}
