/** Futures in the order in which they settle. */
import { offAbort, onAbort, oneOf, signalKinds } from '@covey/protocol/internal';
import type { Kinds } from '@covey/protocol/internal';
import { Future, hostOf } from '../future.js';
import type { WaitOptions } from '../future.js';
import { UsageError } from '../errors.js';
import { Session } from '../session/session.js';
import { State } from '../session/task-table.js';
import type { Waiter } from '../session/task-table.js';
import { checkUsage, listFutures, notAFuture } from '../usage.js';
import { gatherValues } from '../submit/gather.js';

/** How {@link asCompleted} goes on. */
export interface AsCompletedOptions {
  /** Ends the iteration: the loop throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What {@link AsCompleted.results} does with futures that have no result. */
export interface ResultsOptions {
  /** 'raise' (default) throws the error out of the loop; 'skip' leaves the future out. */
  readonly errors?: 'raise' | 'skip';
}

const resultsKinds: Kinds<ResultsOptions> = { errors: oneOf('raise', 'skip') };

/**
 * Futures in the order in which they settle: `for await (const future of asCompleted(futures))`. More can be added while it
 * runs; the loop ends when all that were added have been given. Each position of a repeated future is given.
 *
 * @example
 * ```ts
 * const completed = asCompleted(executor.map(simulate, parameters));
 * for await (const [future, value] of completed.results()) {
 *   if (value.promising) completed.add(executor.submit(refine, future));
 * }
 * ```
 */
export function asCompleted<F extends Future<unknown>>(
  futures: Iterable<F> = [],
  options: AsCompletedOptions = {},
): AsCompleted<F> {
  const completed = new AsCompleted<F>(options);
  completed.update(futures);
  return completed;
}

/** See {@link asCompleted}. */
export class AsCompleted<F extends Future<unknown>> implements AsyncIterableIterator<F>, Waiter {
  readonly #options: AsCompletedOptions;
  /** Pending futures by their ids, once per time that they were added. */
  readonly #pending = new Map<number, F[]>();
  readonly #ready: F[] = [];
  #session: Session | undefined;
  #waiting = 0;
  #wake: (() => void)[] = [];

  constructor(options: AsCompletedOptions = {}) {
    checkUsage(options, signalKinds, 'asCompleted');
    this.#options = options;
  }

  /** Adds a future. */
  add(future: F): void {
    if (!(future instanceof Future)) throw notAFuture(future, 'asCompleted takes');
    const session = this.#sessionFor(future);
    const id = session.handles.idOf(future);
    if (session.table.state(id) !== State.pending) {
      this.#ready.push(future);
      this.#wakeAll();
      return;
    }
    const same = this.#pending.get(id);
    if (same === undefined) this.#pending.set(id, [future]);
    else same.push(future);
    this.#waiting++;
    session.table.wait(id, this);
  }

  /** Adds futures. */
  update(futures: Iterable<F>): void {
    for (const future of listFutures(futures, 'asCompleted')) this.add(future);
  }

  /** How many are still to be given, settled or not. */
  get count(): number {
    return this.#waiting + this.#ready.length;
  }

  /** Whether all that were added have been given. */
  isEmpty(): boolean {
    return this.count === 0;
  }

  /** Whether one can be given at once. */
  hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Forgets all that are still to be given. */
  clear(): void {
    for (const id of this.#pending.keys()) this.#session?.table.stopWaiting(id, this);
    this.#pending.clear();
    this.#ready.length = 0;
    this.#waiting = 0;
    this.#wakeAll();
  }

  /** @internal Called by the table. */
  settled(id: number): void {
    const futures = this.#pending.get(id);
    if (futures === undefined) return;
    this.#pending.delete(id);
    this.#waiting -= futures.length;
    for (const future of futures) this.#ready.push(future);
    this.#wakeAll();
  }

  /** The next future that has settled, waited for. */
  async next(): Promise<IteratorResult<F, undefined>> {
    const future = await this.#take();
    return future === undefined ? { done: true, value: undefined } : { done: false, value: future };
  }

  /** Ends the iteration, as leaving the loop does. */
  async return(): Promise<IteratorResult<F, undefined>> {
    this.clear();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** All that have settled by now, at least one unless nothing is left. */
  async nextBatch(): Promise<F[]> {
    if (this.#ready.length === 0 && !(await this.#waitForOne())) return [];
    return this.#ready.splice(0);
  }

  /** Batches of futures: each time all that have settled since the last. */
  async *batches(): AsyncGenerator<F[], void, undefined> {
    for (;;) {
      const batch = await this.nextBatch();
      if (batch.length === 0) return;
      yield batch;
    }
  }

  /** Futures with their values; values of one batch are fetched together. */
  async *results(
    options: ResultsOptions = {},
  ): AsyncGenerator<[F, F extends Future<infer Value> ? Value : never], void, undefined> {
    checkUsage(options, resultsKinds, 'results');
    type Value = F extends Future<infer V> ? V : never;
    const wait: WaitOptions = this.#options.signal === undefined ? {} : { signal: this.#options.signal };
    for await (const batch of this.batches()) {
      const session = this.#session as Session;
      const finished = batch.filter((future) => future.status === 'finished');
      const values = (await gatherValues(session, finished, wait, Infinity)) as Value[];
      let next = 0;
      for (const future of batch) {
        if (finished[next] === future) {
          yield [future, values[next++] as Value];
        } else if (options.errors !== 'skip') {
          throw await future.exception(wait);
        }
      }
    }
  }

  async #take(): Promise<F | undefined> {
    if (this.#ready.length > 0 || (await this.#waitForOne())) return this.#ready.shift();
    return undefined;
  }

  /** Waits until one is ready; false when nothing is left. */
  async #waitForOne(): Promise<boolean> {
    const around = this.#session?.settings.aroundWait;
    const { signal } = this.#options;
    const wakeUp = (): void => this.#wakeAll();
    for (;;) {
      signal?.throwIfAborted();
      if (this.#ready.length > 0) return true;
      if (this.#waiting === 0) return false;
      const wait = () => new Promise<void>((resolve) => this.#wake.push(resolve));
      onAbort(signal, wakeUp);
      try {
        await (around === undefined ? wait() : around(wait));
      } finally {
        offAbort(signal, wakeUp);
      }
    }
  }

  #wakeAll(): void {
    const wake = this.#wake;
    if (wake.length === 0) return;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }

  #sessionFor(future: F): Session {
    const host = hostOf(future);
    if (!(host instanceof Session)) throw new UsageError('This future belongs to another copy of this package');
    this.#session ??= host;
    if (this.#session !== host) throw new UsageError('The futures of one asCompleted have to be of one executor');
    return host;
  }
}
