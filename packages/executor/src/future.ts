/**
 * The handle of a task's result.
 *
 * A future is two words: the task's id in its session, and what it shares with its siblings. Everything else stands in the
 * session's table, which doesn't know the handles, so that the collector can release them. A million futures are thus cheap.
 * This file must not know how a session works.
 */
import { inspect } from 'node:util';
import { abortSignal, milliseconds } from '@covey/protocol/internal';
import type { Kinds } from '@covey/protocol/internal';
import { FutureReleasedError } from './errors.js';

/** Where a future's task is: `lost` when the scheduler that knew it is gone. */
export type FutureStatus = 'pending' | 'finished' | 'error' | 'cancelled' | 'lost' | 'released';

/** How long to wait, and what ends the wait; the task itself goes on. */
export interface WaitOptions {
  /** Ends the wait: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds; the promise rejects with a `WaitTimeoutError` after them. Default: no limit. */
  readonly timeoutMs?: number;
}

export const waitKinds: Kinds<WaitOptions> = { signal: abortSignal, timeoutMs: milliseconds };

/** What futures need of their session. */
export interface FutureHost {
  /** Why the session is over; undefined while it isn't. */
  readonly ended: Error | undefined;
  /** Undefined until it was reached. */
  readonly clusterName: string | undefined;
  futureKey(id: number, prefix: string | null): string;
  futureStatus(id: number): FutureStatus;
  futureType(id: number): string | undefined;
  futureNbytes(id: number): number | undefined;
  futureResult(id: number, options: WaitOptions | undefined): Promise<unknown>;
  futureException(id: number, options: WaitOptions | undefined): Promise<unknown>;
  cancelFutures(ids: readonly number[], reason: string): void;
  retryFutures(ids: readonly number[]): void;
  futureReleased(id: number, origin: FutureOrigin): void;
}

/** What several futures share; the collector's news about handles hangs on it too. */
export interface FutureOrigin {
  readonly host: FutureHost;
  /** Key prefix of tasks whose keys are made from it and their ids; null when the table has the key. */
  readonly prefix: string | null;
}

/** The origin of a handle that isn't the task's first: released once, by whoever comes first. */
export class LaterHandle implements FutureOrigin {
  readonly host: FutureHost;
  readonly prefix: string | null;
  readonly id: number;
  released = false;

  constructor(host: FutureHost, prefix: string | null, id: number) {
    this.host = host;
    this.prefix = prefix;
    this.id = id;
  }
}

/** What a future keeps that was released: its key, which its session may have forgotten by now. */
class ReleasedOrigin implements FutureOrigin {
  readonly host: FutureHost;
  readonly prefix = null;
  readonly key: string;

  constructor(host: FutureHost, key: string) {
    this.host = host;
    this.key = key;
  }
}

let idOf: (future: Future<unknown>) => number;
let originOf: (future: Future<unknown>) => FutureOrigin;
let make: (id: number, origin: FutureOrigin) => Future<unknown>;

/**
 * A result that is or will be in the cluster's memory. Made by {@link Executor.submit} and its kin, never by hand.
 *
 * While a future lives, its result is kept. It is let go by `release()`, by `using`, or when the future is collected.
 * A future is not a promise: `await future.result()` gives the value, `await future` gives the future back.
 *
 * @example
 * ```ts
 * const future = executor.submit((x: number) => x + 1, 41);
 * await future.result(); // 42
 * future.release();
 * ```
 */
export class Future<T> {
  /** The task's id in its session; negative once this handle is released. */
  #id: number;
  #origin: FutureOrigin;
  /** Makes a `Future<A>` no `Future<B>`; not there at run time. */
  declare protected readonly value: T;

  static {
    idOf = (future) => future.#id;
    originOf = (future) => future.#origin;
    make = (id, origin) => new Future(id, origin);
  }

  /** Where futures are known (arguments, captured variables, results of tasks) they are dependencies or held, and this is not asked. */
  get [Symbol.for('covey.whyNotSent')](): string {
    return (
      'a future is held by who submitted its task, and only arguments and results of tasks can take it along. ' +
      'Elsewhere return the values: `await getExecutor().gather(futures)`.'
    );
  }

  /** Lets a compute thread know that a task returned a future: the task's value is then the future's. */
  get [Symbol.for('covey.future')](): true {
    return true;
  }

  private constructor(id: number, origin: FutureOrigin) {
    this.#id = id;
    this.#origin = origin;
  }

  /** The name of the task in the cluster; equal keys are the same task. */
  get key(): string {
    const origin = this.#origin;
    if (origin instanceof ReleasedOrigin) return origin.key;
    return origin.host.futureKey(Math.abs(this.#id), origin.prefix);
  }

  /** What this client last heard of the task. */
  get status(): FutureStatus {
    return this.#id < 0 ? 'released' : this.#origin.host.futureStatus(this.#id);
  }

  /** Name of the result's type ('number', 'Float64Array', a class); undefined until it is there. */
  get type(): string | undefined {
    return this.#id < 0 ? undefined : this.#origin.host.futureType(this.#id);
  }

  /** Name of the cluster that its task belongs to; undefined until that was reached. */
  get clusterName(): string | undefined {
    return this.#origin.host.clusterName;
  }

  /** Bytes that bringing the result takes; undefined until it is there. */
  get nbytes(): number | undefined {
    return this.#id < 0 ? undefined : this.#origin.host.futureNbytes(this.#id);
  }

  /**
   * The task's value, brought here. Each call gives a copy of its own.
   *
   * @throws what the task threw; {@link TaskCancelledError}, {@link KilledWorkerError}, {@link DataLostError} and their kin;
   * {@link WaitTimeoutError} after `timeoutMs`; {@link FutureReleasedError} if the future was released before.
   */
  result(options?: WaitOptions): Promise<T> {
    if (this.#id < 0) return Promise.reject(releasedError(this));
    return this.#origin.host.futureResult(this.#id, options) as Promise<T>;
  }

  /** The error that {@link result} would throw, or undefined when the task finished. Waits like it. */
  exception(options?: WaitOptions): Promise<unknown> {
    if (this.#id < 0) return Promise.reject(releasedError(this));
    return this.#origin.host.futureException(this.#id, options);
  }

  /** Whether there is nothing to wait for any more: finished, erred, cancelled, lost, or released. */
  done(): boolean {
    return this.status !== 'pending';
  }

  /** Whether the task was cancelled. */
  cancelled(): boolean {
    return this.status === 'cancelled';
  }

  /** Stops the task, also when it is running, and all that depends on it. Tasks that other clients want too go on. */
  cancel(reason = 'cancelled by its future'): void {
    this.#origin.host.cancelFutures([this.#heldId()], reason);
  }

  /** Runs an erred task again, with the erred tasks that it depends on. */
  retry(): void {
    this.#origin.host.retryFutures([this.#heldId()]);
  }

  /** Lets the result go: this handle can't be used any more. Other handles of the same task keep it. Harmless when repeated. */
  release(): void {
    if (this.#id < 0) return;
    const id = this.#id;
    const origin = this.#origin;
    // A key made of the id can be made again; one that stands in the session's table goes with the task.
    if (origin.prefix === null) this.#origin = new ReleasedOrigin(origin.host, this.key);
    this.#id = -id;
    origin.host.futureReleased(id, origin);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  toString(): string {
    return `Future(${this.key}, ${this.status})`;
  }

  [inspect.custom](): string {
    const type = this.type;
    return `Future { key: '${this.key}', status: '${this.status}'${type === undefined ? '' : `, type: '${type}'`} }`;
  }

  /** A future can't be written as JSON: send the future itself, or gather it first. */
  toJSON(): string {
    return this.toString();
  }

  #heldId(): number {
    if (this.#id < 0) throw releasedError(this);
    return this.#id;
  }
}

function releasedError(future: Future<unknown>): FutureReleasedError {
  return new FutureReleasedError(`The future of '${future.key}' was released and can't be used any more`);
}

/** Whether this is a future, but not of the class that stands in this file: there is another copy of the package. */
export function isFutureOfAnotherCopy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Future) return false;
  return (value as Record<symbol, unknown>)[Symbol.for('covey.future')] === true;
}

/** The id of a future that is still held. @throws FutureReleasedError */
export function heldId(future: Future<unknown>): number {
  const id = idOf(future);
  if (id < 0) throw releasedError(future);
  return id;
}

/** The session to which a future belongs. */
export function hostOf(future: Future<unknown>): FutureHost {
  return originOf(future).host;
}

/** What a future shares with its siblings. */
export function futureOrigin(future: Future<unknown>): FutureOrigin {
  return originOf(future);
}

/** The only way to a new future. */
export function makeFuture<T>(id: number, origin: FutureOrigin): Future<T> {
  return make(id, origin) as Future<T>;
}
