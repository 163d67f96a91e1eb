/**
 * The runs on one thread, on their way into the task stream. While runs come faster than anybody could see them one by one, tiny ones that
 * follow each other join to one row, which is open here until one comes that does not fit, or somebody asks what is new.
 */
import { RunOutcome } from '@covey/protocol/bridge';
import type { TaskId } from '@covey/protocol/internal';

/** Runs that last less, and begin so soon after the one before, join its row. */
const TINY_MS = 1;
/** Rows of joined runs last no longer. */
const JOINED_MS = 20;

/** Where rows go. */
export interface Rows {
  /** Whether they come so fast at this time that further runs join. */
  isCrowded(atMs: number): boolean;
  /** A lane has an open row from now on. */
  opened(lane: Lane): void;
  append(
    lane: number,
    name: string,
    taskId: TaskId,
    startMs: number,
    durationMs: number,
    outcome: number,
    count: number,
  ): void;
}

export class Lane {
  readonly #number: number;
  readonly #rows: Rows;
  #name = '';
  #task = 0 as TaskId;
  #startMs = 0;
  #endMs = 0;
  /** Runs in the open row; 0 while there is none. */
  #count = 0;

  constructor(number: number, rows: Rows) {
    this.#number = number;
    this.#rows = rows;
  }

  /** A run has ended; the time is on the scheduler's clock. */
  ended(taskId: TaskId, name: string, startMs: number, durationMs: number, outcome: number): void {
    const isTiny = durationMs < TINY_MS && outcome === RunOutcome.done;
    const endMs = startMs + durationMs;
    if (this.#count > 0) {
      const pauseMs = startMs - this.#endMs;
      const follows = pauseMs < TINY_MS && pauseMs > -TINY_MS && endMs - this.#startMs < JOINED_MS;
      if (isTiny && follows && name === this.#name) {
        if (endMs > this.#endMs) this.#endMs = endMs;
        this.#count++;
        return;
      }
      this.close();
    }
    if (!isTiny || !this.#rows.isCrowded(startMs)) {
      this.#rows.append(this.#number, name, taskId, startMs, durationMs, outcome, 1);
      return;
    }
    this.#name = name;
    this.#task = taskId;
    this.#startMs = startMs;
    this.#endMs = endMs;
    this.#count = 1;
    this.#rows.opened(this);
  }

  /** Ends the open row: what is told stays as it is. */
  close(): void {
    if (this.#count === 0) return;
    const durationMs = this.#endMs - this.#startMs;
    this.#rows.append(this.#number, this.#name, this.#task, this.#startMs, durationMs, RunOutcome.done, this.#count);
    this.#count = 0;
  }
}
