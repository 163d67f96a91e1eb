/**
 * Argument lists to keys: equal values have equal hashes, whatever the order of an object's keys or of the members of sets
 * and maps; `0` and `-0`, `1` and `1n`, a typed array and a plain one differ.
 *
 * Short lists of primitives are their own hash, written out: no digest is as quick or as free of collisions.
 */
import { NotSerializableError } from '../errors/function-error.js';
import { borrowEncoder, returnEncoder } from '../values/encoder.js';
import type { Frames } from '../values/encoder.js';
import { digest } from './digest.js';

export interface HashOptions {
  /** Recognises objects that are not hashed but named: futures, executors. */
  readonly reference?: (value: object) => boolean;
  /** The name of such an object (a future's key); undefined when it has none, and then nothing can be hashed. */
  readonly referenceIdentity?: (value: object) => string | undefined;
}

const longestLiteral = 40;

/** The hash of an argument list, or undefined when something in it can't be hashed. */
export function hashArguments(args: readonly unknown[], options?: HashOptions): string | undefined {
  let literal = '=';
  let isReadable = true;
  for (let index = 0; index < args.length; index++) {
    const value = args[index];
    const part = literalOf(value);
    if (part !== undefined) {
      literal += part;
    } else {
      // What most tasks of a graph have: primitives and results of others.
      if (options?.reference?.(value as object) !== true) return hashCanonical(args, options);
      const name = options.referenceIdentity?.(value as object);
      if (name === undefined) return undefined;
      literal += `@${name.length}'${name}`;
      // A key inside of a key is no longer one that people read.
      isReadable = false;
    }
  }
  return isReadable && literal.length <= longestLiteral ? literal : digest(literal);
}

/** A primitive in letters that can't be taken for another, or for two. */
function literalOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      return value === 0 && 1 / value < 0 ? '-0;' : `${value};`;
    case 'string':
      return `${value.length}'${value}`;
    case 'boolean':
      return value ? 't;' : 'f;';
    case 'bigint':
      return `${value}n`;
    case 'undefined':
      return 'u;';
    case 'object':
      return value === null ? 'z;' : undefined;
    default:
      return undefined;
  }
}

function hashCanonical(value: unknown, options: HashOptions | undefined): string | undefined {
  const numbers = new Map<object, number>();
  const names: string[] = [];
  let isNameless = false;
  const reference = (object: object): number => {
    if (options?.reference?.(object) !== true) return -1;
    let number = numbers.get(object);
    if (number === undefined) {
      const name = options.referenceIdentity?.(object);
      if (name === undefined) isNameless = true;
      number = names.push(name ?? '') - 1;
      numbers.set(object, number);
    }
    return number;
  };
  const encoder = borrowEncoder();
  try {
    encoder.isCanonical = true;
    encoder.start(options?.reference === undefined ? undefined : { reference });
    const buffers: Uint8Array[] = [];
    encoder.encode(value, buffers);
    if (isNameless) return undefined;
    const bytes = hashFrames({ header: encoder.out.bytes.subarray(0, encoder.out.position), buffers });
    return names.length === 0 ? bytes : digest([bytes, ...names].join('\0'));
  } catch (error) {
    // What can't travel can't be hashed; sending it will say why.
    if (error instanceof NotSerializableError) return undefined;
    throw error;
  } finally {
    encoder.isCanonical = false;
    returnEncoder(encoder);
  }
}

/** The digest of an encoding with its buffers. */
export function hashFrames({ header, buffers }: Frames): string {
  if (buffers.length === 0) return digest(header);
  return digest([header, ...buffers].map(digest).join(' '));
}

/**
 * The key of a call: what the function does and what it is given. Undefined when either is: such a call is impure.
 *
 * @param name shown before the hash; for people
 */
export function keyOfCall(
  name: string,
  identity: string | undefined,
  argumentsHash: string | undefined,
): string | undefined {
  return identity === undefined || argumentsHash === undefined ? undefined : `${name}-${identity}${argumentsHash}`;
}
