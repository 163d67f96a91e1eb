/**
 * What people may put into messages as data of their own (metadata, events, log records): checked where they give it, since a
 * message that can't be encoded ends its whole session.
 */
import { CallArgumentError } from '../request-errors.js';

/** Below the codec's own bound, since such data travels inside of a message. */
const MAX_DEPTH = 48;

/**
 * Lets through null, undefined, booleans, numbers, bigints of 64 bits, texts, dates, bytes, and arrays and plain objects of these.
 * @param name what the data is called in the message
 * @throws CallArgumentError that names the part which isn't plain
 */
export function checkPlainData(value: unknown, name: string): void {
  check(value, name, 0);
}

function check(value: unknown, path: string, depth: number): void {
  switch (typeof value) {
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value && BigInt.asUintN(64, value) !== value) {
        throw refusal(path, 'is a bigint of more than 64 bits');
      }
      return;
    case 'function':
      throw refusal(path, 'is a function');
    case 'symbol':
      throw refusal(path, 'is a symbol');
    case 'object':
      break;
    default:
      return;
  }
  if (value === null || value instanceof Date || value instanceof Uint8Array) return;
  if (depth >= MAX_DEPTH) throw refusal(path, `contains itself, or is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) check(value[i], `${path}[${i}]`, depth + 1);
    return;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Of another realm, plain objects have another prototype, at the end of its chain too.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw refusal(path, `is an instance of ${(value.constructor as { name?: string } | undefined)?.name ?? 'a class'}`);
  }
  for (const [key, item] of Object.entries(value)) check(item, `${path}.${key}`, depth + 1);
}

function refusal(path: string, problem: string): CallArgumentError {
  return new CallArgumentError(
    `${path.length > 300 ? `${path.slice(0, 300)}…` : path} ${problem}: only plain data goes here ` +
      '(numbers, texts, booleans, null, dates, bytes, and arrays and plain objects of these)',
  );
}
