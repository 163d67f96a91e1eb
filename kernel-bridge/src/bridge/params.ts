/** Reads the parameters of requests, which any front end may have written. */
import { BridgeRequestError } from './bridge-request-error.js';

export class Params {
  readonly #method: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(method: string, written: unknown) {
    this.#method = method;
    this.#fields = isRecord(written) ? written : {};
  }

  text(name: string): string {
    return this.#required(name, 'text', this.optionalText(name));
  }

  optionalText(name: string): string | undefined {
    return this.#optional(name, 'text', (value): value is string => typeof value === 'string' && value !== '');
  }

  wholeNumber(name: string): number {
    return this.#required(name, 'a whole number from 0', this.optionalWholeNumber(name));
  }

  optionalWholeNumber(name: string): number | undefined {
    const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
    return this.#optional(name, 'a whole number from 0', isWhole);
  }

  texts(name: string): readonly string[] {
    return this.#required(name, 'a list of texts', this.optionalTexts(name));
  }

  optionalTexts(name: string): readonly string[] | undefined {
    const areTexts = (value: unknown): value is readonly string[] =>
      Array.isArray(value) && value.every((item) => typeof item === 'string');
    return this.#optional(name, 'a list of texts', areTexts);
  }

  /** An object; an empty one when it is absent. */
  record(name: string): Readonly<Record<string, unknown>> {
    return this.#optional(name, 'an object', isRecord) ?? {};
  }

  /** Two whole numbers; null when it is absent. */
  range(name: string): { readonly minimum: number; readonly maximum: number } | null {
    const range = this.#optional(name, 'an object', isRecord);
    if (range === undefined) return null;
    const bounds = new Params(`${this.#method}: ${name}`, range);
    return { minimum: bounds.wholeNumber('minimum'), maximum: bounds.wholeNumber('maximum') };
  }

  choice<Word extends string>(name: string, words: readonly Word[]): Word {
    const isWord = (value: unknown): value is Word => words.includes(value as Word);
    const expected = `one of ${words.join(', ')}`;
    return this.#required(name, expected, this.#optional(name, expected, isWord));
  }

  #optional<T>(name: string, expected: string, isRight: (value: unknown) => value is T): T | undefined {
    const value = Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
    if (value === undefined || value === null) return undefined;
    if (isRight(value)) return value;
    throw new BridgeRequestError(`'${this.#method}' takes ${expected} as '${name}'`);
  }

  #required<T>(name: string, expected: string, value: T | undefined): T {
    if (value !== undefined) return value;
    throw new BridgeRequestError(`'${this.#method}' needs ${expected} as '${name}'`);
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
