/** The compatible facade: what code written for a pool of threads expects. */
import type { Future } from '../future.js';
import type { AnyFunction } from '../submit/submit.js';

/** How the facade submits: the executor's own ways. */
export interface Submitting {
  submit(fn: AnyFunction, args: readonly unknown[]): Future<unknown>;
  map(fn: AnyFunction, iterables: readonly Iterable<unknown>[]): Future<unknown>[];
}

/** `submit` and `map` that give values: see {@link Executor.asConcurrent}. */
export class ConcurrentFacade {
  readonly #executor: Submitting;

  /** @internal */
  constructor(executor: Submitting) {
    this.#executor = executor;
  }

  /** Calls `fn` on a worker. @throws what it throws */
  submit<Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args): Promise<Awaited<R>> {
    const future = this.#executor.submit(fn, args) as Future<Awaited<R>>;
    return future.result().finally(() => future.release());
  }

  /** Calls `fn` with each position of the iterables; values come in order, as soon as each is there. */
  async *map<Args extends unknown[], R>(
    fn: (...args: Args) => R,
    ...iterables: { [K in keyof Args]: Iterable<Args[K]> }
  ): AsyncGenerator<Awaited<R>, void, undefined> {
    const futures = this.#executor.map(fn, iterables as Iterable<unknown>[]) as Future<Awaited<R>>[];
    try {
      for (const future of futures) {
        yield await future.result();
        future.release();
      }
    } finally {
      for (const future of futures) future.release();
    }
  }
}
