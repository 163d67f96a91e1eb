/**
 * A piece of user code that runs: an attempt at a task, a call of an actor's method, or a request outside the task system.
 * It travels with the code through `AsyncLocalStorage`, so that whatever the code does later (a print, a timer, an error in a
 * callback) is known to be its doing. Made once a task: everything seldom needed is made when it is.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { AttemptId } from '@covey/protocol/internal';
import type { InTaskAdoption } from '../task-context/in-task-context.js';
import type { KnownFunction } from './function-table.js';

/** Where user code's own activity is found. */
export const activities = new AsyncLocalStorage<Activity>();

/** Something that can be stopped when its task has ended: a timer. */
export type Leftover = () => void;

export class Activity {
  /** 0 for what is no attempt. */
  readonly attempt: AttemptId | 0;
  /** The task's key; of requests, what people should read in its place. */
  readonly key: string;
  /** Milliseconds by `performance.now()` at which it got the thread, now or the last time. */
  sinceMs: number;
  /** When it began. */
  readonly startMs: number;
  /** Time that it had the thread before `sinceMs`. */
  heldMs = 0;
  /** Futures of its own that it waits for. */
  waits = 0;
  printed = 0;
  /** The how many-th try at its task it is. */
  tries = 1;
  hasEnded = false;
  /** Why it is to stop, once it is. */
  stopReason: string | undefined;
  /** Called when an error escapes the code's own flow while it runs: it ends the activity. */
  onEscaped: ((activity: Activity, error: unknown) => void) | undefined;
  /** What it runs, for learning how long that takes; undefined for what is no attempt. */
  known: KnownFunction | undefined;
  /** An actor's timers live as long as the actor, not only for a call. */
  readonly owner: Activity | undefined;
  /** Futures that stand in its arguments. */
  adoption: InTaskAdoption | undefined;
  #leftovers: Set<Leftover> | undefined;
  #escaped: unknown;
  #abort: AbortController | undefined;

  constructor(attempt: AttemptId | 0, key: string, nowMs: number, owner?: Activity) {
    this.attempt = attempt;
    this.key = key;
    this.startMs = nowMs;
    this.sinceMs = nowMs;
    this.owner = owner;
  }

  /** `poll` looks for news from outside, so that a loop without `await` can see that it is to stop. */
  signal(poll: () => void): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      Object.defineProperty(this.#abort.signal, 'aborted', {
        configurable: true,
        get(this: AbortSignal) {
          if (!isAborted(this)) poll();
          return isAborted(this);
        },
      });
      if (this.stopReason !== undefined) this.#abort.abort(abortReason(this.stopReason));
    }
    return this.#abort.signal;
  }

  /** An error has left the code's own flow. Whether anybody hears of it: it ends the activity now, or has ended it before. */
  escape(error: unknown): boolean {
    if (this.hasEnded || this.onEscaped === undefined) return this.hasEnded && this.#escaped === error;
    this.#escaped = error;
    this.onEscaped(this, error);
    return true;
  }

  /** Aborts the signal. Idempotent. */
  stop(reason: string): void {
    if (this.stopReason !== undefined) return;
    this.stopReason = reason;
    this.#abort?.abort(abortReason(reason));
  }

  leave(leftover: Leftover): void {
    const holder = this.owner ?? this;
    (holder.#leftovers ??= new Set()).add(leftover);
  }

  forget(leftover: Leftover): void {
    (this.owner ?? this).#leftovers?.delete(leftover);
  }

  /** Nothing that it says any more counts; what it left running is stopped. */
  end(): void {
    this.hasEnded = true;
    if (this.#leftovers === undefined) return;
    for (const stop of this.#leftovers) stop();
    this.#leftovers = undefined;
  }
}

const abortedProperty = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted');

function isAborted(signal: AbortSignal): boolean {
  return abortedProperty?.get?.call(signal) as boolean;
}

/** What `signal.reason` is. */
export function abortReason(reason: string): DOMException {
  return reason === 'timeout'
    ? new DOMException('The task took longer than it may', 'TimeoutError')
    : new DOMException(`The task was stopped: ${reason}`, 'AbortError');
}
