/**
 * Values as text, as Node's inspector prints them: in colour, and never megabytes by accident.
 */
import { inspect } from 'node:util';
import type { InspectOptions } from 'node:util';

const shown: InspectOptions = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 80 };
const TEXT_MAX = 100_000;

export function textOf(value: unknown, max = TEXT_MAX): string {
  const isPrimitive = (typeof value !== 'object' && typeof value !== 'function') || value === null;
  const text = inspect(value, { ...shown, colors: !isPrimitive });
  if (text.length <= max) return text;
  // A cut may fall into a coloured part: what follows has its own colour again.
  return `${text.slice(0, max)}\u001b[0m\n… ${text.length - max} more characters`;
}

const CELL_MAX = 80;

/** A value inside of a table: one short line, without colours. Getters are not run. */
export function cellText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return shortened(value.replaceAll('\n', '↵'));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  const text = inspect(value, { depth: 1, maxArrayLength: 6, maxStringLength: CELL_MAX, breakLength: Infinity });
  return shortened(text.replaceAll('\n', ' '));
}

function shortened(text: string): string {
  return text.length <= CELL_MAX ? text : `${text.slice(0, CELL_MAX - 1)}…`;
}
