/**
 * The last runs of tasks, as columns in a ring: what ran where, from when and how long.
 *
 * A cursor is the number of rows noted before. Lanes and names are numbered as they come and remember the row that
 * brought them, so a viewer is told those that it can't know. A row is a run, until runs come faster than anybody could
 * see them one by one: then tiny ones that follow each other join, as long as nobody was told their row.
 */
import { packTaskStream, RunOutcome } from '@covey/protocol/bridge';
import type { TaskStreamColumns } from '@covey/protocol/bridge';
import type { TaskId } from '@covey/protocol/internal';
import type { Feed, Portion } from './feed.js';

/** Rows that are kept: as many as a screen can show. */
const KEPT = 100_000;
/** Rows in one portion, of which a viewer takes ten a second, and where there are many two: as many as come in a crowd. */
const PORTION = 5000;
/** So many rows within so long are a crowd: further runs join. */
const CROWD = 1000;
const CROWD_MS = 100;
/** Runs that last less, and begin so soon after the one before, join its row. */
const TINY_MS = 1;
/** Rows of joined runs last no longer. */
const JOINED_MS = 20;
/** Names beyond these share one. */
const NAMES_MAX = 10_000;
const LANES_MAX = 60_000;
const REST = '…';

interface Columns {
  readonly start: Float64Array;
  readonly duration: Float32Array;
  readonly lane: Uint16Array;
  readonly name: Uint32Array;
  readonly outcome: Uint8Array;
  readonly task: Float64Array;
  readonly count: Uint32Array;
}

interface Lane {
  readonly worker: string;
  readonly thread: number;
}

export class TaskStream implements Feed {
  readonly #kept: number;
  #ring: Columns | undefined;
  #written = 0;
  /** Rows before this one are gone. */
  #oldest = 0;
  /** Rows before this one were told to somebody: they stay as they are. */
  #told = 0;
  readonly #names = new Numbered<string>(NAMES_MAX, REST);
  readonly #nameNumbers = new Map<string, number>();
  readonly #lanes = new Numbered<Lane>(LANES_MAX, { worker: REST, thread: 0 });
  /** The name that was asked for last, and its number: runs of one function mostly come together. */
  #lastName: string | undefined;
  #lastNumber = 0;
  /** The latest row of each lane. */
  readonly #latest: number[] = [];
  /** From where on rows are counted, and when that was. */
  #crowdRow = 0;
  #crowdMs = 0;

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  /** The number of a lane for the runs of a thread. */
  addLane(worker: string, thread: number): number {
    return this.#lanes.add({ worker, thread }, this.#written);
  }

  /** A run has ended; the time is on the scheduler's clock. */
  add(lane: number, name: string, taskId: TaskId, startMs: number, durationMs: number, outcome: number): void {
    const number = name === this.#lastName ? this.#lastNumber : this.#numberOf(name);
    if (this.#isCrowded(startMs) && this.#join(lane, number, startMs, durationMs, outcome)) return;
    const ring = (this.#ring ??= emptyColumns(this.#kept));
    const at = this.#written % this.#kept;
    ring.start[at] = startMs;
    ring.duration[at] = durationMs;
    ring.lane[at] = lane;
    ring.name[at] = number;
    ring.outcome[at] = outcome;
    ring.task[at] = taskId;
    ring.count[at] = 1;
    this.#latest[lane] = this.#written;
    this.#written++;
    this.#oldest = Math.max(this.#oldest, this.#written - this.#kept);
  }

  #isCrowded(atMs: number): boolean {
    if (Math.abs(atMs - this.#crowdMs) > CROWD_MS) {
      this.#crowdMs = atMs;
      this.#crowdRow = this.#written;
    }
    return this.#written - this.#crowdRow >= CROWD;
  }

  /** Whether a run has become part of the row before it in its lane. */
  #join(lane: number, name: number, startMs: number, durationMs: number, outcome: number): boolean {
    const row = this.#latest[lane] ?? -1;
    if (row < this.#told || row < this.#oldest || durationMs >= TINY_MS || outcome !== RunOutcome.done) return false;
    const ring = this.#ring!;
    const at = row % this.#kept;
    const joinedMs = startMs + durationMs - ring.start[at]!;
    const pauseMs = joinedMs - durationMs - ring.duration[at]!;
    const follows = Math.abs(pauseMs) < TINY_MS && joinedMs < JOINED_MS;
    if (!follows || ring.name[at] !== name || ring.outcome[at] !== RunOutcome.done) return false;
    ring.duration[at] = Math.max(ring.duration[at]!, joinedMs);
    ring.count[at]!++;
    return true;
  }

  #numberOf(name: string): number {
    const number = this.#nameNumbers.get(name) ?? this.#names.add(name, this.#written);
    if (number < NAMES_MAX) this.#nameNumbers.set(name, number);
    this.#lastName = name;
    this.#lastNumber = number;
    return number;
  }

  newest(): number {
    return this.#written;
  }

  read(cursor: number): Portion {
    const known = cursor > this.#written ? 0 : cursor;
    const first = Math.max(known, this.#oldest);
    const end = Math.min(this.#written, first + PORTION);
    this.#told = Math.max(this.#told, end);
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
      count: cut(columns.count, empty.count),
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
    count: new Uint32Array(length),
  };
}

/** Things by number, each with the row that brought it. */
class Numbered<T> {
  readonly #most: number;
  readonly #rest: T;
  readonly #things: T[] = [];
  readonly #since: number[] = [];

  constructor(most: number, rest: T) {
    this.#most = most;
    this.#rest = rest;
  }

  /** The number of a new thing; the last number is shared by all for which there is no room. */
  add(thing: T, row: number): number {
    if (this.#things.length > this.#most) return this.#most;
    this.#since.push(row);
    return this.#things.push(this.#things.length === this.#most ? this.#rest : thing) - 1;
  }

  /** What came with the rows from `first` on, before `end`. */
  between(first: number, end: number): { readonly first: number; readonly added: readonly T[] } {
    const from = this.#before(first);
    return { first: from, added: this.#things.slice(from, this.#before(end)) };
  }

  /** How many came with rows before this one. */
  #before(row: number): number {
    let low = 0;
    let high = this.#since.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#since[middle]! < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
