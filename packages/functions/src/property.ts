/** Property descriptors whose accessors are plain functions to look at. */
import { nameOf } from './any-function.js';
import type { AnyFunction } from './any-function.js';

export interface OwnProperty {
  readonly value?: unknown;
  readonly get?: AnyFunction;
  readonly set?: AnyFunction;
  readonly enumerable?: boolean;
  readonly writable?: boolean;
  readonly configurable?: boolean;
}

/** An own property, or nothing. */
export const ownProperty = Object.getOwnPropertyDescriptor as (
  object: object,
  key: string | symbol,
) => OwnProperty | undefined;

/** The name of an object's class as its prototype tells it, whatever the object itself calls `constructor`. */
export function classNameOf(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null;
  const constructor = prototype === null ? undefined : ownProperty(prototype, 'constructor')?.value;
  return typeof constructor === 'function' ? nameOf(constructor) : undefined;
}
