/** Functions by content: each distinct one once, whoever sent it, kept while a session or a task needs it. */
import type { FunctionBlob, FunctionId, WorkerId } from '@covey/protocol/internal';
import { DurationsByName, MovingAverage, estimateMs } from './durations.js';

/** A function as the scheduler knows it. */
export interface FunctionRecord {
  readonly index: number;
  /** How workers know it. */
  readonly id: FunctionId;
  readonly blob: FunctionBlob;
  /** Sessions that defined it and tasks that name it. */
  uses: number;
  /** Workers that have it. */
  readonly knownBy: WorkerId[];
  readonly durations: MovingAverage;
  readonly durationsOfName: MovingAverage;
}

export class FunctionRegistry {
  readonly #records: (FunctionRecord | null)[] = [];
  readonly #free: number[] = [];
  readonly #byHash = new Map<string, FunctionRecord>();
  readonly #names = new DurationsByName();
  #nextId = 1;

  /** Told when nobody needs a function any more. */
  onDropped: (record: FunctionRecord) => void = () => undefined;

  /** How many functions there are. */
  get size(): number {
    return this.#byHash.size;
  }

  /** Indexes are below this. */
  get capacity(): number {
    return this.#records.length;
  }

  /** The record of a function's content, with one use more. */
  use(blob: FunctionBlob): FunctionRecord {
    // The same source may be sent under two names, or with another count of references: then it is another function.
    const identity = `${blob.hash} ${blob.references} ${blob.name}`;
    let record = this.#byHash.get(identity);
    if (record === undefined) {
      record = {
        index: this.#free.pop() ?? this.#records.length,
        id: this.#nextId++ as FunctionId,
        blob,
        uses: 0,
        knownBy: [],
        durations: new MovingAverage(),
        durationsOfName: this.#names.of(blob.name),
      };
      this.#records[record.index] = record;
      this.#byHash.set(identity, record);
    }
    record.uses++;
    return record;
  }

  /** What was measured, by function name. */
  durationsByName(): IterableIterator<[name: string, average: MovingAverage]> {
    return this.#names.entries();
  }

  at(index: number): FunctionRecord {
    return this.#records[index]!;
  }

  /** `uses` uses less. */
  drop(index: number, uses = 1): void {
    const record = this.#records[index]!;
    record.uses -= uses;
    if (record.uses > 0) return;
    const { blob } = record;
    this.#byHash.delete(`${blob.hash} ${blob.references} ${blob.name}`);
    this.#records[index] = null;
    this.#free.push(index);
    this.onDropped(record);
  }

  /** Notes how long a call took. */
  learn(index: number, durationMs: number): void {
    const record = this.#records[index]!;
    record.durations.add(durationMs);
    record.durationsOfName.add(durationMs);
  }

  /** What a call is expected to take. */
  estimateMs(index: number, unknownMs: number, windowMs: number): number {
    const record = this.#records[index]!;
    return estimateMs(record.durations, record.durationsOfName, unknownMs, windowMs);
  }

  /** All uses, for validation. */
  totalUses(): number {
    let total = 0;
    for (const record of this.#byHash.values()) total += record.uses;
    return total;
  }
}
