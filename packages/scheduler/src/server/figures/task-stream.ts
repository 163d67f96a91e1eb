/**
 * The last runs of tasks, as columns in a ring: what ran where, from when and how long.
 *
 * A cursor is the number of runs noted before. Lanes and names are numbered as they come and remember the run that
 * brought them, so a viewer is told those that it can't know.
 */
import { packTaskStream } from '@covey/protocol/bridge';
import type { TaskStreamColumns } from '@covey/protocol/bridge';
import type { WorkerId } from '@covey/protocol/internal';
import type { Feed, Portion } from './feed.js';

/** How a run ended. */
export const Outcome = { done: 0, erred: 1, stopped: 2 } as const;

/** Runs that are kept: as many as a screen can show. */
const KEPT = 100_000;
/** Runs in one portion, of which a viewer takes ten a second: about a megabyte. */
const PORTION = 4000;
/** Names beyond these share one. */
const NAMES_MAX = 10_000;
const LANES_MAX = 60_000;
const REST = '…';
/** Threads of one worker, for numbering lanes. */
const THREADS_MAX = 2 ** 20;

export interface Run {
  readonly workerId: WorkerId;
  /** Its name. */
  readonly worker: string;
  readonly thread: number;
  readonly name: string;
  readonly taskId: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly outcome: number;
}

interface Columns {
  readonly start: Float64Array;
  readonly duration: Float32Array;
  readonly lane: Uint16Array;
  readonly name: Uint32Array;
  readonly outcome: Uint8Array;
  readonly task: Float64Array;
}

export class TaskStream implements Feed {
  readonly #kept: number;
  #ring: Columns | undefined;
  #written = 0;
  /** Runs before this one are gone. */
  #oldest = 0;
  readonly #names = new Numbered<string, string>(NAMES_MAX);
  readonly #lanes = new Numbered<number, { readonly worker: string; readonly thread: number }>(LANES_MAX);

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  add(run: Run): void {
    const { name, taskId, startMs, durationMs, outcome } = run;
    const ring = (this.#ring ??= emptyColumns(this.#kept));
    const at = this.#written % this.#kept;
    ring.start[at] = startMs;
    ring.duration[at] = durationMs;
    ring.lane[at] = this.#laneOf(run);
    ring.name[at] = this.#names.find(name) ?? this.#names.add(name, name, this.#written, REST);
    ring.outcome[at] = outcome;
    ring.task[at] = taskId;
    this.#written++;
    this.#oldest = Math.max(this.#oldest, this.#written - this.#kept);
  }

  #laneOf({ workerId, worker, thread }: Run): number {
    const key = workerId * THREADS_MAX + thread;
    return (
      this.#lanes.find(key) ?? this.#lanes.add(key, { worker, thread }, this.#written, { worker: REST, thread: 0 })
    );
  }

  newest(): number {
    return this.#written;
  }

  read(cursor: number): Portion {
    const known = cursor > this.#written ? 0 : cursor;
    const first = Math.max(known, this.#oldest);
    const end = Math.min(this.#written, first + PORTION);
    const columns = this.#ring ?? emptyColumns(0);
    const cut = <
      C extends { readonly length: number; set(from: C, at: number): void; subarray(a: number, b: number): C },
    >(
      column: C,
      into: C,
    ): C => {
      const from = first % this.#kept;
      const head = Math.min(end - first, this.#kept - from);
      into.set(column.subarray(from, from + head), 0);
      if (first + head < end) into.set(column.subarray(0, end - first - head), head);
      return into;
    };
    const empty = emptyColumns(end - first);
    const told: TaskStreamColumns = {
      start: cut(columns.start, empty.start),
      duration: cut(columns.duration, empty.duration),
      lane: cut(columns.lane, empty.lane),
      name: cut(columns.name, empty.name),
      outcome: cut(columns.outcome, empty.outcome),
      task: cut(columns.task, empty.task),
      lanes: this.#lanes.between(known, end),
      names: this.#names.between(known, end),
    };
    return { cursor: end, missed: first - known, ...packTaskStream(told) };
  }

  rest(): void {
    this.#ring = undefined;
    this.#oldest = this.#written;
  }
}

function emptyColumns(length: number): Columns {
  return {
    start: new Float64Array(length),
    duration: new Float32Array(length),
    lane: new Uint16Array(length),
    name: new Uint32Array(length),
    outcome: new Uint8Array(length),
    task: new Float64Array(length),
  };
}

/** Things by number, each with the run at which it was first seen. */
class Numbered<Key, T> {
  readonly #most: number;
  readonly #numbers = new Map<Key, number>();
  readonly #things: T[] = [];
  readonly #since: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  find(key: Key): number | undefined {
    return this.#numbers.get(key);
  }

  /** The number of a new thing; the last number is shared by all for which there is no room. */
  add(key: Key, thing: T, run: number, rest: T): number {
    const isFull = this.#things.length >= this.#most;
    if (this.#things.length > this.#most) return this.#most;
    this.#since.push(run);
    const number = this.#things.push(isFull ? rest : thing) - 1;
    if (!isFull) this.#numbers.set(key, number);
    return number;
  }

  /** What came with the runs from `first` on, before `end`. */
  between(first: number, end: number): { readonly first: number; readonly added: readonly T[] } {
    const from = this.#before(first);
    return { first: from, added: this.#things.slice(from, this.#before(end)) };
  }

  /** How many came with runs before this one. */
  #before(run: number): number {
    let low = 0;
    let high = this.#since.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#since[middle]! < run) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
