/** Time as a value that is passed in: the system's, or a virtual one under which tests and simulations run without waiting. */

/** What {@link Clock.setTimer} returns: opaque, for {@link Clock.clearTimer}. */
export type Timer = object;

/** A source of time and timers. */
export interface Clock {
  /** Milliseconds that never go back. */
  now(): number;
  /** Calls back once, later. A timer lets the process end before it unless it is to hold it: what a person waits for holds, housekeeping doesn't. */
  setTimer(callback: () => void, delayMs: number, options?: { readonly holdsProcess?: boolean }): Timer;
  clearTimer(timer: Timer): void;
}

/** Node counts a timer's time in 31 bits, and lets what is longer fall due at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** A timer of any length, in as many steps as it takes. */
class LongTimer {
  readonly #callback: () => void;
  readonly #dueMs: number;
  readonly #holdsProcess: boolean;
  #timer!: NodeJS.Timeout;

  constructor(callback: () => void, delayMs: number, holdsProcess: boolean) {
    this.#callback = callback;
    this.#dueMs = performance.now() + delayMs;
    this.#holdsProcess = holdsProcess;
    this.#arm();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    const leftMs = this.#dueMs - performance.now();
    this.#timer =
      leftMs > MAX_TIMER_MS
        ? setTimeout(() => this.#arm(), MAX_TIMER_MS)
        : setTimeout(this.#callback, Math.max(0, Math.ceil(leftMs)));
    if (!this.#holdsProcess) this.#timer.unref();
  }
}

/** The system's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs, options) => {
    const holdsProcess = options?.holdsProcess === true;
    if (delayMs > MAX_TIMER_MS) return new LongTimer(callback, delayMs, holdsProcess);
    const timer = setTimeout(callback, delayMs);
    return holdsProcess ? timer : timer.unref();
  },
  clearTimer: (timer) => {
    if (timer instanceof LongTimer) timer.clear();
    else clearTimeout(timer as NodeJS.Timeout);
  },
};

interface PendingTimer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that moves only when told. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  readonly #timers = new Set<PendingTimer>();

  now(): number {
    return this.#nowMs;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer: PendingTimer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: Timer): void {
    this.#timers.delete(timer as PendingTimer);
  }

  /** How many timers are pending: zero when everything was cleaned up. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves to the next timer and runs it; false when there is none up to `limitMs`. */
  step(limitMs = Infinity): boolean {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order))
        next = timer;
    }
    if (next === undefined || next.atMs > limitMs) return false;
    this.#timers.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.callback();
    return true;
  }

  /** Moves on by `durationMs`, running what falls due in order. */
  advance(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs;
    while (this.step(untilMs)) continue;
    this.#nowMs = untilMs;
  }
}
