/** Instances of classes and errors, made without running anybody's constructor. The mirror of `encode-object.ts`. */
import { MalformedValueError } from '../errors/function-error.js';
import { construct } from '../runtime/instances.js';
import { mapStack } from '../v8/source-maps.js';
import { instanceBases } from '../wire/tags.js';
import type { InstanceBase } from '../wire/tags.js';
import type { Decoder } from './decoder.js';

type Constructor = new (...args: unknown[]) => object;

/** Makes an instance: first the class, then the object with its number, then what is in it. */
export function readInstance(decoder: Decoder): object {
  const { reader } = decoder;
  const base = instanceBases[reader.byte()];
  if (base === undefined) throw new MalformedValueError('Unknown kind of instance.');
  const constructor = decoder.read();
  if (typeof constructor !== 'function') throw new MalformedValueError('The class of an instance is not a function.');
  const index = decoder.objects.push(undefined) - 1;
  let instance: object;
  if (base === 'object') {
    instance = decoder.functions.create(constructor as Constructor);
    decoder.objects[index] = instance;
  } else {
    // A map or an array can contain itself: it is filled after it has its number.
    instance = readContent(decoder, base, constructor as Constructor, index);
  }
  decoder.readProperties(instance);
  decoder.functions.readPrivates(instance);
  if (reader.byte() === 1) decoder.freezeLater(instance);
  return instance;
}

function readContent(decoder: Decoder, base: InstanceBase, constructor: Constructor, index: number): object {
  const make = (builtIn: Constructor, ...args: unknown[]): object => {
    const instance = decoder.functions.create(constructor, builtIn, args);
    decoder.objects[index] = instance;
    return instance;
  };
  if (base === 'array' || base === 'map' || base === 'set') {
    const instance = make({ array: Array, map: Map, set: Set }[base] as unknown as Constructor);
    const content = decoder.read();
    if (base === 'array') fill(instance as unknown[], content as unknown[]);
    else if (base === 'map')
      for (const [key, value] of content as Map<unknown, unknown>) mapSet.call(instance, key, value);
    else for (const item of content as Set<unknown>) setAdd.call(instance, item);
    return instance;
  }
  const content = decoder.read() as object;
  switch (base) {
    case 'date':
      return make(Date, (content as Date).getTime());
    case 'regexp': {
      const pattern = make(RegExp as unknown as Constructor, content) as RegExp;
      pattern.lastIndex = (content as RegExp).lastIndex;
      return pattern;
    }
    case 'view': {
      const { buffer, byteOffset, byteLength } = content as Uint8Array;
      if (Buffer.isBuffer(content)) break;
      const length = content instanceof DataView ? byteLength : (content as Uint8Array).length;
      return make(content.constructor as Constructor, buffer, byteOffset, length);
    }
    case 'boxed': {
      const value: unknown = content.valueOf();
      if (typeof value === 'symbol' || typeof value === 'bigint') break;
      return make(content.constructor as Constructor, value);
    }
    default:
  }
  // What can't be made twice over the same memory, or can't be constructed, changes its class.
  Object.setPrototypeOf(content, constructor.prototype as object);
  decoder.objects[index] = content;
  return content;
}

/** Item by item, so that holes stay holes. */
function fill(array: unknown[], items: readonly unknown[]): void {
  array.length = items.length;
  items.forEach((item, index) => {
    array[index] = item;
  });
}

// A subclass may override these with methods that expect a finished instance.
const { set: mapSet } = Map.prototype as { set: (this: object, key: unknown, value: unknown) => void };
const { add: setAdd } = Set.prototype as { add: (this: object, value: unknown) => void };

/** Makes an error of its class with its stack; `Error`'s own constructor sets nothing. */
export function readError(decoder: Decoder): Error {
  const { reader } = decoder;
  const constructor = readErrorClass(decoder);
  const index = decoder.objects.push(undefined) - 1;
  const isDomException = reader.byte() === 1;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  let error: Error;
  try {
    if (isDomException) error = new DOMException(reader.text(), reader.text());
    else error = construct(constructor, Error as unknown as Constructor, []) as Error;
  } finally {
    Error.stackTraceLimit = limit;
  }
  decoder.objects[index] = error;
  const sent = decoder.read();
  const stack = typeof sent === 'string' ? mapStack(sent) : sent;
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true, enumerable: false });
  decoder.readProperties(error);
  if (reader.bytes[reader.position] === 0) reader.position++;
  else decoder.functions.readPrivates(error);
  return error;
}

function readErrorClass(decoder: Decoder): Constructor {
  const named = decoder.read();
  const constructor: unknown =
    typeof named === 'string' ? (globalThis as unknown as Record<string, unknown>)[named] : named;
  return typeof constructor === 'function' ? (constructor as Constructor) : (Error as unknown as Constructor);
}
