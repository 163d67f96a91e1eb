/** One alarm that is set again and again: the timer below it is touched only when it must ring earlier. */
import type { Clock, Timer } from '@covey/protocol/internal';
import type { Now } from './now.js';

export class WakeUp {
  readonly #clock: Clock;
  readonly #now: Now;
  readonly #ring: (nowMs: number) => void;
  #atMs = Infinity;
  #timer: Timer | undefined;
  #timerAtMs = Infinity;

  constructor(clock: Clock, now: Now, ring: (nowMs: number) => void) {
    this.#clock = clock;
    this.#now = now;
    this.#ring = ring;
  }

  /** Rings at that time, and not at the one that was set before. */
  set(atMs: number): void {
    this.#atMs = atMs;
    if (atMs < this.#timerAtMs) this.#arm();
  }

  stop(): void {
    this.#atMs = Infinity;
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
  }

  #arm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#timerAtMs = this.#atMs;
    if (this.#atMs === Infinity) return;
    this.#timer = this.#clock.setTimer(
      () => {
        this.#timer = undefined;
        this.#timerAtMs = Infinity;
        const nowMs = this.#now();
        if (nowMs < this.#atMs) {
          this.#arm();
          return;
        }
        this.#atMs = Infinity;
        this.#ring(nowMs);
      },
      Math.max(0, this.#atMs - this.#now()),
    );
  }
}
