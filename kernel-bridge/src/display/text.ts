/**
 * Values as text, as Node's inspector prints them: in colour, and never megabytes by accident.
 */
import { inspect, types } from 'node:util';
import type { InspectOptions } from 'node:util';
import { bounded } from '../execution/bounded.js';
import { inUsersWords } from '../execution/users-words.js';

const shown: InspectOptions = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 80 };
const TEXT_MAX = 100_000;
const KEYS_MAX = 100;

export function textOf(value: unknown, max = TEXT_MAX): string {
  const isPrimitive = (typeof value !== 'object' && typeof value !== 'function') || value === null;
  const [part, left] = isPrimitive ? [value, 0] : firstKeys(value);
  const text = inspected(part, { ...shown, colors: !isPrimitive });
  const whole =
    left === 0 ? text : text.replace(/,?\n?\s*\}$/, `,\n  … ${left.toLocaleString('en')} more properties\n}`);
  return bounded(inUsersWords(whole), max);
}

/** As Node prints it, also where what the value says of itself fails: that is told below. */
function inspected(value: unknown, options: InspectOptions): string {
  const ways: (() => string)[] = [
    () => inspect(value, options),
    () => inspect(value, { ...options, customInspect: false, showProxy: true }),
  ];
  let why: string | undefined;
  for (const way of ways) {
    try {
      return why === undefined ? way() : `${way()}\n(Its own text can’t be had: ${why})`;
    } catch (error) {
      why ??= messageOf(error);
    }
  }
  return `(This ${typeof value} can’t be shown: ${why})`;
}

function messageOf(error: unknown): string {
  try {
    return bounded(String(error), CELL_MAX);
  } catch {
    return 'what it throws can’t be shown either';
  }
}

/** Of a plain object the first properties, and how many are left out: Node bounds lists, and prints objects whole. */
function firstKeys(value: object): readonly [object, number] {
  if (types.isProxy(value)) return [value, 0];
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== Object.prototype && prototype !== null) return [value, 0];
  const keys = Object.keys(value);
  if (keys.length <= KEYS_MAX) return [value, 0];
  const part = Object.create(prototype) as object;
  for (const key of keys.slice(0, KEYS_MAX)) {
    Object.defineProperty(part, key, Object.getOwnPropertyDescriptor(value, key) ?? {});
  }
  return [part, keys.length - KEYS_MAX];
}

const CELL_MAX = 80;

/** A value inside of a table: one short line, without colours. Getters are not run. */
export function cellText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return shortened(value.replaceAll('\n', '↵'));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  const text = inspected(value, { depth: 1, maxArrayLength: 6, maxStringLength: CELL_MAX, breakLength: Infinity });
  return shortened(inUsersWords(text).replaceAll('\n', ' '));
}

function shortened(text: string): string {
  return text.length <= CELL_MAX ? text : `${text.slice(0, CELL_MAX - 1)}…`;
}
