/** Lazy calls: a graph that is written as ordinary code and computed when it is asked for. */
import { Task } from './task.js';
import type { Computed } from './compute.js';
import type { RefArgs } from './task.js';
import type { Outcome } from '../types/future-or.js';

/**
 * A value that will be computed, by {@link Executor.compute} or {@link Executor.persist}: of calls of {@link delayed} functions,
 * which may be given lazy values in turn, also inside arrays, objects, maps and sets.
 */
export class Lazy<T> extends Task<T> {
  /** A property of the value. */
  get<K extends keyof T>(name: K): Lazy<T[K]> {
    return new Lazy(property, [this, name]);
  }

  /** What a method of the value returns. */
  call<K extends keyof T>(
    name: K,
    ...args: T[K] extends (...args: infer Args extends unknown[]) => unknown ? RefArgs<Args> : never
  ): Lazy<T[K] extends (...args: never[]) => infer R ? Outcome<R> : never> {
    return new Lazy(method, [this, name, ...args]);
  }
}

/** A function whose calls are put off. */
export type DelayedFunction<Args extends unknown[], R> = (...args: RefArgs<Args>) => Lazy<Outcome<R>>;

/**
 * Puts calls off: of a function, a function whose calls give {@link Lazy} values; of a value that holds lazy parts (an array,
 * an object, a map, a set), one lazy value.
 *
 * @example
 * ```ts
 * const lazyLoad = delayed(load);
 * const total = delayed(sum)([lazyLoad('a.csv'), lazyLoad('b.csv')]);
 * await executor.compute(total);
 * ```
 */
export function delayed<Args extends unknown[], R>(fn: (...args: Args) => R): DelayedFunction<Args, R>;
export function delayed<T>(value: T): Lazy<Computed<T>>;
export function delayed(value: unknown): unknown {
  if (typeof value !== 'function') return value instanceof Lazy ? value : new Lazy(identity, [value]);
  return (...args: unknown[]) => new Lazy(value as (...args: never[]) => unknown, args);
}

const identity = (value: unknown): unknown => value;

const property = (value: Record<PropertyKey, unknown>, name: PropertyKey): unknown => value[name];

const method = (value: Record<PropertyKey, (...args: unknown[]) => unknown>, name: PropertyKey, ...args: unknown[]) => {
  const found = value[name];
  if (typeof found !== 'function') throw new TypeError(`The value has no method '${String(name)}'`);
  return found.apply(value, args);
};
