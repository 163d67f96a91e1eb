/**
 * Errors keep their class, message, own fields, `cause`, `errors` and stack. An error must always be able to travel, since
 * a task may throw anything: a field that can't is replaced by a note, and a class that can't by its nearest ancestor that
 * can.
 */
import { types } from 'node:util';
import type { AnyFunction } from '../any-function.js';
import { NotSerializableError } from '../errors/function-error.js';
import { classNameOf, ownProperty } from '../property.js';
import { tag } from '../wire/tags.js';
import { writeProperties } from './encode-object.js';
import { borrowEncoder, returnEncoder } from './encoder.js';
import type { Encoder } from './encoder.js';
import { intrinsicKind } from './intrinsic-prototypes.js';

export function writeError(encoder: Encoder, error: Error): void {
  const { out } = encoder;
  out.byte(tag.error);
  const constructor = writeClass(encoder, error);
  encoder.seen.add(error);
  const isDomException = intrinsicKind(Object.getPrototypeOf(error) as object) === 'DOMException';
  out.byte(isDomException ? 1 : 0);
  if (isDomException) {
    out.string(error.message);
    out.string(error.name);
  }
  const { stack } = error;
  encoder.write(typeof stack === 'string' ? stack : undefined);
  const fields: Record<string | symbol, unknown> = {};
  for (const key of Reflect.ownKeys(error)) {
    if (key === 'stack') continue;
    const property = Object.getOwnPropertyDescriptor(error, key) as PropertyDescriptor;
    const value = sendable(encoder, property.value);
    Object.defineProperty(fields, key, 'value' in property ? { ...property, value } : property);
  }
  writeProperties(encoder, fields, Reflect.ownKeys(fields));
  if (constructor === undefined) out.varint(0);
  else encoder.functions.writePrivatesOfError(error, constructor, (value) => sendable(encoder, value));
}

/** The class: a name for built-in errors, the class itself for others, which is returned. */
function writeClass(encoder: Encoder, error: Error): AnyFunction | undefined {
  let prototype = Object.getPrototypeOf(error) as object | null;
  for (; prototype !== null; prototype = Object.getPrototypeOf(prototype) as object | null) {
    const name = intrinsicKind(prototype);
    if (name !== undefined) {
      encoder.out.string(name);
      return undefined;
    }
    const constructor = ownProperty(prototype, 'constructor')?.value;
    if (typeof constructor === 'function' && isSendable(encoder, constructor)) {
      encoder.write(constructor);
      return constructor;
    }
  }
  encoder.out.string('Error');
  return undefined;
}

/** What is being tried out further up, so that a field which leads back to its error is not tried forever. */
const underTrial = new Set<object>();

function sendable(encoder: Encoder, value: unknown): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
  if (types.isNativeError(value) || isSendable(encoder, value)) return value;
  const name = typeof value === 'function' ? value.name : classNameOf(value);
  return `[${name === undefined || name === '' ? typeof value : name} could not be sent]`;
}

function isSendable(encoder: Encoder, value: object): boolean {
  if (underTrial.has(value)) return true;
  const trial = borrowEncoder();
  underTrial.add(value);
  try {
    trial.start(encoder.options);
    trial.encode(value, []);
    return true;
  } catch (error) {
    if (error instanceof NotSerializableError) return false;
    throw error;
  } finally {
    underTrial.delete(value);
    returnEncoder(trial);
  }
}
