/**
 * Which cell the code that runs now belongs to: a timer's callback, and what follows from it, to the cell that set the
 * timer, however many cells ran since.
 *
 * From Node 24 on `AsyncLocalStorage` tells, of every callback. Before, it is made of async hooks, which slow all promises
 * down and which an interrupt may tear, so timers are followed by hand; callbacks of files and sockets count for the cell that runs, or the last one.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';
import type { RequestId } from '../channel/messages.js';

const STORAGE_SINCE = 24;

export interface CellContext {
  /** Nothing when it isn't known. */
  readonly current: RequestId | undefined;
  run<T>(cell: RequestId, code: () => T): T;
  /** A cell begins: what was known of older ones is over. */
  reset(): void;
}

/** @param cellNow to which cell a timer belongs that is set now. */
export function followCells(cellNow: () => RequestId): CellContext {
  if (Number.parseInt(process.versions.node, 10) >= STORAGE_SINCE) return new StoredContext();
  const context = new TimerContext();
  followTimers(context, cellNow);
  return context;
}

class StoredContext implements CellContext {
  readonly #storage = new AsyncLocalStorage<RequestId>();

  get current(): RequestId | undefined {
    return this.#storage.getStore();
  }

  run<T>(cell: RequestId, code: () => T): T {
    return this.#storage.run(cell, code);
  }

  reset(): void {
    // A context ends with the callback that it belongs to.
  }
}

class TimerContext implements CellContext {
  #current: RequestId | undefined;
  #isEnding = false;

  get current(): RequestId | undefined {
    return this.#current;
  }

  run<T>(cell: RequestId, code: () => T): T {
    const before = this.#current;
    this.#current = cell;
    try {
      return code();
    } finally {
      this.#current = before;
    }
  }

  /** A callback begins. Promises that it settles go on before anything else, so the cell stays for as long. */
  enter(cell: RequestId): void {
    this.#current = cell;
    if (this.#isEnding) return;
    this.#isEnding = true;
    // A tick that is asked for among the microtasks comes when all of them are done.
    queueMicrotask(() => process.nextTick(() => this.reset()));
  }

  reset(): void {
    this.#isEnding = false;
    this.#current = undefined;
  }
}

type Timer = (...args: unknown[]) => unknown;
type Timers = Record<string, Timer>;

function followTimers(context: TimerContext, cellNow: () => RequestId): void {
  const require = createRequire(import.meta.url);
  const timers = require('node:timers') as Timers & { promises: Timers };
  const following =
    (original: Timer): Timer =>
    (...args) => {
      // Not by walking through them: cells may have changed how lists are walked through.
      const callback = args[0];
      if (typeof callback !== 'function') return Reflect.apply(original, undefined, args);
      const cell = cellNow();
      args[0] = function (this: unknown, ...args: unknown[]): unknown {
        context.enter(cell);
        return Reflect.apply(callback as Timer, this, args);
      };
      return Reflect.apply(original, undefined, args);
    };
  const followingPromise =
    (original: Timer): Timer =>
    async (...args) => {
      const cell = cellNow();
      const value: unknown = await Reflect.apply(original, undefined, args);
      context.enter(cell);
      return value;
    };
  for (const name of ['setTimeout', 'setImmediate']) {
    const promised = timers.promises[name];
    if (promised !== undefined) timers.promises[name] = followingPromise(promised);
  }
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    const original = timers[name];
    if (original === undefined) continue;
    const followed = Object.defineProperty(following(original), 'name', { value: name });
    if (timers.promises[name] !== undefined && name !== 'setInterval') {
      Object.defineProperty(followed, promisify.custom, { value: timers.promises[name], enumerable: true });
    }
    timers[name] = followed;
    Object.defineProperty(globalThis, name, {
      value: followed,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  syncBuiltinESMExports();
}
