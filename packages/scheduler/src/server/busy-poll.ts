/**
 * Keeps the event loop awake between messages that follow each other closely. A process that sleeps is woken by its system in
 * 30 to 60 µs, and a task that is waited for alone has the scheduler woken twice; network stacks poll for the same reason
 * (Linux's `SO_BUSY_POLL`, and its `halt_poll_ns` for virtual machines).
 *
 * It takes what processor is left, so it stops where none is: when more tasks are under way than it was given processors for.
 * And it begins only once two messages came closely, so that a stream with pauses costs nothing.
 */

/** Messages that follow each other within so long are worth waiting for awake: the way of the smallest task to a worker and back, and some more. */
const CLOSE_MS = 0.4;

export interface BusyPollOptions {
  /** It polls while no more tasks than these are under way. */
  readonly most: number;
  /** Milliseconds, with fractions. */
  readonly now: () => number;
  /** Runs something in the next turn of the loop, which then doesn't sleep. Default `setImmediate`. */
  readonly soon?: (run: () => void) => void;
}

export class BusyPoll {
  readonly #most: number;
  readonly #now: () => number;
  readonly #soon: (run: () => void) => void;
  #underWay = 0;
  #movedMs = -Infinity;
  #isPolling = false;

  constructor({ most, now, soon = setImmediate }: BusyPollOptions) {
    this.#most = most;
    this.#now = now;
    this.#soon = soon;
  }

  /** So many tasks are under way after a turn. Only a change counts: heartbeats are no reason to stay awake. */
  turn(underWay: number): void {
    if (underWay === this.#underWay) return;
    this.#underWay = underWay;
    const nowMs = this.#now();
    const isClose = nowMs - this.#movedMs < CLOSE_MS;
    this.#movedMs = nowMs;
    if (!isClose || this.#isPolling || underWay > this.#most || this.#most === 0) return;
    this.#isPolling = true;
    this.#soon(this.#poll);
  }

  readonly #poll = (): void => {
    this.#isPolling = this.#underWay <= this.#most && this.#now() - this.#movedMs < CLOSE_MS;
    if (this.#isPolling) this.#soon(this.#poll);
  };
}
