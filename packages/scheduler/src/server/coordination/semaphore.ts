/** A semaphore whose leases end by themselves when their holder stops refreshing them. Time is passed in. */
import type { ClientId } from '@covey/protocol/internal';
import { CoordinationError } from '@covey/protocol';
import type { Wait } from './wait.js';

interface Lease {
  readonly client: ClientId;
  readonly token: string;
  readonly timeoutMs: number;
  endsMs: number;
}

interface Request {
  readonly token: string;
  readonly leaseTimeoutMs: number;
  readonly wait: Wait<boolean>;
}

/** Counts of what a semaphore did, for metrics. */
export interface SemaphoreCounts {
  acquired: number;
  expired: number;
}

export class Semaphore {
  readonly #maxLeases: number;
  readonly #leases = new Map<string, Lease>();
  /** In the order in which they came. */
  readonly #waiting = new Map<string, Request>();
  readonly counts: SemaphoreCounts = { acquired: 0, expired: 0 };

  constructor(maxLeases: number) {
    this.#maxLeases = maxLeases;
  }

  /** Asks for a lease of `leaseTimeoutMs`, to be refreshed within that time. @throws {CoordinationError} for another maximum, or a token in use. */
  acquire(wait: Wait<boolean>, token: string, maxLeases: number, leaseTimeoutMs: number, nowMs: number): void {
    if (maxLeases !== this.#maxLeases) {
      throw new CoordinationError(`the semaphore is in use with maxLeases ${this.#maxLeases}, not ${maxLeases}`);
    }
    const id = idOf(wait.client, token);
    if (this.#leases.has(id) || this.#waiting.has(id)) {
      throw new CoordinationError(`the token '${token}' holds or waits for a lease already`);
    }
    this.#waiting.set(id, { token, leaseTimeoutMs, wait });
    this.#grant(nowMs);
  }

  /** Ends a lease or a wait; whether there was one. */
  release(client: ClientId, token: string, nowMs: number): boolean {
    const id = idOf(client, token);
    if (!this.#leases.delete(id)) return this.#waiting.delete(id);
    this.#grant(nowMs);
    return true;
  }

  /** Prolongs leases; answers the tokens whose lease is lost. */
  refresh(client: ClientId, tokens: readonly string[], nowMs: number): string[] {
    this.expire(nowMs);
    return tokens.filter((token) => {
      const lease = this.#leases.get(idOf(client, token));
      if (lease !== undefined) lease.endsMs = nowMs + lease.timeoutMs;
      return lease === undefined;
    });
  }

  /** Ends the leases whose time is up and serves who waits. */
  expire(nowMs: number): void {
    for (const [id, lease] of this.#leases) {
      if (lease.endsMs > nowMs) continue;
      this.#leases.delete(id);
      this.counts.expired++;
    }
    this.#grant(nowMs);
  }

  /** When the next lease ends unless it is refreshed. */
  get nextExpiryMs(): number | undefined {
    let next: number | undefined;
    for (const lease of this.#leases.values()) if (next === undefined || lease.endsMs < next) next = lease.endsMs;
    return next;
  }

  /** Ends all leases and waits of a client. */
  forget(client: ClientId, nowMs: number): void {
    for (const [id, request] of this.#waiting) if (request.wait.client === client) this.#waiting.delete(id);
    for (const [id, lease] of this.#leases) if (lease.client === client) this.#leases.delete(id);
    this.#grant(nowMs);
  }

  /** Drops all leases; who waits is told. */
  close(reason: Error): void {
    this.#leases.clear();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const request of waiting) request.wait.fail(reason);
  }

  /** Leases held now. */
  get value(): number {
    return this.#leases.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Nobody holds or waits: it may be forgotten. */
  get isIdle(): boolean {
    return this.#leases.size === 0 && this.#waiting.size === 0;
  }

  #grant(nowMs: number): void {
    for (const [id, { token, leaseTimeoutMs: timeoutMs, wait }] of this.#waiting) {
      if (this.#leases.size >= this.#maxLeases) return;
      this.#waiting.delete(id);
      this.#leases.set(id, { client: wait.client, token, timeoutMs, endsMs: nowMs + timeoutMs });
      this.counts.acquired++;
      wait.settle(true);
    }
  }
}

function idOf(client: ClientId, token: string): string {
  return `${client} ${token}`;
}
