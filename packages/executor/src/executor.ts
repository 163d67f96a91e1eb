/** The client of a cluster. What it does stands in the files by subject; here are the signatures, the options and the life cycle. */
import { inspect } from 'node:util';
import type { Future } from './future.js';
import type { Actor } from './actors/actor.js';
import { ConcurrentFacade } from './collect/concurrent.js';
import { aKey, anyText, byteLimit, either, listOf, signalKinds } from '@covey/protocol/internal';
import { checkTarget, connectCore, connectKinds } from './executor/core.js';
import type { ClusterLike, ConnectOptions, ExecutorCore } from './executor/core.js';
import { coreBehind } from './executor/base.js';
import { Sharing } from './executor/sharing.js';
import { letExecutorsTravel } from './executor/travel.js';
import { computeLazy, persistLazy } from './graph/compute.js';
import type { Computed, Persisted } from './graph/compute.js';
import { submitGraph } from './graph/submit-graph.js';
import type { Graph, NodeValue } from './graph/task.js';
import { View } from './session/view.js';
import type { TaskSettings } from './session/view.js';
import { gatherKinds, gatherValues } from './submit/gather.js';
import type { GatherOptions } from './submit/gather.js';
import { mapTasks } from './submit/map.js';
import { scatterKinds, scatterValues } from './submit/scatter.js';
import type { ScatterOptions } from './submit/scatter.js';
import { scatterShape } from './submit/scatter-shape.js';
import type { Scattered } from './submit/scatter-shape.js';
import { unlessAborted } from './session/waiting.js';
import { submitTask } from './submit/submit.js';
import type { AnyFunction } from './submit/submit.js';
import { checkArgument, checkUsage } from './usage.js';
import type {
  FutureArgs,
  FutureIterables,
  Gathered,
  GatheredSkipping,
  Outcome,
  Resolved,
  ResolvedElements,
  WithFutures,
  WithoutFutures,
} from './types/future-or.js';

/** A view whose tasks become actors: `submit` takes a class. See {@link Actor}. */
export interface ActorExecutor {
  /** Makes an instance of a class on a worker, with a thread of its own, where its methods are then called. */
  submit<Args extends unknown[], T extends object>(
    actorClass: new (...args: Args) => T,
    ...args: FutureArgs<Args>
  ): Future<Actor<T>>;
}

/**
 * A connection to a cluster: submits tasks and brings results.
 *
 * One executor has one connection; {@link with} gives views of it that add options to the tasks submitted through them.
 * Connections that drop come back by themselves. When the scheduler itself was started anew, the futures of before are `lost`
 * (their `result()` throws {@link FutureLostError}), and the executor goes on with the new one.
 *
 * @example
 * ```ts
 * import { Executor, LocalCluster } from 'covey';
 *
 * const cluster = await LocalCluster.create({ workers: 2 });
 * const executor = await Executor.connect(cluster);
 * try {
 *   const squares = executor.map((x: number) => x ** 2, [1, 2, 3]);
 *   const total = executor.submit((xs: number[]) => xs.reduce((a, b) => a + b), squares);
 *   console.log(await total.result()); // 14
 * } finally {
 *   await executor.close();
 *   await cluster.close();
 * }
 * ```
 */
export class Executor extends Sharing implements AsyncDisposable {
  /**
   * Connects to a cluster.
   *
   * @param target - a cluster object, or an address (`ws://host:port`, `wss://…`, `unix:///path`), or, with
   *   {@link ConnectOptions.resolve}, the name of a running cluster or nothing; an executor gives a view of itself
   * @throws ConnectError when nobody answers, AuthenticationError when the secret is wrong, VersionMismatchError,
   *   AddressError; UsageError when no secret is known
   */
  static async connect<Self extends Executor>(
    this: new (core: ExecutorCore, view: View) => Self,
    target?: ClusterLike | Executor | string,
    options: ConnectOptions = {},
  ): Promise<Self> {
    checkUsage(options, connectKinds, 'Executor.connect');
    if (target instanceof Executor) return new this(coreBehind(target), new View({}));
    // Inside a task a captured cluster is the task's executor, which comes from another copy of this module.
    if (isExecutor(target)) return target.with({}) as unknown as Self;
    checkTarget(target);
    return new this(await connectCore(target, options), new View({}));
  }

  /** @internal Use {@link Executor.connect}. */
  constructor(core: ExecutorCore, view: View) {
    super(core, view);
    letExecutorsTravel();
  }

  /** Address of the scheduler. */
  get address(): string {
    return this.session.link.address;
  }

  /** Name of the cluster; undefined until it was reached. */
  get clusterName(): string | undefined {
    return this.session.link.welcome?.clusterName;
  }

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.core.closed;
  }

  /**
   * A view of this executor that adds options to what is submitted through it. It shares the connection; closing it closes all.
   *
   * @example
   * ```ts
   * const careful = executor.with({ pure: false, workers: 'alice' });
   * careful.submit(Math.random);
   * ```
   */
  with(options: TaskSettings & { readonly actor: true }): ActorExecutor;
  with(options: TaskSettings): this;
  with(options: TaskSettings): unknown {
    const Class = this.constructor as new (core: ExecutorCore, view: View) => this;
    return new Class(this.core, this.view.with(options));
  }

  /**
   * Has `fn` called with `args` on a worker. Futures anywhere in the arguments, or captured by the function, become
   * dependencies: the function receives their values.
   *
   * @throws NotSerializableError, with the path, for what can't be sent; BackpressureError when too much waits to be sent;
   *   KeyUsedError, KeyConflictError for keys
   */
  submit<Args extends unknown[], R>(
    fn: (...args: Args) => R,
    ...args: FutureArgs<Args> & WithoutFutures<Args>
  ): Future<Outcome<R>>;
  submit<Given extends unknown[], R>(
    fn: (...args: Resolved<Given>) => R,
    ...args: Given & WithFutures<Given>
  ): Future<Outcome<R>>;
  submit(fn: AnyFunction, ...args: unknown[]): Future<unknown> {
    return submitTask(this.session, this.view, fn, args);
  }

  /**
   * One task for each position of the iterables, up to the end of the shortest; answers their futures in order. Items may be
   * futures. With a view's `key`, the tasks are named `key-0`, `key-1`, ….
   */
  map<Args extends unknown[], R>(
    fn: (...args: Args) => R,
    ...iterables: FutureIterables<Args> & WithoutFutures<Args>
  ): Future<Outcome<R>>[];
  map<Given extends Iterable<unknown>[], R>(
    fn: (...args: ResolvedElements<Given>) => R,
    ...iterables: Given
  ): Future<Outcome<R>>[];
  map(fn: AnyFunction, ...iterables: Iterable<unknown>[]): Future<unknown>[] {
    return mapTasks(this.session, this.view, fn, iterables);
  }

  /**
   * The values of all futures in a structure of arrays, plain objects, maps and sets, in the same structure.
   *
   * @throws the first error of a task, unless `errors: 'skip'`; GatherTooLargeError above `maxBytes`
   */
  gather<T>(futures: T, options: GatherOptions & { readonly errors: 'skip' }): Promise<GatheredSkipping<T>>;
  gather<T>(futures: T, options?: GatherOptions): Promise<Gathered<T>>;
  async gather(futures: unknown, options: GatherOptions = {}): Promise<unknown> {
    checkUsage(options, gatherKinds, 'gather');
    return gatherValues(this.session, futures, { ...this.signal, ...options }, this.core.maxGatherBytes);
  }

  /**
   * Puts local data onto workers. An array gives a future for each item, a plain object one for each property, anything else
   * (and everything with `whole`) one. Resolves when the data has arrived. When there is no worker yet, the first is waited for, by default as
   * long as it takes.
   *
   * @throws WaitTimeoutError after `timeoutMs` (default: the view's `timeout`), saying what it waited for
   */
  scatter<T>(data: T, options: ScatterOptions & { readonly whole: true }): Promise<Future<T>>;
  scatter<T>(data: T, options?: ScatterOptions): Promise<Scattered<T>>;
  async scatter(data: unknown, options: ScatterOptions = {}): Promise<unknown> {
    checkUsage(options, scatterKinds, 'scatter');
    const shape = scatterShape(data, options.whole === true);
    const workers = this.selectWorkers(options.workers);
    const limits = { ...this.signal, ...this.limit };
    return shape.rebuild(await scatterValues(this.session, shape.values, { ...limits, ...options, ...workers }));
  }

  /**
   * Computes keys of a graph, and brings their values; a list of keys gives a list. Tasks that the keys don't need are left out.
   *
   * @throws UnknownKeyError for a key that is not there, CyclicGraphError naming the cycle
   * @example
   * ```ts
   * const graph = { a: task(inc, 1), b: task(inc, 2), sum: task(add, ref('a'), ref('b')) };
   * await executor.get(graph, 'sum'); // 5
   * await executor.get(graph, ['a', 'sum']); // [2, 5]
   * ```
   */
  get<G extends Graph, K extends keyof G & string>(graph: G, key: K): Promise<NodeValue<G[K]>>;
  get<T = unknown>(graph: Graph, key: string): Promise<T>;
  get<T = unknown>(graph: Graph, keys: readonly string[]): Promise<T[]>;
  async get(graph: Graph, keys: string | readonly string[]): Promise<unknown> {
    checkArgument(keys, either(anyText, listOf(anyText, 'a list of keys'), 'a key, or a list of keys'), '`keys`');
    const futures = this.submitGraph(graph, typeof keys === 'string' ? [keys] : keys);
    try {
      const values = await this.gather(futures);
      return typeof keys === 'string' ? values[0] : values;
    } finally {
      for (const future of futures) future.release();
    }
  }

  /** As {@link get}, without waiting: a future for each key. */
  submitGraph<T = unknown>(graph: Graph, keys: readonly string[]): Future<T>[] {
    return submitGraph(this.session, this.view, graph, keys) as Future<T>[];
  }

  /** Computes the lazy values in a structure, and brings it back with their values. */
  async compute<T>(lazy: T, options: GatherOptions = {}): Promise<Computed<T>> {
    checkUsage(options, gatherKinds, 'compute');
    return computeLazy(this.session, this.view, lazy, { ...this.signal, ...options }, this.core.maxGatherBytes);
  }

  /** Begins to compute the lazy values in a structure; answers it with futures in their places. */
  persist<T>(lazy: T): Persisted<T> {
    return persistLazy(this.session, this.view, lazy);
  }

  /**
   * `submit` and `map` whose promises give the values themselves, for code that was written for a pool of threads. Each
   * result is released once it is there.
   */
  asConcurrent(): ConcurrentFacade {
    return new ConcurrentFacade({
      submit: (fn, args) => submitTask(this.session, this.view, fn, args),
      map: (fn, iterables) => mapTasks(this.session, this.view, fn, iterables),
    });
  }

  /** A future of a task that others submitted, by its key. Its `result()` throws UnknownKeyError when there is no such task. */
  futureOf<T = unknown>(key: string): Future<T> {
    checkArgument(key, aKey, 'A key');
    return this.session.adopt([key])[0] as Future<T>;
  }

  /**
   * Resolves when at most `belowBytes` of what was submitted are unacknowledged: what to await between large portions, or
   * after a {@link BackpressureError}.
   *
   * @param belowBytes - default 1 MiB, or half of `maxUnacknowledgedBytes` if that is less
   * @param options - `signal` ends the wait; default the view's
   */
  async drained(belowBytes?: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (belowBytes !== undefined) checkArgument(belowBytes, byteLimit, '`belowBytes`');
    checkUsage(options, signalKinds, 'drained');
    const { link, settings } = this.session;
    const { signal } = { ...this.signal, ...options };
    signal?.throwIfAborted();
    await unlessAborted(link.drained(belowBytes ?? Math.min(2 ** 20, settings.maxUnacknowledgedBytes / 2)), signal);
  }

  /** Lets all futures go and ends the connection, for all views. Safe to call again. */
  close(): Promise<void> {
    return this.core.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  override toString(): string {
    return `Executor(${this.address}${this.closed ? ', closed' : ''})`;
  }

  /** What `console.log` shows. */
  [inspect.custom](): string {
    const { clusterName, address, closed, view } = this;
    const name = clusterName === undefined ? '' : `cluster: '${clusterName}', `;
    const settings = Object.entries(view.settings).map(([option, value]) => `, ${option}: ${inspect(value)}`);
    return `Executor { ${name}address: '${address}'${closed ? ', closed: true' : ''}${settings.join('')} }`;
  }
}

function isExecutor(target: unknown): target is Executor {
  return (
    typeof target === 'object' &&
    target !== null &&
    (target as Record<symbol, unknown>)[Symbol.for('covey.executor')] === true
  );
}
