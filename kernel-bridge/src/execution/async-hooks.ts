/**
 * What makes async hooks and code that is ended by force agree. Node keeps a stack of the ids of the callbacks that run,
 * and code that is ended by force leaves its ids there. Nobody minds until a hook is enabled (before Node 24 every
 * `AsyncLocalStorage` is one): from then on Node aborts the process whenever the stack isn't as it should be.
 *
 * So the ids that were left are taken off the stack, and, where Node lets its counters be written (20 and 22), the checks
 * stay off. What is left are hooks that Node calls around every callback and can't have ended: an interrupt must know of them.
 */
import { createHook } from 'node:async_hooks';
import { inNextTurn } from './immediates.js';

interface AsyncStack {
  /** Node's checks of the stack; its own code counts on them being on while it enables and disables hooks. */
  check(isOn: boolean): void;
  /** What the callback that runs pushed itself may be taken off as well: Node expects that of every exception. */
  empty(): void;
  /** Whether hooks of other kinds than `init`, which is all that an `AsyncLocalStorage` has, are enabled. */
  readonly isUnsafe: boolean;
}

/** Node's own counters of enabled hooks. */
interface AsyncWrap {
  readonly async_hook_fields: Uint32Array;
  readonly clearAsyncIdStack: () => void;
  readonly constants: Readonly<Record<string, number>>;
}

export interface HookGuard {
  /** After code was ended by force; `done` is called when that is mended. */
  readonly repair: (done?: () => void) => void;
}

/** @param onUnsafe told whether hooks are enabled with which code can't be ended by force. */
export function guardAsyncHooks(onUnsafe: (isUnsafe: boolean) => void): HookGuard {
  const stack = asyncStack();
  stack?.check(false);
  const enabled = new Set<object>();
  // Also of the hook that is behind all `AsyncLocalStorage`s.
  const hooks = Object.getPrototypeOf(createHook({})) as Record<'enable' | 'disable', () => unknown>;
  for (const name of ['enable', 'disable'] as const) {
    const original = hooks[name];
    hooks[name] = function (this: object): unknown {
      stack?.check(true);
      const result = Reflect.apply(original, this, []);
      stack?.check(false);
      if (name === 'enable') enabled.add(this);
      else enabled.delete(this);
      onUnsafe(stack?.isUnsafe ?? enabled.size > 0);
      return result;
    };
  }
  if (stack !== undefined) {
    return {
      repair: (done) => {
        stack.empty();
        done?.();
      },
    };
  }
  return {
    repair: (done) => {
      emptyByException();
      if (done !== undefined) inNextTurn(done);
    },
  };
}

/** Nothing where Node doesn't give access: 24, or a process with restricted permissions. */
function asyncStack(): AsyncStack | undefined {
  const { noDeprecation } = process;
  let wrap: AsyncWrap;
  try {
    // There is no other access; that it is deprecated is no news for who writes cells.
    process.noDeprecation = true;
    wrap = (process as unknown as { binding: (name: string) => AsyncWrap }).binding('async_wrap');
  } catch {
    return undefined;
  } finally {
    process.noDeprecation = noDeprecation ?? false;
  }
  const { async_hook_fields: fields, constants } = wrap;
  const place = (name: string): number => constants[name] ?? fields.length;
  const total = place('kTotals');
  const checks = place('kCheck');
  const kinds = ['kInit', 'kBefore', 'kAfter', 'kDestroy', 'kPromiseResolve'].map(place);
  if ([total, checks, ...kinds].some((found) => found >= fields.length)) return undefined;
  const countOf = (places: readonly number[]): number => places.reduce((sum, at) => sum + (fields[at] ?? 0), 0);
  return {
    check: (isOn) => {
      const count = isOn ? countOf(kinds) : 0;
      fields[total] = count;
      fields[checks] = Math.min(count, 1);
    },
    empty: () => wrap.clearAsyncIdStack(),
    get isUnsafe(): boolean {
      return countOf(kinds.slice(1)) > 0;
    },
  };
}

/** Node empties the stack after an exception that was handled. */
function emptyByException(): void {
  if (process.hasUncaughtExceptionCaptureCallback()) return;
  setImmediate(() => {
    if (process.hasUncaughtExceptionCaptureCallback()) return;
    process.setUncaughtExceptionCaptureCallback(() => process.setUncaughtExceptionCaptureCallback(null));
    throw new Error('Takes what code that was ended by force left off the stack of async ids');
  });
}
