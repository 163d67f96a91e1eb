/**
 * Reads the arguments of a call, field by field: the edge at which the types of what a peer sent are checked.
 * It knows no call; each call says which fields it takes and within which limits.
 */
import type { CoveyError } from '@covey/protocol';
import { CallArgumentError } from '@covey/protocol';

/** Names and keys are for people; nothing sensible is longer. */
export const MAX_NAME_LENGTH = 1000;
/** A list in a call is not a way to send a program. */
export const MAX_LIST_LENGTH = 1_000_000;

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
      throw new errorClass(`${what} takes a map of arguments, not ${describe(values)}`);
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
    const value = this.#values[name];
    if (!isText(value, maxLength)) throw this.#bad(name, `text of 1 to ${maxLength} characters`);
    return value;
  }

  /** A list of texts. */
  texts(name: string, maxLength = MAX_LIST_LENGTH): readonly string[] {
    const value = this.#values[name];
    if (!Array.isArray(value) || value.length > maxLength || !value.every((item) => isText(item, MAX_NAME_LENGTH))) {
      throw this.#bad(name, `a list of at most ${maxLength} texts of 1 to ${MAX_NAME_LENGTH} characters`);
    }
    return value;
  }

  optionalTexts(name: string): readonly string[] | undefined {
    return this.has(name) ? this.texts(name) : undefined;
  }

  /** A list of anything. */
  list(name: string, maxLength = MAX_LIST_LENGTH): readonly unknown[] {
    const value = this.#values[name];
    if (!Array.isArray(value) || value.length > maxLength) throw this.#bad(name, `a list of at most ${maxLength}`);
    return value;
  }

  /** A whole number within limits. */
  integer(name: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#values[name];
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
      throw this.#bad(
        name,
        max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
      );
    }
    return value as number;
  }

  optionalInteger(name: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
    return this.has(name) ? this.integer(name, min, max) : undefined;
  }

  /** A list of ids: whole numbers from 1. */
  ids<Id extends number>(name: string): readonly Id[] {
    const value = this.#values[name];
    if (!Array.isArray(value) || value.length > MAX_LIST_LENGTH || !value.every(isId))
      throw this.#bad(name, 'a list of ids');
    return value as Id[];
  }

  optionalIds<Id extends number>(name: string): readonly Id[] | undefined {
    return this.has(name) ? this.ids<Id>(name) : undefined;
  }

  /** Milliseconds; undefined when absent: no limit. */
  optionalTimeoutMs(name = 'timeoutMs'): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#values[name];
    if (typeof value !== 'number' || !(value >= 0)) throw this.#bad(name, 'milliseconds from 0, or absent');
    return value === Infinity ? undefined : value;
  }

  /** True or false; `fallback` when absent. */
  flag(name: string, fallback: boolean): boolean {
    if (!this.has(name)) return fallback;
    const value = this.#values[name];
    if (typeof value !== 'boolean') throw this.#bad(name, 'true or false');
    return value;
  }

  /** A map of amounts: numbers from 0. Empty when absent. */
  amounts(name: string): Readonly<Record<string, number>> {
    return this.#map(name, 'a map of numbers from 0', (value) => typeof value === 'number' && value >= 0);
  }

  /** A map of texts. Empty when absent. */
  textMap(name: string): Readonly<Record<string, string>> {
    return this.#map(name, 'a map of texts', (value) => typeof value === 'string' && value.length <= MAX_NAME_LENGTH);
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

  #map<Value>(name: string, expected: string, isValue: (value: unknown) => boolean): Readonly<Record<string, Value>> {
    if (!this.has(name)) return {};
    const value = this.#values[name];
    if (typeof value !== 'object' || Array.isArray(value)) throw this.#bad(name, expected);
    const entries = Object.entries(value as object);
    if (entries.length > 1000 || !entries.every(([key, item]) => key.length <= MAX_NAME_LENGTH && isValue(item))) {
      throw this.#bad(name, expected);
    }
    return value as Record<string, Value>;
  }

  #bad(name: string, expected: string): CoveyError {
    return new this.#errorClass(`${this.#what}: '${name}' must be ${expected}, not ${describe(this.#values[name])}`);
  }
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxLength;
}

function isId(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return value.length === 0 ? 'empty text' : `text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return `a ${typeof value}`;
}
