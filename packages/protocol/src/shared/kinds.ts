/**
 * What values may be: one vocabulary for the options that people give and for the fields that peers send, so that both are refused
 * in the same words, and what one side lets through is never too much for the other.
 *
 * A kind says what it expects, and what is wrong with a value in particular. It knows nothing of who asks.
 */

/** What a value may be. */
export interface Kind {
  /** Continues "… must be". */
  readonly expected: string;
  /** What the value is instead; undefined when it is as it must be. Continues "…, not". */
  flaw(value: unknown): string | undefined;
}

/** A kind for each option. */
export type Kinds<Options> = { readonly [Name in keyof Options]-?: Kind };

type ErrorClass = new (message: string) => Error;

/** Words for a value in a message: what it is, or short text and numbers themselves. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing';
    case 'string':
      return describeText(value);
    case 'bigint':
      return `${value}n`;
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'object':
      break;
    default:
      return String(value);
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  const { name = '' } = (value.constructor as { readonly name?: string } | undefined) ?? {};
  return name === '' || name === 'Object' ? 'an object' : `an instance of ${name}`;
}

const MOST_SHOWN = 40;

function describeText(text: string): string {
  if (text === '') return 'empty text';
  if (text.length <= MOST_SHOWN) return `'${text}'`;
  return `text of ${text.length} characters ('${text.slice(0, MOST_SHOWN)}…')`;
}

function kind(expected: string, fits: (value: unknown) => boolean): Kind {
  return { expected, flaw: (value) => (fits(value) ? undefined : describeValue(value)) };
}

/** Text that is not empty. */
export function text(maxLength: number): Kind {
  return kind(
    `text of 1 to ${maxLength} characters`,
    (value) => typeof value === 'string' && value.length > 0 && value.length <= maxLength,
  );
}

/** For what is looked into elsewhere. */
export const anything: Kind = { expected: 'anything', flaw: () => undefined };

export const anyText: Kind = kind('text', (value) => typeof value === 'string');

/** A whole number within limits. */
export function whole(min: number, max: number = Number.MAX_SAFE_INTEGER): Kind {
  return kind(
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  );
}

/** A finite number that is not negative. */
export const amount: Kind = kind('a number from 0', (value) => Number.isFinite(value) && (value as number) >= 0);

/** Bytes as a limit; Infinity for none. */
export const byteLimit: Kind = kind('a number of bytes from 0', (value) => typeof value === 'number' && value >= 0);

/** How long to wait; Infinity for as long as it takes. */
export const milliseconds: Kind = kind('milliseconds from 0', (value) => typeof value === 'number' && value >= 0);

/** A time that something may take; Infinity for any. */
export const someMilliseconds: Kind = kind(
  'a positive number of milliseconds',
  (value) => typeof value === 'number' && value > 0,
);

export const flag: Kind = kind('true or false', (value) => typeof value === 'boolean');

/** One of some words. */
export function oneOf(...words: readonly string[]): Kind {
  const shown = words.map((word) => `'${word}'`);
  const last = shown.pop() ?? '';
  return kind(shown.length === 0 ? last : `${shown.join(', ')} or ${last}`, (value) => words.includes(value as string));
}

/** An `AbortSignal`, of whatever realm. */
export const abortSignal: Kind = kind('an AbortSignal', (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { aborted, throwIfAborted, addEventListener } = value as Partial<Record<keyof AbortSignal, unknown>>;
  return typeof aborted === 'boolean' && typeof throwIfAborted === 'function' && typeof addEventListener === 'function';
});

/** An object; `expected` says of what sort, as far as its type is the compiler's to check. */
export function anObject(expected = 'an object'): Kind {
  return kind(expected, (value) => typeof value === 'object' && value !== null && !Array.isArray(value));
}

export const aFunction: Kind = kind('a function', (value) => typeof value === 'function');

/** A list whose items are of one kind. */
export function listOf(item: Kind, expected: string, { min = 0, max = Infinity } = {}): Kind {
  return {
    expected,
    flaw: (value) => {
      if (!Array.isArray(value) || value.length > max) return describeValue(value);
      if (value.length < min) return 'an empty list';
      for (let i = 0; i < value.length; i++) {
        const flaw = item.flaw(value[i]);
        if (flaw !== undefined) return `a list with ${flaw} at ${i}`;
      }
      return undefined;
    },
  };
}

const MOST_NAMES = 1000;
const NAME_LENGTH = 1000;

/** An object used as a map from names to values of one kind. */
export function mapOf(item: Kind, expected: string): Kind {
  return {
    expected,
    flaw: (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
        return describeValue(value);
      }
      const entries = Object.entries(value);
      if (entries.length > MOST_NAMES) return `one of ${entries.length} names`;
      for (const [name, each] of entries) {
        if (name.length > NAME_LENGTH) return `one with a name of ${name.length} characters`;
        const flaw = item.flaw(each);
        if (flaw !== undefined) return `one with ${flaw} under ${describeText(name)}`;
      }
      return undefined;
    },
  };
}

/** A value of either kind. */
export function either(one: Kind, other: Kind, expected = `${one.expected}, or ${other.expected}`): Kind {
  return { expected, flaw: (value) => (one.flaw(value) === undefined ? undefined : other.flaw(value)) };
}

/** @throws ErrorClass when the value is not of its kind; `what` begins the message */
export function checkValue(value: unknown, kindOf: Kind, what: string, ErrorOf: ErrorClass): void {
  const flaw = kindOf.flaw(value);
  if (flaw !== undefined) throw new ErrorOf(`${what} must be ${kindOf.expected}, not ${flaw}`);
}

/**
 * Checks names and values of an options object; an option that is undefined is absent.
 *
 * @param what - who takes the options, for the message: "map", "LocalCluster.create"
 * @throws ErrorClass that names the option, and those that there are if it is none of them
 */
export function checkOptions<Options>(given: Options, kinds: Kinds<Options>, what: string, ErrorOf: ErrorClass): void {
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ErrorOf(`${what} takes an object of options, not ${describeValue(given)}`);
  }
  for (const name in given) {
    if (!Object.hasOwn(kinds, name)) {
      throw new ErrorOf(`There is no option \`${name}\`: ${what} takes ${Object.keys(kinds).join(', ')}`);
    }
    const value = given[name];
    if (value !== undefined) checkValue(value, kinds[name], `\`${name}\``, ErrorOf);
  }
}
