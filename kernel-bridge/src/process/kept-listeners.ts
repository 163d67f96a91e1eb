/**
 * The kernel's own listeners on `process`. Cells share it, and `process.removeAllListeners()` must not take away what keeps
 * an uncaught error from ending the kernel, and what closes its sockets at the end.
 */
import type { OriginalBuiltins } from '../execution/original-builtins.js';

type Listener = (...args: never[]) => void;

export type Listen = (event: string, listener: Listener) => void;

/** @returns listens on `process` for good: what is removed stays, all the same. */
export function keptListeners(builtins: OriginalBuiltins): Listen {
  const kept = new Map<string | symbol, Set<unknown>>();
  const removeListener = process.removeListener.bind(process) as unknown as (
    event: string | symbol,
    listener: Listener,
  ) => void;
  const on = process.on.bind(process) as unknown as Listen;
  const remove = (event: string | symbol, listener: Listener): typeof process => {
    const isKept = builtins.with(() => kept.get(event)?.has(listener) === true);
    if (!isKept) removeListener(event, listener);
    return process;
  };
  const removeAll = (...events: (string | symbol)[]): typeof process => {
    for (const event of events.length > 0 ? events : process.eventNames().filter(isUsers)) {
      const listeners: readonly unknown[] = process.rawListeners(event);
      for (const listener of listeners) remove(event, listener as Listener);
    }
    return process;
  };
  for (const [name, value] of Object.entries({ removeListener: remove, off: remove, removeAllListeners: removeAll })) {
    Object.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: false });
  }
  return (event, listener) => {
    kept.set(event, (kept.get(event) ?? new Set()).add(listener));
    on(event, listener);
  };
}

/** By these two Node itself starts and stops watching for signals. */
function isUsers(event: string | symbol): boolean {
  return event !== 'newListener' && event !== 'removeListener';
}
