/**
 * The last runs of tasks, as columns in a ring: typed arrays and plain loops, since a hundred thousand of them are
 * looked through within a frame. Tiny runs that came too fast to be told one by one stand in one place, as one.
 */
import type { TaskStreamColumns } from '@covey/protocol/bridge';

export const RUNS_KEPT = 100_000;

export interface Lane {
  readonly worker: string;
  readonly thread: number;
}

export class RunRing {
  readonly capacity: number;
  /** Runs ever written; the run numbered `n` stands at `n % capacity`. */
  written = 0;
  /** Rises when everything is forgotten: numbers of lanes and names mean others then. */
  generation = 0;
  /** Runs that were over before they could be told. */
  missed = 0;
  /** The latest end of a run, on the scheduler's clock; 0 for none. */
  lastEndMs = 0;
  readonly start: Float64Array;
  readonly duration: Float32Array;
  readonly lane: Uint16Array;
  readonly name: Uint32Array;
  readonly outcome: Uint8Array;
  readonly task: Float64Array;
  readonly count: Uint32Array;
  /** Runs that are here. */
  runs = 0;
  readonly lanes: Lane[] = [];
  readonly names: string[] = [];

  constructor(capacity = RUNS_KEPT) {
    this.capacity = capacity;
    this.start = new Float64Array(capacity);
    this.duration = new Float32Array(capacity);
    this.lane = new Uint16Array(capacity);
    this.name = new Uint32Array(capacity);
    this.outcome = new Uint8Array(capacity);
    this.task = new Float64Array(capacity);
    this.count = new Uint32Array(capacity);
  }

  /** The number of the oldest run that is still here. */
  get oldest(): number {
    return Math.max(0, this.written - this.capacity);
  }

  get size(): number {
    return this.written - this.oldest;
  }

  add(columns: TaskStreamColumns, missed = 0): void {
    insert(this.lanes, columns.lanes.first, columns.lanes.added, { worker: '…', thread: 0 });
    insert(this.names, columns.names.first, columns.names.added, '…');
    this.missed += missed;
    const { start, duration } = columns;
    for (let i = Math.max(0, start.length - this.capacity); i < start.length; i++) {
      const at = this.written % this.capacity;
      if (this.written++ >= this.capacity) this.runs -= this.count[at]!;
      const startMs = start[i]!;
      const durationMs = duration[i]!;
      this.start[at] = startMs;
      this.duration[at] = durationMs;
      this.lane[at] = columns.lane[i]!;
      this.name[at] = columns.name[i]!;
      this.outcome[at] = columns.outcome[i]!;
      this.task[at] = columns.task[i]!;
      this.count[at] = columns.count[i]!;
      this.runs += this.count[at];
      if (startMs + durationMs > this.lastEndMs) this.lastEndMs = startMs + durationMs;
    }
  }

  clear(): void {
    this.generation++;
    this.written = 0;
    this.runs = 0;
    this.missed = 0;
    this.lastEndMs = 0;
    this.lanes.length = 0;
    this.names.length = 0;
  }

  /** The place in the columns of the latest run in a lane that covers a moment, give or take; -1 for none. */
  find(lane: number, timeMs: number, slackMs: number): number {
    let nearest = -1;
    let distance = slackMs;
    for (let n = this.written - 1; n >= this.oldest; n--) {
      const at = n % this.capacity;
      if (this.lane[at] !== lane) continue;
      const start = this.start[at]!;
      const before = start - timeMs;
      const after = timeMs - (start + this.duration[at]!);
      if (before <= 0 && after <= 0) return at;
      const away = Math.max(before, after);
      if (away < distance) {
        distance = away;
        nearest = at;
      }
    }
    return nearest;
  }

  /** The place of the run next to another in its lane, by time; -1 for none. */
  neighbour(at: number, direction: 1 | -1): number {
    const from = this.start[at]!;
    let nearest = -1;
    let distance = Infinity;
    for (let n = this.written - 1; n >= this.oldest; n--) {
      const other = n % this.capacity;
      const away = (this.start[other]! - from) * direction;
      if (other === at || this.lane[other] !== this.lane[at] || away <= 0 || away >= distance) continue;
      distance = away;
      nearest = other;
    }
    return nearest;
  }

  /** When the first of the runs that are kept began; 0 when there are none. */
  firstStartMs(): number {
    let first = Infinity;
    for (let n = this.oldest; n < this.written; n++) first = Math.min(first, this.start[n % this.capacity]!);
    return first === Infinity ? 0 : first;
  }
}

function insert<Item>(items: Item[], first: number, added: readonly Item[], unknown: Item): void {
  while (items.length < first) items.push(unknown);
  for (const [i, item] of added.entries()) items[first + i] = item;
}
