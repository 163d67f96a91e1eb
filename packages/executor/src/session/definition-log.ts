/**
 * How the tasks that this client holds were defined: what it would have to send again to a scheduler that lost them.
 *
 * Bounded in bytes: when there is more, the oldest go first, and their tasks could then not be computed anew from here.
 */
import type { TaskOptions, TaskRun } from '@covey/protocol/internal';

/** A run as it was sent, with its options spelled out. */
export interface RunDefinition {
  readonly options: TaskOptions;
  readonly run: TaskRun;
}

interface Entry extends RunDefinition {
  readonly firstId: number;
  readonly nbytes: number;
  /** Tasks of the run that are still held. */
  held: number;
}

/** What an entry costs beside its arguments, roughly. */
const ENTRY_BYTES = 256;
const DEFAULT_LIMIT = 64 * 2 ** 20;

export class DefinitionLog {
  readonly #limit: number;
  /** In the order of ids; undefined where all tasks were released. */
  #entries: (Entry | undefined)[] = [];
  #firstIds: number[] = [];
  #empty = 0;
  #nbytes = 0;
  #oldest = 0;

  constructor(limitBytes = DEFAULT_LIMIT) {
    this.#limit = limitBytes;
  }

  get nbytes(): number {
    return this.#nbytes;
  }

  add(options: TaskOptions, run: TaskRun): void {
    const nbytes = run.args.byteLength + ENTRY_BYTES + (run.dependencies?.length ?? 0) * 8;
    this.#entries.push({ options, run, firstId: run.firstId, nbytes, held: run.count });
    this.#firstIds.push(run.firstId);
    this.#nbytes += nbytes;
    while (this.#nbytes > this.#limit && this.#oldest < this.#entries.length) this.#drop(this.#oldest++);
    if (this.#empty > 1024 && this.#empty > this.#entries.length / 2) this.#compact();
  }

  /** A task is no longer held. */
  release(id: number): void {
    const at = this.#find(id);
    const entry = this.#entries[at];
    if (entry !== undefined && id < entry.firstId + entry.run.count && --entry.held === 0) this.#drop(at);
  }

  /** The run that defined a held task, if it is still known. */
  of(id: number): RunDefinition | undefined {
    const entry = this.#entries[this.#find(id)];
    return entry !== undefined && id < entry.firstId + entry.run.count ? entry : undefined;
  }

  /** Index of the last run that begins at or before `id`. */
  #find(id: number): number {
    let low = 0;
    let high = this.#firstIds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#firstIds[middle] as number) <= id) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #drop(at: number): void {
    const entry = this.#entries[at];
    if (entry === undefined) return;
    this.#entries[at] = undefined;
    this.#empty++;
    this.#nbytes -= entry.nbytes;
  }

  #compact(): void {
    this.#entries = this.#entries.filter((entry) => entry !== undefined);
    this.#firstIds = this.#entries.map((entry) => (entry as Entry).firstId);
    this.#empty = 0;
    this.#oldest = 0;
  }
}
