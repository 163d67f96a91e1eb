/** The fetcher's side: connections pooled per address, a bounded number each, one request at a time on each of them. */
import { formatAddress, parseAddress, type Address } from '../address.js';
import type { ConnectOptions } from '../comms/connect.js';
import { socketAddressOf } from '../comms/dial.js';
import { ProtocolError } from '../errors.js';
import { deferred, type Deferred } from '../shared/deferred.js';
import { offAbort, onAbort } from '../shared/on-abort.js';
import { ConnectionClosedError, fromErrorRecord } from '../transport-errors.js';
import { dialBulk, type BulkSocket } from './bulk-dial.js';
import type { Filling } from './filling.js';
import { DEFAULT_BULK_LIMITS, STALL_TIMEOUT_MS } from './limits.js';
import { sendValues, type SendOptions } from './send-values.js';
import type { ValueFrames } from './value-frames.js';
import {
  allocateBytes,
  encodeDirectory,
  encodeGet,
  OP,
  readDirectory,
  readFailure,
  readPrefix,
  readValue,
  STATUS,
  type BulkLimits,
} from './wire.js';

export interface BulkClientOptions extends Omit<ConnectOptions, 'signal' | 'limits'>, SendOptions {
  /** Connections to one address at a time; further requests wait. Default 4. */
  readonly maxConnectionsPerAddress?: number;
  /** An unused connection is closed after so long. Default 30 s. */
  readonly idleMs?: number;
  /** A transfer on which nothing moves for so long fails. Default 60 s. */
  readonly stallTimeoutMs?: number;
  readonly limits?: Partial<BulkLimits>;
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Memory for each buffer, e.g. shared; may throw. Default: an `ArrayBuffer` of its own. */
  readonly allocate?: (bytes: number) => Uint8Array;
}

/** What an answer was: a value, or the holder's own error, after which the connection is as good as before. */
type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Error };

interface Pool {
  readonly address: Address;
  readonly idle: BulkSocket[];
  readonly waiting: Deferred[];
  open: number;
}

/**
 * Fetches values from, and uploads them to, processes that {@link serveBulk}.
 *
 * @example
 * ```ts
 * const client = new BulkClient({ secret, role: 'worker' });
 * const [value] = await client.fetch('ws://10.0.0.7:40001', [17]);
 * ```
 */
export class BulkClient implements AsyncDisposable {
  readonly #options: BulkClientOptions;
  readonly #limits: BulkLimits;
  readonly #pools = new Map<string, Pool>();
  readonly #sockets = new Set<BulkSocket>();
  readonly #stop = new AbortController();

  constructor(options: BulkClientOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_BULK_LIMITS, ...options.limits };
  }

  /**
   * The values of these ids, in order; undefined for those that the holder does not have.
   * @throws the holder's own error; {@link ConnectionClosedError} when it vanishes; {@link ConnectError} when it is not reached; the signal's reason.
   */
  async fetch(
    address: Address | string,
    ids: readonly number[],
    options: FetchOptions = {},
  ): Promise<(ValueFrames | undefined)[]> {
    if (ids.length === 0) return [];
    const allocate = options.allocate ?? allocateBytes;
    const send = (bulk: BulkSocket) => void bulk.socket.write(encodeGet(ids));
    return this.#request(address, send, () => this.#readValues(ids, allocate), options.signal);
  }

  /** Gives a value to a holder; resolves when it has taken it. Errors as of {@link fetch}. */
  async put(
    address: Address | string,
    id: number,
    value: ValueFrames,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const send = (bulk: BulkSocket) => {
      // A send that fails shows in the reading too, with the reason that the holder gave.
      sendValues(bulk.socket, encodeDirectory(OP.put, [id], [value]), [value], this.#options).catch((error: Error) =>
        bulk.fail(error),
      );
    };
    await this.#request(address, send, () => this.#readStored(), options.signal);
  }

  /** Ends all connections; requests under way fail. Safe to call again. */
  async close(): Promise<void> {
    const error = new ConnectionClosedError('this side closed its bulk connections');
    this.#stop.abort(error);
    for (const bulk of this.#sockets) bulk.fail(error);
    for (const pool of this.#pools.values()) for (const waiter of pool.waiting.splice(0)) waiter.reject(error);
    this.#pools.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #request<T>(
    where: Address | string,
    send: (bulk: BulkSocket) => void,
    read: () => Filling<Outcome<T>>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const address = parseAddress(where);
    const pool = this.#pool(address);
    for (;;) {
      const { bulk, used } = await this.#acquire(pool, signal);
      let outcome: Outcome<T>;
      try {
        outcome = await this.#exchange(bulk, send, read(), signal);
      } catch (error) {
        this.#discard(pool, bulk);
        // The holder may have closed a connection that lay idle, just as it was used again: another one is fresh.
        const stale = used && bulk.filler.bytesRead === 0 && bulk.failure === error && !this.#stop.signal.aborted;
        if (stale) continue;
        throw this.#explain(error, address, bulk.filler.bytesRead);
      }
      this.#release(pool, bulk);
      if (outcome.ok) return outcome.value;
      throw outcome.error;
    }
  }

  #exchange<T>(
    bulk: BulkSocket,
    send: (bulk: BulkSocket) => void,
    parser: Filling<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { promise, resolve, reject } = deferred<T>();
    const { socket } = bulk;
    const stallMs = this.#options.stallTimeoutMs ?? STALL_TIMEOUT_MS;
    const aborted = () => {
      reject(signal?.reason);
      socket.destroy();
    };
    bulk.onfail = reject;
    bulk.watch(stallMs, () => bulk.fail(new ConnectionClosedError(`nothing moved for ${stallMs} ms`)));
    onAbort(signal, aborted);
    if (bulk.failure !== undefined) reject(bulk.failure);
    else {
      bulk.filler.begin(parser, resolve);
      send(bulk);
    }
    return promise.finally(() => {
      bulk.onfail = undefined;
      offAbort(signal, aborted);
    });
  }

  *#readValues(
    ids: readonly number[],
    allocate: (bytes: number) => Uint8Array,
  ): Filling<Outcome<(ValueFrames | undefined)[]>> {
    const prefix = yield* readPrefix(this.#limits);
    if (prefix.code === STATUS.failed) return { ok: false, error: fromErrorRecord(yield* readFailure(prefix)) };
    if (prefix.code !== STATUS.values || prefix.count !== ids.length)
      throw new ProtocolError('a fetch was answered with something else');
    const values: (ValueFrames | undefined)[] = [];
    const entries = yield* readDirectory(prefix, this.#limits);
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index];
      if (entry === undefined || entry.id !== ids[index])
        throw new ProtocolError('a fetch was answered with other values');
      values.push(entry.present ? yield* readValue(entry, allocate) : undefined);
    }
    return { ok: true, value: values };
  }

  *#readStored(): Filling<Outcome<undefined>> {
    const prefix = yield* readPrefix(this.#limits);
    if (prefix.code === STATUS.failed) return { ok: false, error: fromErrorRecord(yield* readFailure(prefix)) };
    if (prefix.code !== STATUS.stored) throw new ProtocolError('an upload was answered with something else');
    return { ok: true, value: undefined };
  }

  #pool(address: Address): Pool {
    const key = formatAddress(address);
    let pool = this.#pools.get(key);
    if (pool === undefined) this.#pools.set(key, (pool = { address, idle: [], waiting: [], open: 0 }));
    return pool;
  }

  async #acquire(pool: Pool, signal: AbortSignal | undefined): Promise<{ bulk: BulkSocket; used: boolean }> {
    for (;;) {
      this.#stop.signal.throwIfAborted();
      signal?.throwIfAborted();
      const idle = pool.idle.pop();
      if (idle !== undefined) {
        idle.socket.ref();
        return { bulk: idle, used: true };
      }
      if (pool.open < (this.#options.maxConnectionsPerAddress ?? 4))
        return { bulk: await this.#open(pool, signal), used: false };
      await this.#turn(pool, signal);
    }
  }

  async #open(pool: Pool, signal: AbortSignal | undefined): Promise<BulkSocket> {
    pool.open++;
    try {
      const { limits: _limits, ...options } = this.#options;
      const signals = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
      const bulk = await dialBulk(socketAddressOf(pool.address), { ...options, signal: signals });
      this.#sockets.add(bulk);
      return bulk;
    } catch (error) {
      this.#closedOne(pool);
      throw error;
    }
  }

  /** Waits until a connection of the pool is free or closed. */
  async #turn(pool: Pool, signal: AbortSignal | undefined): Promise<void> {
    const waiter = deferred();
    const aborted = () => waiter.reject(signal?.reason);
    onAbort(signal, aborted);
    pool.waiting.push(waiter);
    try {
      await waiter.promise;
    } catch (error) {
      const index = pool.waiting.indexOf(waiter);
      if (index >= 0) pool.waiting.splice(index, 1);
      throw error;
    } finally {
      offAbort(signal, aborted);
    }
  }

  #release(pool: Pool, bulk: BulkSocket): void {
    if (bulk.failure !== undefined || this.#stop.signal.aborted) {
      this.#discard(pool, bulk);
      return;
    }
    pool.idle.push(bulk);
    bulk.socket.unref();
    const close = () => this.#discard(pool, bulk);
    bulk.onfail = close;
    bulk.watch(this.#options.idleMs ?? 30_000, close);
    pool.waiting.shift()?.resolve();
  }

  #discard(pool: Pool, bulk: BulkSocket): void {
    if (!this.#sockets.delete(bulk)) return;
    const index = pool.idle.indexOf(bulk);
    if (index >= 0) pool.idle.splice(index, 1);
    bulk.fail(new ConnectionClosedError('the connection is not used any more'));
    this.#closedOne(pool);
  }

  #closedOne(pool: Pool): void {
    pool.open--;
    pool.waiting.shift()?.resolve();
    if (pool.open === 0 && pool.waiting.length === 0) this.#pools.delete(formatAddress(pool.address));
  }

  #explain(error: unknown, address: Address, bytes: number): unknown {
    if (!(error instanceof Error) || !('syscall' in error || error instanceof ConnectionClosedError)) return error;
    const where = formatAddress(address);
    return new ConnectionClosedError(`the transfer with ${where} broke after ${bytes} bytes: ${error.message}`, {
      cause: error,
    });
  }
}
