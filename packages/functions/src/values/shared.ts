/**
 * Values that are declared to be read only, so that a thread may give one decoded object to all tasks that read it.
 *
 * The declaration is a mark on the object and a bit in its encoding; what is made of it is the business of whoever decodes.
 */
import { flags } from '../wire/tags.js';

/** One for all copies of this package in a thread: a bundle has its own, and user code another. */
function marked(): WeakSet<object> {
  const holder = globalThis as { [key: symbol]: WeakSet<object> | undefined };
  return (holder[Symbol.for('covey.shared')] ??= new WeakSet());
}

/**
 * Declares that nobody writes to a value, whoever gets it: as the result of a task, or as scattered data, it is decoded once in each
 * thread that needs it, and every task there gets the same object. Otherwise each task gets a copy of its own, decoded for it, which takes
 * half a second for a million records. A thread keeps the object as long as the result is held. What stands inside of another value isn't
 * looked at (so an array is scattered with `whole: true`); results below 32 KiB are copied all the same.
 *
 * @returns the value itself
 * @throws TypeError for what is no object: such values are copied at no cost.
 * @example
 * ```ts
 * const table = executor.submit(async () => shared(new Map(await loadPairs())));
 * const find = (key: string, pairs: Map<string, number>) => pairs.get(key);
 * const found = keys.map((key) => executor.submit(find, key, table));
 * ```
 */
export function shared<T extends object>(value: T): T {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`shared() takes an object, not ${value === null ? 'null' : `a ${typeof value}`}.`);
  marked().add(value);
  return value;
}

/** Whether a value was declared so. */
export function isShared(value: object): boolean {
  return marked().has(value);
}

/** Whether an encoding is one of such a value. */
export function isSharedEncoding(header: Uint8Array): boolean {
  return ((header[0] ?? 0) & flags.shared) !== 0;
}
