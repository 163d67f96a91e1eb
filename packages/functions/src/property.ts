/** Property descriptors whose accessors are plain functions to look at. */
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
