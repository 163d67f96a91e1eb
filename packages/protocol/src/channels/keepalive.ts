/**
 * Notices peers that are gone without a word. It counts intervals *of this process's own life* in which nothing was heard: a process whose main thread was
 * busy for a minute wakes to one late tick, not to a dead peer, and reads its socket before the next.
 */
import type { Clock, Timer } from '../shared/clock.js';

/** When a silent peer is asked, and when it is given up. */
export interface KeepaliveOptions {
  /** Silence after which the peer is pinged. Default 10 s. */
  readonly intervalMs: number;
  /** Silence after which the connection is broken. Default 30 s. */
  readonly deadAfterMs: number;
}

export const DEFAULT_KEEPALIVE: KeepaliveOptions = { intervalMs: 10_000, deadAfterMs: 30_000 };

export class Keepalive {
  readonly #options: KeepaliveOptions;
  readonly #clock: Clock;
  readonly #ping: () => void;
  readonly #dead: (silentMs: number) => void;
  #timer: Timer | undefined;
  #silentTicks = 0;
  #heard = false;

  constructor(options: KeepaliveOptions, clock: Clock, ping: () => void, dead: (silentMs: number) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#ping = ping;
    this.#dead = dead;
  }

  /** Something came from the peer. */
  heard(): void {
    this.#heard = true;
  }

  start(): void {
    this.stop();
    this.#silentTicks = 0;
    this.#heard = true;
    this.#schedule();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimer(() => this.#tick(), this.#options.intervalMs);
  }

  #tick(): void {
    this.#schedule();
    if (this.#heard) {
      this.#heard = false;
      this.#silentTicks = 0;
    } else this.#silentTicks++;
    const silentMs = this.#silentTicks * this.#options.intervalMs;
    if (silentMs >= this.#options.deadAfterMs) {
      this.stop();
      this.#dead(silentMs);
    } else this.#ping();
  }
}
