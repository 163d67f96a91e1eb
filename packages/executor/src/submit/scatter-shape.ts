/** What scattering makes of containers: a future for each part, in the same shape. */
import type { Future } from '../future.js';
import { UsageError } from '../errors.js';

/** Data that is scattered as one piece. */
type Piece =
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null
  | undefined
  | ((...args: never) => unknown)
  | Date
  | RegExp
  | Error
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>;

/** What {@link Executor.scatter} gives: futures of the items of an array, of the properties of a plain object, or of the whole. */
export type Scattered<T> = T extends Piece
  ? Future<T>
  : T extends readonly unknown[]
    ? { -readonly [K in keyof T]: Future<T[K]> }
    : T extends object
      ? HasMethods<T> extends true
        ? Future<T>
        : { [K in keyof T]: Future<T[K]> }
      : Future<T>;

/** Whether it is rather an instance of a class than plain data. */
type HasMethods<T> = Extract<T[keyof T], (...args: never) => unknown> extends never ? false : true;

/** The parts of data, and how their futures take their places. */
export function scatterShape(
  data: unknown,
  whole: boolean,
): { readonly values: readonly unknown[]; rebuild(futures: Future<unknown>[]): unknown } {
  if (data === undefined) throw new UsageError('scatter needs data');
  if (!whole && Array.isArray(data)) return { values: data, rebuild: (futures) => futures };
  if (!whole && isPlain(data)) {
    const names = Object.keys(data);
    return {
      values: names.map((name) => data[name]),
      rebuild: (futures) => Object.fromEntries(names.map((name, i) => [name, futures[i]])),
    };
  }
  return { values: [data], rebuild: ([future]) => future };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
