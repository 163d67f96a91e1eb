/**
 * The types by which a future may stand wherever a function takes its value. Purely types: nothing of this exists at run time.
 *
 * Two ways of inference are needed. The functions' own parameters say best what an argument must be (`FutureArgs`), except for
 * an inline arrow, whose parameters are told by the arguments: a future deep inside them must then be seen through (`Resolved`).
 * `submit` and `map` have an overload for each; `WithoutFutures` and `WithFutures` make sure that exactly one applies.
 */
import type { Future } from '../future.js';

/** Values whose inside holds no futures that a task could resolve. */
type Atom =
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null
  | undefined
  | ((...args: never) => unknown)
  | (abstract new (...args: never) => unknown)
  | Date
  | RegExp
  | Error
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | WeakMap<object, unknown>
  | WeakSet<object>
  | Promise<unknown>;

type IsAny<T> = 0 extends 1 & T ? true : false;

/** A `T`, a future of one, or an array, tuple or plain object in which some parts are futures. */
export type FutureOr<T> = T | Future<T> | FuturesInside<T>;

type FuturesInside<T> = unknown extends T
  ? never
  : T extends Atom
    ? never
    : T extends Future<unknown>
      ? never
      : T extends readonly unknown[]
        ? { readonly [K in keyof T]: FutureOr<T[K]> }
        : T extends object
          ? { readonly [K in keyof T]: FutureOr<T[K]> }
          : never;

/** What a task receives for an argument of type `T`: each future, however deep, replaced by its value, which may hold futures itself. */
export type Resolved<T> =
  T extends Future<infer Value>
    ? Value
    : T extends Atom
      ? T
      : T extends readonly unknown[]
        ? { -readonly [K in keyof T]: Resolved<T[K]> }
        : T extends object
          ? { [K in keyof T]: Resolved<T[K]> }
          : T;

/** The arguments that may be given for parameters `Args`. */
export type FutureArgs<Args extends readonly unknown[]> = { [K in keyof Args]: FutureOr<Args[K]> };

/** The iterables that may be mapped over parameters `Args`. */
export type FutureIterables<Args extends readonly unknown[]> = { [K in keyof Args]: Iterable<FutureOr<Args[K]>> };

/** One element of each of the iterables, with futures replaced by their values. */
export type ResolvedElements<Iterables extends readonly unknown[]> = {
  [K in keyof Iterables]: Iterables[K] extends Iterable<infer Element> ? Resolved<Element> : never;
};

/** Whether a future is somewhere in `T`, down to five levels. */
type HoldsFutures<T, Depth extends unknown[] = []> = Depth['length'] extends 5
  ? false
  : IsAny<T> extends true
    ? false
    : unknown extends T
      ? false
      : T extends Future<unknown>
        ? true
        : T extends Atom
          ? false
          : T extends readonly (infer Element)[]
            ? HoldsFutures<Element, [...Depth, 0]>
            : T extends object
              ? { [K in keyof T]: HoldsFutures<T[K], [...Depth, 0]> }[keyof T]
              : false;

/** Makes an overload apply only when inference left no future in the parameters. */
export type WithoutFutures<Args> = true extends HoldsFutures<Args> ? never : unknown;

/** Makes an overload apply only when there are futures inside the arguments. */
export type WithFutures<Given> = true extends HoldsFutures<Given> ? unknown : never;

/** The value of a task whose function returns `R`: promises are awaited, a returned future stands for its value. */
export type Outcome<R> = Awaited<R> extends Future<infer Value> ? Value : Awaited<R>;

/** What {@link Executor.gather} gives for a structure `T`: each future, however deep, replaced by its value. */
export type Gathered<T> =
  T extends Future<infer Value>
    ? Value
    : T extends ReadonlyMap<infer Key, infer Value>
      ? Map<Key, Gathered<Value>>
      : T extends ReadonlySet<infer Value>
        ? Set<Gathered<Value>>
        : T extends Atom
          ? T
          : T extends readonly unknown[]
            ? { -readonly [K in keyof T]: Gathered<T[K]> }
            : T extends object
              ? { [K in keyof T]: Gathered<T[K]> }
              : T;

/** As {@link Gathered} where erred futures are left out: arrays may be shorter, properties missing, a lone future undefined. */
export type GatheredSkipping<T> =
  T extends Future<infer Value>
    ? Value | undefined
    : T extends ReadonlyMap<infer Key, infer Value>
      ? Map<Key, Kept<Value>>
      : T extends ReadonlySet<infer Value>
        ? Set<Kept<Value>>
        : T extends Atom
          ? T
          : T extends readonly (infer Element)[]
            ? Kept<Element>[]
            : T extends object
              ? { [K in keyof T]?: Kept<T[K]> }
              : T;

type Kept<T> = T extends Future<infer Value> ? Value : GatheredSkipping<T>;
