/**
 * Futures of a session: how they are made, counted, and let go by `release()` or by the collector.
 *
 * The registry is told of each future of a small map, and of groups of futures of a large one (see docs/design/executor.md). What
 * it holds is one number, first id × RANGE + count, so that nothing is allocated a future.
 */
import { UsageError } from '../errors.js';
import { futureOrigin, heldId, hostOf, LaterHandle, makeFuture } from '../future.js';
import type { Future, FutureHost, FutureOrigin } from '../future.js';
import type { ClientTaskId } from '@covey/protocol/internal';
import type { TaskTable } from './task-table.js';

/** Futures of a map above this count are collected in groups, so that they cost the collector nothing each. */
const GROUPS_ABOVE = 4096;
/** How many futures such a group has; at most {@link RANGE}. */
const GROUP = 32;
const RANGE = 64;

export class Handles {
  readonly #host: FutureHost;
  readonly #table: TaskTable;
  readonly #gone: (id: number, key: string | undefined) => void;
  /** Futures whose keys stand in the table share this. */
  readonly #keyedOrigin: FutureOrigin;
  readonly #collected = new FinalizationRegistry<number | LaterHandle>((held) => this.#handlesCollected(held));

  /** `gone` is told when the last handle of a task is gone, with the key that it had. */
  constructor(host: FutureHost, table: TaskTable, gone: (id: number, key: string | undefined) => void) {
    this.#host = host;
    this.#table = table;
    this.#gone = gone;
    this.#keyedOrigin = { host, prefix: null };
  }

  /** The first handle of a task that has just got its id. `origin`: of its function, if its key is made from its id. */
  first<T>(id: number, origin: FutureOrigin = this.#keyedOrigin): Future<T> {
    const future = makeFuture<T>(id, origin);
    this.#collected.register(future, id * RANGE + 1);
    return future;
  }

  /** First handles of `count` tasks, appended to `futures`. */
  firstOfMany<T>(firstId: number, count: number, futures: Future<T>[], origin?: FutureOrigin): void {
    if (futures.length + count <= GROUPS_ABOVE) {
      for (let i = 0; i < count; i++) futures.push(this.first(firstId + i, origin));
      return;
    }
    const prefix = origin?.prefix ?? null;
    for (let start = 0; start < count; start += GROUP) {
      const size = Math.min(GROUP, count - start);
      const group: FutureOrigin = { host: this.#host, prefix };
      this.#collected.register(group, (firstId + start) * RANGE + size);
      for (let i = 0; i < size; i++) futures.push(makeFuture(firstId + start + i, group));
    }
  }

  /** Another handle of a task that is held already. */
  later<T>(id: number, prefix: string | null = null): Future<T> {
    this.#table.retain(id);
    const origin = new LaterHandle(this.#host, prefix, id);
    const future = makeFuture<T>(id, origin);
    this.#collected.register(future, origin);
    return future;
  }

  /** Another handle of the task of a future. */
  sameTask<T>(future: Future<T>): Future<T> {
    return this.later(this.idOf(future), futureOrigin(future).prefix);
  }

  /** The id of a future of this session. @throws FutureReleasedError, UsageError for another session's future */
  idOf(future: Future<unknown>): ClientTaskId {
    const host = hostOf(future);
    if (host !== this.#host) {
      if (host.ended !== undefined) throw host.ended;
      throw new UsageError(
        `${future.toString()} belongs to another executor: gather it there, or share it by a dataset`,
      );
    }
    return heldId(future) as ClientTaskId;
  }

  /** A handle was let go, or collected. */
  released(id: number, origin: FutureOrigin): void {
    if (!(origin instanceof LaterHandle)) {
      this.#handleGone(id, true);
    } else if (!origin.released) {
      origin.released = true;
      this.#handleGone(id, false);
    }
  }

  /** Keeps a held task while something is done with it here. */
  hold(id: number): void {
    this.#table.retain(id);
  }

  /** Undoes {@link hold}. */
  letGo(id: number): void {
    this.#handleGone(id, false);
  }

  #handlesCollected(held: number | LaterHandle): void {
    if (typeof held !== 'number') {
      this.released(held.id, held);
      return;
    }
    const first = Math.floor((held - 1) / RANGE);
    const count = held - first * RANGE;
    for (let id = first; id < first + count; id++) this.#handleGone(id, true);
  }

  #handleGone(id: number, primary: boolean): void {
    const key = this.#table.key(id);
    if (primary ? this.#table.releasePrimary(id) : this.#table.releaseOther(id)) this.#gone(id, key);
  }
}
