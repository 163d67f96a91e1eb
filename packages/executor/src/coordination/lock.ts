/** Mutual exclusion across the cluster: one name, or several at once. */
import { whole } from '@covey/protocol/internal';
import type { Kinds } from '@covey/protocol/internal';
import { WaitTimeoutError } from '../errors.js';
import type { Executor } from '../executor.js';
import { waitKinds } from '../future.js';
import type { WaitOptions } from '../future.js';
import { checkUsage } from '../usage.js';
import { Coordinated, nextToken } from './coordinated.js';
import type { Held } from './held.js';

/**
 * A lock that all clients and tasks of a cluster know by its name. A client that leaves loses it, and so does a task that ends
 * without having released it, of which a warning tells.
 *
 * @example
 * ```ts
 * const lock = new Lock(executor, 'log-file');
 * const held = await lock.acquire({ timeoutMs: 5000 });
 * try {
 *   await append(line);
 * } finally {
 *   await held.release();
 * }
 * ```
 */
export class Lock extends Coordinated {
  constructor(executor: Executor, name: string) {
    super(executor, 'lock', name);
  }

  /** Waits for one's turn, first come, first served. @throws WaitTimeoutError after `timeoutMs` */
  async acquire(options: WaitOptions = {}): Promise<Held> {
    checkUsage(options, waitKinds, 'acquire');
    const token = nextToken();
    return this.hold(
      options,
      (limits) => this.askInTurn('acquire', { token }, limits, 'was not free'),
      () => this.ask('release', { token }),
    );
  }

  /** Takes the lock if it is free now. */
  tryAcquire(): Promise<Held | undefined> {
    return unlessLate(this.acquire({ timeoutMs: 0 }));
  }

  /** Whether somebody holds it now. */
  async locked(): Promise<boolean> {
    return (await this.ask('locked')) as boolean;
  }
}

/** How many of the names of a {@link MultiLock} are needed. */
export interface MultiLockOptions extends WaitOptions {
  /** Default: all. */
  readonly count?: number;
}

const multiLockKinds: Kinds<MultiLockOptions> = { ...waitKinds, count: whole(1) };

/** Several locks taken together, all or none: nobody waits while holding a part. Shares its names with {@link Lock}. */
export class MultiLock extends Coordinated {
  readonly names: readonly string[];

  constructor(executor: Executor, names: readonly string[]) {
    super(executor, 'multi-lock', names.join(', '), [names]);
    this.names = [...names];
  }

  /** Waits until so many of the names are free at once; the answer says which were taken. @throws WaitTimeoutError */
  async acquire(options: MultiLockOptions = {}): Promise<Held & { readonly names: readonly string[] }> {
    checkUsage(options, multiLockKinds, 'acquire');
    const token = nextToken();
    const { count } = options;
    const args = { token, names: this.names, ...(count !== undefined && { count }) };
    let names: readonly string[] = [];
    const ask = async (limits: WaitOptions): Promise<void> => {
      names = await this.askInTurn<readonly string[]>('acquire', args, limits, 'were not free');
    };
    const held = await this.hold(options, ask, () => this.ask('release', { token }));
    return { ...held, names };
  }
}

/** What a promise gives, or undefined after a time-out. */
export async function unlessLate<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof WaitTimeoutError) return undefined;
    throw error;
  }
}
