/**
 * Tells when `async_hooks` or `AsyncLocalStorage` are in use. Before Node 24, ending code by force then aborts the process,
 * so an interrupt must know.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';

const SAFE_SINCE = 24;
/** Of Node 20 and 22: called at the first `run` or `enterWith` of a storage. */
const ENABLE = '_enable';

export function watchAsyncHooks(onUse: () => void): void {
  if (Number.parseInt(process.versions.node, 10) >= SAFE_SINCE) return;
  const storage = AsyncLocalStorage.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const enable = storage[ENABLE];
  if (enable !== undefined) {
    storage[ENABLE] = function (this: unknown, ...args: unknown[]) {
      onUse();
      return Reflect.apply(enable, this, args);
    };
  }
  const hooks = createRequire(import.meta.url)('node:async_hooks') as {
    createHook: (callbacks: object) => { enable(): unknown };
  };
  const { createHook } = hooks;
  hooks.createHook = (callbacks) => {
    const hook = createHook(callbacks);
    const enableHook = hook.enable.bind(hook);
    hook.enable = () => {
      onUse();
      return enableHook();
    };
    return hook;
  };
}
