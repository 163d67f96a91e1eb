/**
 * The kinds of values that settings have: how each is written by people, and read. Flags, environment variables and the
 * configuration file share them; a file may also hold the value itself.
 */
import type { FormField } from '@covey/protocol/bridge';

/** What a dialog offers for a value: which field, and its limits. */
export type ValueForm = Pick<FormField, 'type' | 'choices' | 'minimum' | 'maximum'>;

/** How the values of a setting are written and read. */
export interface ValueKind<T> {
  /** What stands for the value in help texts, e.g. `BYTES`. */
  readonly placeholder: string;
  /** What it may be, for errors and the documentation: continues "must be …". */
  readonly expected: string;
  /**
   * The value from its text, or from what a JSON file holds.
   * @throws {RangeError} when it is none.
   */
  read(written: unknown): T;
  /** The text that reads as the value. */
  write(value: T): string;
  readonly form: ValueForm;
}

/** The type of a kind's values. */
export type ValueOf<Kind> = Kind extends ValueKind<infer T> ? T : never;

function kind<T>(
  placeholder: string,
  expected: string,
  form: ValueForm,
  read: (written: unknown) => T | undefined,
  write: (value: T) => string = String,
): ValueKind<T> {
  return {
    placeholder,
    expected,
    form,
    write,
    read: (written) => {
      const value = read(written);
      if (value === undefined) throw new RangeError(`must be ${expected}, not ${JSON.stringify(written)}`);
      return value;
    },
  };
}

/** Some text, not empty. */
export function text(placeholder = 'TEXT', expected = 'some text'): ValueKind<string> {
  return kind(placeholder, expected, { type: 'text' }, (written) =>
    typeof written === 'string' && written.trim() !== '' ? written.trim() : undefined,
  );
}

/** A whole number within limits. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  const expected =
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  const maximum = max === Number.MAX_SAFE_INTEGER ? {} : { maximum: max };
  return kind('N', expected, { type: 'integer', minimum: min, ...maximum }, (written) => {
    const value = typeof written === 'string' && /^\s*-?\d+\s*$/.test(written) ? Number(written) : written;
    return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : undefined;
  });
}

/** Yes or no. */
export function yesOrNo(): ValueKind<boolean> {
  return kind('BOOLEAN', 'true or false', { type: 'boolean' }, (written) => {
    if (typeof written === 'boolean') return written;
    if (typeof written !== 'string') return undefined;
    const word = written.trim().toLowerCase();
    return ['true', '1', 'yes', 'on'].includes(word)
      ? true
      : ['false', '0', 'no', 'off'].includes(word)
        ? false
        : undefined;
  });
}

/** One of some words. */
export function choice<const Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  const form: ValueForm = { type: 'choice', choices: words };
  return kind(words.join('|'), `one of ${words.join(', ')}`, form, (written) => words.find((word) => word === written));
}

/** Several values: in text separated by commas or white space, in a file a list. */
export function listOf<T>(item: ValueKind<T>): ValueKind<readonly T[]> {
  return kind(
    `${item.placeholder}…`,
    `a list, of which each is ${item.expected}`,
    { type: 'list' },
    (written) => {
      const parts: unknown =
        typeof written === 'string' ? written.split(/[\s,]+/).filter((part) => part !== '') : written;
      if (!Array.isArray(parts)) return undefined;
      return (parts as unknown[]).map((part) => item.read(part));
    },
    (values) => values.map((value) => item.write(value)).join(','),
  );
}

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time, in milliseconds; written `500ms`, `30s`, `5min`, `2h`, `1d`, or as a bare number of seconds. */
export function duration(): ValueKind<number> {
  return kind(
    'DURATION',
    "a time such as '500ms', '30s', '5min' or '2h'; a bare number is seconds",
    { type: 'duration' },
    (written) => {
      if (typeof written === 'number') return written >= 0 ? written * 1000 : undefined;
      if (typeof written !== 'string') return undefined;
      const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?\s*$/i.exec(written);
      return match === null ? undefined : Number(match[1]) * (DURATION_UNITS[(match[2] ?? 's').toLowerCase()] ?? NaN);
    },
    writeDuration,
  );
}

function writeDuration(ms: number): string {
  for (const unit of ['d', 'h', 'min', 's']) {
    const size = DURATION_UNITS[unit] ?? 1;
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  ...{ b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9, t: 1e12, tb: 1e12 },
  ...{ ki: 2 ** 10, kib: 2 ** 10, mi: 2 ** 20, mib: 2 ** 20, gi: 2 ** 30, gib: 2 ** 30, ti: 2 ** 40, tib: 2 ** 40 },
};

/** An amount of memory with a unit (`2GB`, `512 MiB`, `2e9`), in bytes; undefined when the text is none. */
export function parseBytes(written: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([a-z]*)\s*$/i.exec(written);
  if (match === null) return undefined;
  const unit = BYTE_UNITS[(match[2] || 'b').toLowerCase()];
  return unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}

/** A memory limit: bytes, a part of the host's memory, or `auto`: each worker's share by its threads. */
export type MemoryLimit = number | 'auto' | { readonly part: number };

/** Written `auto`, `none` (or 0), `2GB`, `512MiB`, or as a part between 0 and 1. */
export function memoryLimit(): ValueKind<MemoryLimit> {
  return kind<MemoryLimit>(
    'BYTES',
    "'auto', 'none', an amount such as '2GB' or '512MiB', or a part of the memory such as 0.5",
    { type: 'memory' },
    (written) => {
      if (written === 'auto') return 'auto';
      if (written === 'none') return 0;
      const bytes =
        typeof written === 'string' ? parseBytes(written) : typeof written === 'number' ? written : undefined;
      const unitless = typeof written === 'number' || (typeof written === 'string' && /^[\d.\s]+$/.test(written));
      if (unitless && Number(written) > 0 && Number(written) <= 1) return { part: Number(written) };
      if (bytes === undefined || !(bytes >= 0) || (bytes > 0 && bytes < 1e6)) return undefined; // Nothing runs below 1 MB: a forgotten unit.
      return Math.round(bytes);
    },
    (limit) => (typeof limit === 'object' ? String(limit.part) : limit === 0 ? 'none' : String(limit)),
  );
}

/** Amounts of abstract resources by name; written `GPU=2 MEM=10e9`. */
export function resources(): ValueKind<Readonly<Record<string, number>>> {
  return kind<Readonly<Record<string, number>>>(
    'NAME=AMOUNT…',
    "amounts such as 'GPU=2 MEM=10e9'",
    { type: 'resources' },
    (written) => {
      if (typeof written === 'string') {
        const pairs = written
          .split(/[\s,]+/)
          .filter((part) => part !== '')
          .map((part) => /^([^=]+)=([^=]+)$/.exec(part));
        if (pairs.some((pair) => pair === null)) return undefined;
        return amounts(Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', Number(pair?.[2])])));
      }
      return typeof written === 'object' && written !== null && !Array.isArray(written) ? amounts(written) : undefined;
    },
    (value) =>
      Object.entries(value)
        .map(([name, amount]) => `${name}=${amount}`)
        .join(' '),
  );
}

function amounts(record: object): Readonly<Record<string, number>> | undefined {
  const isAmount = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
  return Object.values(record).every(isAmount) ? (record as Record<string, number>) : undefined;
}
