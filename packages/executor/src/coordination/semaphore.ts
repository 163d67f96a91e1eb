/** A bounded number of leases across the cluster. Leases are refreshed while they are held; those of dead holders run out. */
import { MAX_TIMER_MS, someMilliseconds, whole } from '@covey/protocol/internal';
import type { Kinds } from '@covey/protocol/internal';
import { UsageError } from '../errors.js';
import type { Executor } from '../executor.js';
import { waitKinds } from '../future.js';
import type { WaitOptions } from '../future.js';
import { checkUsage } from '../usage.js';
import { Coordinated, nextToken } from './coordinated.js';
import type { Held } from './held.js';
import { unlessLate } from './lock.js';

/** Settings of a semaphore, the same in all who use it. */
export interface SemaphoreOptions {
  /** How many leases there are. Default 1. */
  readonly maxLeases?: number;
  /** Milliseconds after which a lease that isn't refreshed is lost. Default 30,000; holders refresh every fifth of it. */
  readonly leaseTimeoutMs?: number;
}

const semaphoreKinds: Kinds<SemaphoreOptions> = { maxLeases: whole(1), leaseTimeoutMs: someMilliseconds };

/** A lease of a {@link Semaphore}. */
export interface Lease extends Held {
  /** Aborts when the lease is lost: it ran out while this process could not refresh it, or the semaphore was closed. */
  readonly lost: AbortSignal;
}

/**
 * Limits how many hold something at once, across all clients and tasks of a cluster.
 *
 * @example
 * ```ts
 * const database = new Semaphore(executor, 'database', { maxLeases: 5 });
 * const lease = await database.acquire();
 * try {
 *   await query();
 * } finally {
 *   await lease.release();
 * }
 * ```
 */
export class Semaphore extends Coordinated {
  readonly maxLeases: number;
  readonly leaseTimeoutMs: number;
  readonly #leases = new Map<string, AbortController>();
  #refreshing: NodeJS.Timeout | undefined;

  constructor(executor: Executor, name: string, options: SemaphoreOptions = {}) {
    super(executor, 'semaphore', name, [name, options]);
    checkUsage(options, semaphoreKinds, 'Semaphore');
    this.maxLeases = options.maxLeases ?? 1;
    this.leaseTimeoutMs = options.leaseTimeoutMs ?? 30_000;
  }

  /** Waits for a lease, first come, first served. @throws WaitTimeoutError after `timeoutMs` */
  async acquire(options: WaitOptions = {}): Promise<Lease> {
    checkUsage(options, waitKinds, 'acquire');
    const token = nextToken();
    const { maxLeases, leaseTimeoutMs } = this;
    const release = () => {
      this.#forget(token);
      return this.ask('release', { token });
    };
    const args = { token, maxLeases, leaseTimeoutMs };
    const held = await this.hold(
      options,
      (limits) => this.askInTurn('acquire', args, limits, 'had no lease free'),
      release,
    );
    const controller = new AbortController();
    this.#leases.set(token, controller);
    this.#refreshing ??= setInterval(() => this.#refresh(), Math.min(leaseTimeoutMs / 5, MAX_TIMER_MS)).unref();
    return { ...held, lost: controller.signal };
  }

  /** Takes a lease if one is free now. */
  tryAcquire(): Promise<Lease | undefined> {
    return unlessLate(this.acquire({ timeoutMs: 0 }));
  }

  /** How many leases are held now. */
  async value(): Promise<number> {
    return (await this.ask('value')) as number;
  }

  /** Drops all leases, also those of others, and fails those who wait. */
  async close(): Promise<void> {
    await this.ask('close');
    this.#lose([...this.#leases.keys()], 'the semaphore was closed');
  }

  #refresh(): void {
    const tokens = [...this.#leases.keys()];
    this.ask('refresh', { tokens }).then(
      (lost) => this.#lose(lost as readonly string[], 'it ran out before it was refreshed'),
      // The session is gone, and the leases with it; a dropped connection only delays the answer.
      (error: unknown) => this.#lose(tokens, error instanceof Error ? error.message : String(error)),
    );
  }

  #lose(tokens: readonly string[], why: string): void {
    for (const token of tokens) {
      const lease = this.#leases.get(token);
      this.#forget(token);
      lease?.abort(new UsageError(`A lease of the semaphore '${this.name}' is lost: ${why}`));
    }
  }

  #forget(token: string): void {
    this.#leases.delete(token);
    if (this.#leases.size > 0) return;
    clearInterval(this.#refreshing);
    this.#refreshing = undefined;
  }
}
