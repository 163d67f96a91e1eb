/** The ops on what is granted: locks, semaphores, events. */
import type { ClientId, Clock, Timer } from '@covey/protocol/internal';
import { CoordinationError } from '@covey/protocol';
import { EventFlag } from './event-flag.js';
import { LockTable } from './lock-table.js';
import { forgetIdle, noSuchOp } from './op.js';
import type { Op } from './op.js';
import { Semaphore } from './semaphore.js';
import type { Waits } from './waits.js';

const MAX_TOKEN_LENGTH = 100;
const DEFAULT_LEASE_MS = 30_000;

export class GrantOps {
  readonly #clock: Clock;
  readonly #waits: Waits;
  readonly #locks = new LockTable();
  readonly #semaphores = new Map<string, Semaphore>();
  readonly #expiries = new Map<string, Timer>();
  readonly #events = new Map<string, EventFlag>();

  constructor(clock: Clock, waits: Waits) {
    this.#clock = clock;
    this.#waits = waits;
  }

  /** Ends the locks and leases of a client that is gone; its waits have ended before. */
  forget(client: ClientId): void {
    this.#locks.forget(client);
    for (const [name, semaphore] of this.#semaphores) {
      semaphore.forget(client, this.#clock.now());
      this.#settleSemaphore(name, semaphore);
    }
  }

  counts(): { locks: number; semaphores: number; events: number } {
    return { locks: this.#locks.size, semaphores: this.#semaphores.size, events: this.#events.size };
  }

  /** Stops the timers of leases. */
  close(): void {
    for (const timer of this.#expiries.values()) this.#clock.clearTimer(timer);
    this.#expiries.clear();
  }

  lock({ caller, name, op, args }: Op, several: boolean): unknown {
    switch (op) {
      case 'acquire': {
        const token = args.text('token', MAX_TOKEN_LENGTH);
        const names = several ? args.texts('names', 10_000) : [name];
        const count = several ? (args.optionalInteger('count', 1) ?? names.length) : 1;
        const acquired = this.#waits.run<readonly string[] | null>({
          caller,
          timeoutMs: args.optionalTimeoutMs(),
          late: null,
          start: (wait) => this.#locks.acquire(wait, token, names, count),
          withdraw: () => this.#locks.release(caller.client, token),
        });
        return several ? acquired : acquired.then((held) => held !== null);
      }
      case 'release':
        return this.#locks.release(caller.client, args.text('token', MAX_TOKEN_LENGTH));
      case 'locked':
        return this.#locks.isLocked(name);
      default:
        throw noSuchOp('lock', op);
    }
  }

  semaphore({ caller, name, op, args }: Op): unknown {
    const nowMs = this.#clock.now();
    const existing = this.#semaphores.get(name);
    switch (op) {
      case 'acquire': {
        const token = args.text('token', MAX_TOKEN_LENGTH);
        const maxLeases = args.integer('maxLeases', 1);
        const leaseTimeoutMs = args.optionalTimeoutMs('leaseTimeoutMs') ?? DEFAULT_LEASE_MS;
        const semaphore = existing ?? new Semaphore(maxLeases);
        this.#semaphores.set(name, semaphore);
        return this.#waits
          .run<boolean>({
            caller,
            timeoutMs: args.optionalTimeoutMs(),
            late: false,
            start: (wait) => {
              semaphore.acquire(wait, token, maxLeases, leaseTimeoutMs, this.#clock.now());
              this.#settleSemaphore(name, semaphore);
            },
            withdraw: () => semaphore.release(caller.client, token, this.#clock.now()),
          })
          .finally(() => this.#settleSemaphore(name, semaphore));
      }
      case 'release': {
        const released = existing?.release(caller.client, args.text('token', MAX_TOKEN_LENGTH), nowMs) ?? false;
        if (existing !== undefined) this.#settleSemaphore(name, existing);
        return released;
      }
      case 'refresh': {
        const tokens = args.texts('tokens');
        if (existing === undefined) return tokens;
        const lost = existing.refresh(caller.client, tokens, nowMs);
        this.#settleSemaphore(name, existing);
        return lost;
      }
      case 'value':
        return existing?.value ?? 0;
      case 'close':
        existing?.close(new CoordinationError(`the semaphore '${name}' was closed`));
        if (existing !== undefined) this.#settleSemaphore(name, existing);
        return null;
      default:
        throw noSuchOp('semaphore', op);
    }
  }

  /** Forgets a semaphore that nobody uses; otherwise wakes up when its next lease ends. */
  #settleSemaphore(name: string, semaphore: Semaphore): void {
    if (this.#semaphores.get(name) !== semaphore) return;
    const timer = this.#expiries.get(name);
    if (timer !== undefined) this.#clock.clearTimer(timer);
    this.#expiries.delete(name);
    const nextMs = semaphore.nextExpiryMs;
    if (nextMs !== undefined) {
      const expire = () => {
        semaphore.expire(this.#clock.now());
        this.#settleSemaphore(name, semaphore);
      };
      this.#expiries.set(name, this.#clock.setTimer(expire, Math.max(1, nextMs - this.#clock.now())));
    }
    forgetIdle(this.#semaphores, name, semaphore);
  }

  event({ caller, name, op, args }: Op): unknown {
    const event = this.#events.get(name) ?? new EventFlag();
    this.#events.set(name, event);
    try {
      switch (op) {
        case 'wait':
          return this.#waits
            .run<boolean>({
              caller,
              timeoutMs: args.optionalTimeoutMs(),
              late: false,
              start: (wait) => event.wait(wait),
              withdraw: (wait) => event.withdraw(wait),
            })
            .finally(() => forgetIdle(this.#events, name, event));
        case 'set':
          event.set();
          return null;
        case 'clear':
          event.clear();
          return null;
        case 'isSet':
          return event.isSet;
        default:
          throw noSuchOp('event', op);
      }
    } finally {
      forgetIdle(this.#events, name, event);
    }
  }
}
