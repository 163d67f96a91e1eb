/** Waiting for tasks of the table: for one, for all, for the first, with a signal and a time limit. */
import { offAbort, onAbort, systemClock } from '@covey/protocol/internal';
import type { Timer } from '@covey/protocol/internal';
import { WaitTimeoutError } from '../errors.js';
import type { WaitOptions } from '../future.js';
import { State } from './task-table.js';
import type { TaskTable, Waiter } from './task-table.js';

/** Waits for one task. */
class OneWaiter implements Waiter {
  readonly #resolve: () => void;

  constructor(resolve: () => void) {
    this.#resolve = resolve;
  }

  settled(): void {
    this.#resolve();
  }
}

/** Counts down; `stopEarly` is asked about each task that settles. */
class CountWaiter implements Waiter {
  remaining = 0;
  readonly #resolve: () => void;
  readonly #stopEarly: ((id: number) => boolean) | undefined;

  constructor(resolve: () => void, stopEarly: ((id: number) => boolean) | undefined) {
    this.#resolve = resolve;
    this.#stopEarly = stopEarly;
  }

  settled(id: number): void {
    if (--this.remaining === 0 || this.#stopEarly?.(id) === true) this.#resolve();
  }
}

/** The message for when the time is over. */
export type WhatIsLate = () => string;

/** Resolves when the task is no longer pending, in the turn in which that is heard. */
export function whenSettled(
  table: TaskTable,
  id: number,
  options: WaitOptions | undefined,
  what: WhatIsLate,
): Promise<void> {
  if (table.state(id) !== State.pending) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const waiter = new OneWaiter(resolve);
    table.wait(id, waiter);
    if (options !== undefined) limit(options, what, resolve, reject, waiter, () => table.stopWaiting(id, waiter));
  });
}

/**
 * Resolves when none of the tasks is pending, or as soon as one for which `stopEarly` says so has settled. One counter serves
 * all of them. Answers false when there was nothing to wait for.
 */
export function whenAllSettled(
  table: TaskTable,
  ids: Iterable<number>,
  options: WaitOptions | undefined,
  what: WhatIsLate,
  stopEarly?: (id: number) => boolean,
): Promise<void> | undefined {
  let finish!: () => void;
  let fail!: (reason: unknown) => void;
  const promise = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const waiter = new CountWaiter(() => finish(), stopEarly);
  const waitedFor: number[] | undefined =
    options?.signal === undefined && options?.timeoutMs === undefined ? undefined : [];
  for (const id of ids) {
    if (table.state(id) !== State.pending) {
      if (stopEarly?.(id) === true) {
        finish();
        break;
      }
    } else if (table.wait(id, waiter)) {
      waiter.remaining++;
      waitedFor?.push(id);
    }
  }
  if (waiter.remaining === 0) return undefined;
  if (options !== undefined) {
    const stop = () => {
      for (const id of waitedFor ?? []) table.stopWaiting(id, waiter);
    };
    limit(options, what, finish, fail, undefined, stop, (done) => (finish = done));
  }
  return promise;
}

/** Ends a wait by a signal or after a time; whatever comes first also cleans up. */
function limit(
  options: WaitOptions,
  what: WhatIsLate,
  resolve: () => void,
  reject: (reason: unknown) => void,
  waiter: { settled: () => void } | undefined,
  stop: () => void,
  replaceResolve?: (resolve: () => void) => void,
): void {
  const { signal, timeoutMs } = options;
  if (signal === undefined && timeoutMs === undefined) return;
  let timer: Timer | undefined;
  const cleanUp = () => {
    if (timer !== undefined) systemClock.clearTimer(timer);
    offAbort(signal, aborted);
  };
  const end = (reason: unknown) => {
    cleanUp();
    stop();
    reject(reason);
  };
  const aborted = () => end(signal?.reason);
  const done = () => {
    cleanUp();
    resolve();
  };
  if (waiter !== undefined) waiter.settled = done;
  replaceResolve?.(done);
  if (signal?.aborted === true) {
    end(signal.reason);
    return;
  }
  onAbort(signal, aborted);
  if (timeoutMs !== undefined) {
    // The connection keeps the process alive; a timer of a task that has ended must not.
    timer = systemClock.setTimer(() => end(new WaitTimeoutError(what())), timeoutMs);
  }
}

/** What the promise gives, unless the signal aborts first: then its reason. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason as Error);
    onAbort(signal, aborted);
    promise.finally(() => offAbort(signal, aborted)).then(resolve, reject);
  });
}

/** What to say when time is up and some futures have not settled. */
export function sayUnsettled(left: number, count: number, timeoutMs: number | undefined): string {
  return `${left} of ${count} futures had not settled after ${timeoutMs} ms; their tasks go on`;
}

/** The same limits for waits that follow one another: what is left of the time shrinks. */
export function untilDeadline(options: WaitOptions | undefined): () => WaitOptions | undefined {
  if (options?.timeoutMs === undefined) return () => options;
  const endMs = performance.now() + options.timeoutMs;
  return () => ({ ...options, timeoutMs: Math.max(0, Math.ceil(endMs - performance.now())) });
}
