/** First in, first out, between all clients and tasks of a cluster. */
import { offAbort, onAbort, whole } from '@covey/protocol/internal';
import type { Kinds } from '@covey/protocol/internal';
import { WaitTimeoutError } from '../errors.js';
import type { Executor } from '../executor.js';
import { waitKinds } from '../future.js';
import type { WaitOptions } from '../future.js';
import { checkArgument, checkUsage } from '../usage.js';
import { Coordinated, nextToken } from './coordinated.js';
import { packValue, unpackTaken } from './handover.js';
import type { Taken } from './handover.js';

/** Settings of a queue, the same in all who put. */
export interface QueueOptions {
  /** How many items it takes before `put` waits. Default 0: any number. */
  readonly maxsize?: number;
}

const queueKinds: Kinds<QueueOptions> = { maxsize: whole(0) };

/**
 * A queue by name, of small values and futures; futures in it keep their results alive, and come out as futures.
 *
 * @example
 * ```ts
 * const queue = new Queue<Future<number>>(executor, 'parts', { maxsize: 100 });
 * await queue.put(executor.submit(simulate, 1));
 * const part = await queue.get();
 * await part.result();
 * ```
 */
export class Queue<T> extends Coordinated {
  readonly maxsize: number;

  constructor(executor: Executor, name: string, options: QueueOptions = {}) {
    super(executor, 'queue', name, [name, options]);
    checkUsage(options, queueKinds, 'Queue');
    this.maxsize = options.maxsize ?? 0;
  }

  /** Appends an item; waits while the queue is full. @throws WaitTimeoutError after `timeoutMs` */
  async put(value: T, options: WaitOptions = {}): Promise<void> {
    checkUsage(options, waitKinds, 'put');
    const args = { ...packValue(this.session, value, `queue '${this.name}'`), maxsize: this.maxsize };
    await this.askInTurn('put', args, options, 'was full and had no room');
  }

  /** Takes the first item; waits for one. @throws WaitTimeoutError after `timeoutMs` */
  async get(options: WaitOptions = {}): Promise<T> {
    checkUsage(options, waitKinds, 'get');
    return (await this.#take(1, options))[0] as T;
  }

  /**
   * Takes `count` items together; waits until there are so many. A signal that aborts when they are already on their way comes
   * too late: they are given.
   *
   * @throws WaitTimeoutError after `timeoutMs`
   */
  async getMany(count: number, options: WaitOptions = {}): Promise<T[]> {
    checkArgument(count, whole(1), '`count`');
    checkUsage(options, waitKinds, 'getMany');
    return this.#take(count, options);
  }

  async #take(count: number, options: WaitOptions): Promise<T[]> {
    const { signal, timeoutMs } = options;
    signal?.throwIfAborted();
    const token = nextToken();
    // An item may be on its way when the wait is given up: then it is given all the same, so that none is lost.
    const withdraw = () => void this.ask('withdraw', { token }).catch(() => undefined);
    onAbort(signal, withdraw);
    try {
      const args = { count, token };
      const limits = timeoutMs === undefined ? {} : { timeoutMs };
      return await this.#unpack(await this.askInTurn<Taken>('get', args, limits, `did not have ${count} item(s)`));
    } catch (error) {
      if (error instanceof WaitTimeoutError) signal?.throwIfAborted();
      throw error;
    } finally {
      offAbort(signal, withdraw);
    }
  }

  /** Takes all there is now, up to `limit`, possibly nothing. */
  async drain(limit?: number): Promise<T[]> {
    if (limit !== undefined) checkArgument(limit, whole(1), '`limit`');
    return this.#unpack((await this.ask('drain', limit === undefined ? {} : { limit })) as Taken);
  }

  /** How many items are in it now. */
  async size(): Promise<number> {
    return (await this.ask('size')) as number;
  }

  /** Drops the items and fails those who wait. */
  async close(): Promise<void> {
    await this.ask('close');
  }

  async #unpack(taken: Taken): Promise<T[]> {
    return (await unpackTaken(this.session, taken, (handover) => this.ask('confirm', { handover }))) as T[];
  }
}
