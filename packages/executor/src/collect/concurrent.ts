/** The compatible facade: what code written for a pool of threads expects. */
import type { Executor } from '../executor.js';
import type { Future } from '../future.js';

/** `submit` and `map` that give values: see {@link Executor.asConcurrent}. */
export class ConcurrentFacade {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** Calls `fn` on a worker. @throws what it throws */
  submit<Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args): Promise<Awaited<R>> {
    const submit = this.#executor.submit.bind(this.#executor) as unknown as (
      fn: (...args: Args) => R,
      ...args: Args
    ) => Future<Awaited<R>>;
    const future = submit(fn, ...args);
    return future.result().finally(() => future.release());
  }

  /** Calls `fn` with each position of the iterables; values come in order, as soon as each is there. */
  async *map<Args extends unknown[], R>(
    fn: (...args: Args) => R,
    ...iterables: { [K in keyof Args]: Iterable<Args[K]> }
  ): AsyncGenerator<Awaited<R>, void, undefined> {
    const map = this.#executor.map.bind(this.#executor) as unknown as (
      fn: (...args: Args) => R,
      ...iterables: Iterable<unknown>[]
    ) => Future<Awaited<R>>[];
    const futures = map(fn, ...(iterables as Iterable<unknown>[]));
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
