/**
 * Reads the arguments of a call, field by field: the edge at which the types of what a peer sent are checked.
 * It knows no call; each call says which fields it takes and within which limits.
 */
import type { CoveyError } from '@covey/protocol';
import { CallArgumentError } from '@covey/protocol';
import {
  checkValue,
  describeValue,
  flag,
  listOf,
  mapOf,
  MAX_LIST_LENGTH,
  MAX_NAME_LENGTH,
  milliseconds,
  resourceAmounts,
  text,
  whole,
} from '@covey/protocol/internal';
import type { Kind } from '@covey/protocol/internal';

const textMap = mapOf(text(MAX_NAME_LENGTH), 'a map of texts');
const ids = listOf(whole(1), 'a list of ids', { max: MAX_LIST_LENGTH });

const LIST = { max: MAX_LIST_LENGTH };

type ErrorClass = new (message: string) => CoveyError;

/** One map of arguments. Every reader throws the error class it was given, naming the call and the field. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #what: string;
  readonly #errorClass: ErrorClass;

  constructor(values: unknown, what: string, errorClass: ErrorClass = CallArgumentError) {
    this.#what = what;
    this.#errorClass = errorClass;
    if (values !== null && values !== undefined && (typeof values !== 'object' || Array.isArray(values))) {
      throw new errorClass(`${what} takes a map of arguments, not ${describeValue(values)}`);
    }
    this.#values = (values ?? {}) as Record<string, unknown>;
  }

  has(name: string): boolean {
    const value = this.#values[name];
    return value !== undefined && value !== null;
  }

  /** The whole map, as it came. */
  all(): Readonly<Record<string, unknown>> {
    return this.#values;
  }

  any(name: string): unknown {
    return this.#values[name];
  }

  /** Text of 1 to `maxLength` characters. */
  text(name: string, maxLength = MAX_NAME_LENGTH): string {
    return this.#read(name, text(maxLength));
  }

  /** A list of texts of at most `maxLength` characters. */
  texts(name: string, maxLength = MAX_NAME_LENGTH): readonly string[] {
    const item = text(maxLength);
    return this.#read(name, listOf(item, `a list of at most ${MAX_LIST_LENGTH}, each ${item.expected}`, LIST));
  }

  optionalTexts(name: string, maxLength = MAX_NAME_LENGTH): readonly string[] | undefined {
    return this.has(name) ? this.texts(name, maxLength) : undefined;
  }

  /** A list of anything. */
  list(name: string, maxLength = MAX_LIST_LENGTH): readonly unknown[] {
    const value = this.#values[name];
    if (!Array.isArray(value) || value.length > maxLength) throw this.#bad(name, `a list of at most ${maxLength}`);
    return value;
  }

  /** A whole number within limits. */
  integer(name: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
    return this.#read(name, whole(min, max));
  }

  optionalInteger(name: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
    return this.has(name) ? this.integer(name, min, max) : undefined;
  }

  /** A list of ids: whole numbers from 1. */
  ids<Id extends number>(name: string): readonly Id[] {
    return this.#read(name, ids);
  }

  optionalIds<Id extends number>(name: string): readonly Id[] | undefined {
    return this.has(name) ? this.ids<Id>(name) : undefined;
  }

  /** Milliseconds; undefined when absent: no limit. */
  optionalTimeoutMs(name = 'timeoutMs'): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#read<number>(name, milliseconds);
    return value === Infinity ? undefined : value;
  }

  /** True or false; `fallback` when absent. */
  flag(name: string, fallback: boolean): boolean {
    return this.has(name) ? this.#read(name, flag) : fallback;
  }

  /** A map of amounts: numbers from 0. Empty when absent. */
  amounts(name: string): Readonly<Record<string, number>> {
    return this.has(name) ? this.#read(name, resourceAmounts) : {};
  }

  /** A map of texts. Empty when absent. */
  textMap(name: string): Readonly<Record<string, string>> {
    return this.has(name) ? this.#read(name, textMap) : {};
  }

  bytes(name: string): Uint8Array {
    const value = this.#values[name];
    if (!(value instanceof Uint8Array)) throw this.#bad(name, 'bytes');
    return value;
  }

  /** One part of a list of bytes. */
  bytesAt(name: string, index: number): Uint8Array {
    const value = this.list(name)[index];
    if (!(value instanceof Uint8Array)) throw this.#bad(name, 'a list of bytes');
    return value;
  }

  /** A map within the map. */
  map(name: string): Fields {
    if (!this.has(name)) throw this.#bad(name, 'a map');
    return new Fields(this.#values[name], `${this.#what}: '${name}'`, this.#errorClass);
  }

  /** The field, whose type its kind has seen to. */
  #read<Value>(name: string, kind: Kind): Value {
    checkValue(this.#values[name], kind, this.#label(name), this.#errorClass);
    return this.#values[name] as Value;
  }

  #label(name: string): string {
    return `${this.#what}: '${name}'`;
  }

  #bad(name: string, expected: string): CoveyError {
    return new this.#errorClass(`${this.#label(name)} must be ${expected}, not ${describeValue(this.#values[name])}`);
  }
}
