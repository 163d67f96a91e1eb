/**
 * `setImmediate` whose callbacks may be ended by force. Node runs immediates in a loop that a forced end leaves for good:
 * the other immediates of that turn are lost, the process is busy for ever, or Node's loop fails again and again. Ticks
 * have no such loop, and run between any two immediates; so each immediate here only asks for a tick, which runs its
 * callback, in the same order and before anything else.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';

type Callback = (...args: unknown[]) => unknown;
type SetImmediate = (callback: Callback, ...args: unknown[]) => NodeJS.Immediate;

const nextTick = process.nextTick.bind(process);

export function provideImmediates(): void {
  const timers = createRequire(import.meta.url)('node:timers') as { setImmediate: SetImmediate };
  const original = timers.setImmediate;
  const replaced = Object.defineProperties(
    (...args: Parameters<SetImmediate>) => {
      // What isn't a function is refused by Node. Not spread, which would walk through the list by what cells may have replaced.
      if (typeof args[0] === 'function') args[0] = asTick(args[0]);
      return Reflect.apply(original, undefined, args);
    },
    {
      name: { value: 'setImmediate' },
      [promisify.custom]: { get: () => (original as { [promisify.custom]?: unknown })[promisify.custom] },
    },
  );
  timers.setImmediate = replaced;
  Object.defineProperty(globalThis, 'setImmediate', {
    ...{ value: replaced, configurable: true, enumerable: true, writable: true },
  });
  syncBuiltinESMExports();
}

/** For the kernel's own code, which keeps the globals that were there first. */
export function inNextTurn(callback: () => void): void {
  setImmediate(asTick(callback));
}

function asTick(callback: Callback): Callback {
  return function (this: unknown, ...args: unknown[]): void {
    nextTick(() => Reflect.apply(callback, this, args));
  };
}
