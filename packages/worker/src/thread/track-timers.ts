/**
 * Knows whose timers are whose, so that those which a task leaves behind are cleared when it ends. A timer on which the code
 * called `unref()` is meant to stay in the background (a cache's, a pool's) and is left alone, as are timers that are set after
 * the end: a pool that was opened in a task goes on in that task's context. So are immediates: they are over in a moment, and
 * what several tasks share (a connection that sends at the end of a turn) may have set one.
 */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import { promisify } from 'node:util';
import { activities } from './activity.js';
import type { Leftover } from './activity.js';

type TimerCallback = (...args: unknown[]) => void;
type SetTimer = (callback: TimerCallback, ...rest: unknown[]) => { hasRef(): boolean };
type ClearTimer = (timer: never) => void;

/** Call it before any user code is loaded: code keeps its own reference to what it imports. */
export function trackTimers(): void {
  const { clearTimeout, clearInterval, setTimeout, setInterval } = timers;
  const tracked = {
    setTimeout: once(setTimeout as unknown as SetTimer, clearTimeout),
    setInterval: repeated(setInterval as unknown as SetTimer, clearInterval),
  };
  for (const [name, replacement] of Object.entries(tracked)) {
    const original = timers[name as keyof typeof tracked] as unknown as Record<symbol, unknown>;
    // `promisify(setTimeout)` goes by this.
    const promised = original[promisify.custom];
    if (promised !== undefined) Object.defineProperty(replacement, promisify.custom, { value: promised });
    Object.defineProperty(replacement, 'name', { value: name });
  }
  Object.assign(globalThis, tracked);
  Object.assign(timers, tracked);
  syncBuiltinESMExports();
}

function once(set: SetTimer, clear: ClearTimer): SetTimer {
  return (callback, ...rest) => {
    const activity = activities.getStore();
    if (activity === undefined || typeof callback !== 'function') return set(callback, ...rest);
    const fired = (...args: unknown[]): void => {
      activity.forget(stop);
      callback(...args);
    };
    const timer = set(fired, ...rest);
    const stop = leftover(timer, clear);
    if (!activity.hasEnded) activity.leave(stop);
    return timer;
  };
}

function repeated(set: SetTimer, clear: ClearTimer): SetTimer {
  return (callback, ...rest) => {
    const activity = activities.getStore();
    const timer = set(callback, ...rest);
    if (activity?.hasEnded === false) activity.leave(leftover(timer, clear));
    return timer;
  };
}

function leftover(timer: { hasRef(): boolean }, clear: ClearTimer): Leftover {
  return () => {
    if (timer.hasRef()) clear(timer as never);
  };
}
