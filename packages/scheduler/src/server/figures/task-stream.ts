/**
 * The last runs of tasks, as columns in a ring: what ran where, from when and how long.
 *
 * A cursor is the number of rows noted before. Lanes and names are numbered as they come and remember the row that
 * brought them, so a viewer is told those that it can't know. A row is a run, or several that have joined (`lane.ts`).
 */
import { packTaskStream } from '@covey/protocol/bridge';
import type { TaskStreamColumns } from '@covey/protocol/bridge';
import type { TaskId } from '@covey/protocol/internal';
import type { Feed, Portion } from './feed.js';
import { Lane } from './lane.js';
import type { Rows } from './lane.js';

/** Rows that are kept: as many as a screen can show. */
const KEPT = 100_000;
/** Rows in one portion, of which a viewer takes ten a second, and where there are many two: as many as come in a crowd. */
const PORTION = 5000;
/** So many rows between two looks are a crowd: further runs join. */
const CROWD = 1000;
/** How often viewers look, until they say. */
const LOOK_MS = 100;
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

interface ThreadName {
  readonly worker: string;
  readonly thread: number;
}

export class TaskStream implements Feed, Rows {
  /** How often viewers look, in milliseconds: less often, and rows are coarser, so that a look costs no more. */
  lookMs = LOOK_MS;
  readonly #kept: number;
  #ring: Columns | undefined;
  #written = 0;
  /** Rows before this one are gone. */
  #oldest = 0;
  readonly #names = new Numbered<string>(NAMES_MAX, REST);
  readonly #nameNumbers = new Map<string, number>();
  readonly #lanes = new Numbered<ThreadName>(LANES_MAX, { worker: REST, thread: 0 });
  /** The name that was asked for last, and its number: runs of one function mostly come together. */
  #lastName: string | undefined;
  #lastNumber = 0;
  /** Lanes with an open row, and some that had one. */
  readonly #open = new Set<Lane>();
  /** From where on rows are counted, and when that was. */
  #crowdRow = 0;
  #crowdMs = 0;

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  /** A lane for the runs of a thread. */
  addLane(worker: string, thread: number): Lane {
    return new Lane(this.#lanes.add({ worker, thread }, this.#written), this);
  }

  opened(lane: Lane): void {
    this.#open.add(lane);
  }

  append(
    lane: number,
    name: string,
    taskId: TaskId,
    startMs: number,
    durationMs: number,
    outcome: number,
    count: number,
  ): void {
    const ring = (this.#ring ??= emptyColumns(this.#kept));
    const at = this.#written % this.#kept;
    ring.start[at] = startMs;
    ring.duration[at] = durationMs;
    ring.lane[at] = lane;
    ring.name[at] = name === this.#lastName ? this.#lastNumber : this.#numberOf(name);
    ring.outcome[at] = outcome;
    ring.task[at] = taskId;
    ring.count[at] = count;
    this.#written++;
    this.#oldest = Math.max(this.#oldest, this.#written - this.#kept);
  }

  isCrowded(atMs: number): boolean {
    if (Math.abs(atMs - this.#crowdMs) > this.lookMs) {
      this.#crowdMs = atMs;
      this.#crowdRow = this.#written;
    }
    return this.#written - this.#crowdRow >= CROWD;
  }

  #numberOf(name: string): number {
    const number = this.#nameNumbers.get(name) ?? this.#names.add(name, this.#written);
    if (number < NAMES_MAX) this.#nameNumbers.set(name, number);
    this.#lastName = name;
    this.#lastNumber = number;
    return number;
  }

  newest(): number {
    for (const lane of this.#open) lane.close();
    this.#open.clear();
    return this.#written;
  }

  read(cursor: number): Portion {
    const known = cursor > this.newest() ? 0 : cursor;
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
      count: cut(columns.count, empty.count),
      lanes: this.#lanes.between(known, end),
      names: this.#names.between(known, end),
    };
    return { cursor: end, missed: first - known, ...packTaskStream(told) };
  }

  rest(): void {
    this.newest();
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
