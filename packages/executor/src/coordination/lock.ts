/** Mutual exclusion across the cluster: one name, or several at once. */
import { WaitTimeoutError } from '../errors.js';
import type { Executor } from '../executor.js';
import type { WaitOptions } from '../future.js';
import { Coordinated, nextToken } from './coordinated.js';

/** Something that is held until it is released. `await using held = await lock.acquire()` releases it at the end of the block. */
export interface Held extends AsyncDisposable {
  /** Lets go. Safe to call again. */
  release(): Promise<void>;
}

/**
 * A lock that all clients and tasks of a cluster know by its name. A holder whose session ends loses it.
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
    const token = nextToken();
    return acquired(this.askInTurn('acquire', { token }, options, 'was not free'), options, () =>
      this.ask('release', { token }),
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

/** Several locks taken together, all or none: nobody waits while holding a part. Shares its names with {@link Lock}. */
export class MultiLock extends Coordinated {
  readonly names: readonly string[];

  constructor(executor: Executor, names: readonly string[]) {
    super(executor, 'multi-lock', names.join(', '), [names]);
    this.names = [...names];
  }

  /** Waits until so many of the names are free at once; the answer says which were taken. @throws WaitTimeoutError */
  async acquire(options: MultiLockOptions = {}): Promise<Held & { readonly names: readonly string[] }> {
    const token = nextToken();
    const { count } = options;
    const args = { token, names: this.names, ...(count !== undefined && { count }) };
    let names: readonly string[] = [];
    const asked = this.askInTurn<readonly string[]>('acquire', args, options, 'were not free').then((taken) => {
      names = taken;
    });
    const held = await acquired(asked, options, () => this.ask('release', { token }));
    return { ...held, names };
  }
}

/** What was acquired, once it is; when the wait was given up, whatever may have been granted meanwhile is given back. */
export async function acquired(
  asked: Promise<unknown>,
  options: WaitOptions,
  release: () => Promise<unknown>,
): Promise<Held> {
  try {
    await asked;
  } catch (error) {
    if (options.signal?.aborted === true) await release();
    throw error;
  }
  let releasing: Promise<void> | undefined;
  const releaseOnce = () => (releasing ??= release().then(() => undefined));
  return { release: releaseOnce, [Symbol.asyncDispose]: releaseOnce };
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
