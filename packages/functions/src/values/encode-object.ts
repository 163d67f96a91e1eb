/**
 * Objects that are more than plain data: built-in kinds (`Map`, `Date`, typed arrays…), errors, instances of classes,
 * objects with accessors, symbols or attributes of their own. What can't travel is refused here, with the way out.
 */
import { types } from 'node:util';
import { nameOf } from '../any-function.js';
import type { AnyFunction } from '../any-function.js';
import { refuseInstanceOfNode } from '../capture/refusals.js';
import { ownProperty } from '../property.js';
import type { OwnProperty } from '../property.js';
import { serializerFor, serializerOfProxy } from '../registry.js';
import { attribute, instanceBases, tag, viewKinds } from '../wire/tags.js';
import type { InstanceBase } from '../wire/tags.js';
import { writeError } from './encode-error.js';
import type { Encoder } from './encoder.js';
import { intrinsicKind, isIntrinsicPrototype } from './intrinsic-prototypes.js';
import { doubleWithPrototype } from './origins.js';
import { webObjectOf } from './web-objects.js';

/** An object that has text under it refuses to be sent, for this reason. It is read of every object that isn't plain. */
const whyNotSent = Symbol.for('covey.whyNotSent');
const { getPrototypeOf, getOwnPropertyDescriptor, isExtensible, hasOwn } = Object;
const { ownKeys } = Reflect;

/** Writes an object that isn't a plain record or a plain array; `prototype` is its prototype. */
export function writeObject(encoder: Encoder, value: object, prototype: object | null): void {
  const isProxy = types.isProxy(value);
  const serializer = isProxy ? serializerOfProxy(value) : serializerFor(value);
  if (isProxy && serializer === undefined) {
    encoder.refuse('Proxy', 'a proxy stands for an object that it may hide. Send the object behind it.');
  }
  const reason = isProxy ? undefined : (value as { [whyNotSent]?: unknown })[whyNotSent];
  if (typeof reason === 'string') {
    writeNamed(encoder, value, reason);
    return;
  }
  if (serializer !== undefined) {
    encoder.seen.add(value);
    encoder.out.byte(tag.custom);
    encoder.out.string(serializer.name);
    encoder.forgetSamples();
    encoder.write(serializer.encode(value));
    return;
  }
  if (types.isNativeError(value) || intrinsicKind(prototype) === 'DOMException') {
    writeError(encoder, value as Error);
    return;
  }
  if (isIntrinsicPrototype(value) && encoder.functions.writeByReference(value)) return;
  if (types.isWeakMap(value) || types.isWeakSet(value)) {
    encoder.functions.weak.write(value);
    return;
  }
  const base = baseOf(value);
  if (base === undefined) refuseExotic(encoder, value);
  if (base !== 'object') {
    if (intrinsicKind(prototype) !== undefined) {
      writeBase(encoder, value, base, brandOf(value, base));
      return;
    }
    writeInstance(encoder, value, base, prototype);
    return;
  }
  if (types.isModuleNamespaceObject(value)) {
    encoder.functions.writeNamespace(value);
    return;
  }
  if (encoder.functions.writeByReference(value)) return;
  if (types.isArgumentsObject(value)) {
    encoder.seen.add(value);
    encoder.writeItems(Array.from(value));
    return;
  }
  const kind = intrinsicKind(prototype);
  const webObject = webObjectOf(kind);
  if (isPrototypeOfOwnConstructor(value)) {
    encoder.out.byte(tag.prototypeOf);
    encoder.writeAt('constructor', constructorOf(value));
    encoder.seen.add(value);
  } else if (kind === 'Object' || prototype === null) {
    writeFullObject(encoder, value, prototype === null ? 1 : 0);
  } else if (webObject !== undefined) {
    encoder.seen.add(value);
    encoder.out.byte(tag.webObject);
    encoder.out.string(kind as string);
    encoder.write(webObject.tell(value));
  } else {
    writeInstance(encoder, value, 'object', prototype);
  }
}

/** Writes the name of an object that refuses to be sent. */
function writeNamed(encoder: Encoder, value: object, reason: string): void {
  const name = encoder.options?.named?.(value);
  if (name === undefined) encoder.refuse('', reason);
  encoder.out.byte(tag.named);
  encoder.out.string(name);
}

/** What an object is below its class, or nothing when it holds something that no property shows. */
function baseOf(value: object): InstanceBase | undefined {
  if (Array.isArray(value)) return 'array';
  if (ArrayBuffer.isView(value)) return 'view';
  if (types.isMap(value)) return 'map';
  if (types.isSet(value)) return 'set';
  if (types.isDate(value)) return 'date';
  if (types.isRegExp(value)) return 'regexp';
  if (types.isAnyArrayBuffer(value)) return 'arrayBuffer';
  if (types.isBoxedPrimitive(value)) return 'boxed';
  if (
    types.isPromise(value) ||
    types.isGeneratorObject(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isExternal(value) ||
    exoticTags.has(Object.prototype.toString.call(value))
  ) {
    return undefined;
  }
  return 'object';
}

const exoticTags = new Set(
  ['WeakRef', 'FinalizationRegistry', 'Generator', 'AsyncGenerator', 'Array Iterator', 'String Iterator'].map(
    (name) => `[object ${name}]`,
  ),
);

const waysOut: Record<string, string> = {
  Promise: 'a promise belongs to its process. Await it first and send what it resolves to.',
  WeakRef: 'it refers to an object of this process only. Send the object.',
  Generator:
    'a generator runs in the process that made it. Send an array of its values ([...generator]), or the generator function.',
  AsyncGenerator:
    'a generator runs in the process that made it. Send an array of its values (for await (const value of generator) …), or the generator function.',
};

const iterator = 'an iterator walks through something of its process. Send an array of its values ([...iterator]).';

function refuseExotic(encoder: Encoder, value: object): never {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  const reason =
    waysOut[name] ??
    (name.endsWith(' Iterator') ? iterator : undefined) ??
    `a ${name} cannot be moved to another process. Send the data that it is made from.`;
  encoder.refuse(name, reason);
}

/** Writes a value of a built-in kind whose prototype is the built-in one, with its own properties if it has any. */
function writeBase(encoder: Encoder, value: object, base: InstanceBase, brand: string): void {
  // Listing the keys of a view would list its items.
  const isListed = base !== 'view' && base !== 'array';
  if (isListed && (!isExtensible(value) || ownKeys(value).some((key) => !isContentKey(value, key, base)))) {
    writeInstance(encoder, value, base, getPrototypeOf(value) as object);
    return;
  }
  writeContent(encoder, value, base, brand);
}

function writeContent(encoder: Encoder, value: object, base: InstanceBase, brand: string): void {
  const { out } = encoder;
  switch (base) {
    case 'array':
      encoder.writeArray(value as unknown[]);
      return;
    case 'map': {
      encoder.seen.add(value);
      const map = value as Map<unknown, unknown>;
      out.byte(tag.map);
      out.varint(map.size);
      for (const [key, item] of encoder.isCanonical ? inOrder([...map], ([key]) => key) : map) {
        encoder.writeAt('(a key)', key);
        encoder.writeAt(typeof key === 'string' || typeof key === 'number' ? key : '(a value)', item);
      }
      return;
    }
    case 'set':
      encoder.seen.add(value);
      out.byte(tag.set);
      out.varint((value as Set<unknown>).size);
      for (const item of encoder.isCanonical
        ? inOrder([...(value as Set<unknown>)], (x) => x)
        : (value as Set<unknown>)) {
        encoder.writeAt('(a member)', item);
      }
      return;
    case 'date':
      encoder.seen.add(value);
      out.byte(tag.date);
      out.float64((value as Date).getTime());
      return;
    case 'regexp': {
      encoder.seen.add(value);
      const pattern = value as RegExp;
      out.byte(tag.regexp);
      out.string(pattern.source);
      out.string(pattern.flags);
      out.varint(Math.max(0, Math.trunc(pattern.lastIndex)));
      return;
    }
    case 'boxed': {
      encoder.seen.add(value);
      out.byte(tag.boxed);
      encoder.write(primitiveIn(value));
      return;
    }
    case 'view':
      writeView(encoder, value as ArrayBufferView, brand);
      return;
    case 'arrayBuffer':
      refuseDetached(encoder, value as ArrayBufferLike);
      encoder.seen.add(value);
      out.byte(tag.arrayBuffer);
      out.varint(encoder.bufferTable.addWhole(value as ArrayBufferLike));
      return;
    case 'object':
      throw new TypeError('An ordinary object has no content besides its properties.');
  }
}

/** What a boxed primitive holds, whatever its own `valueOf` says. */
function primitiveIn(value: object): unknown {
  for (const { prototype } of [Number, String, Boolean, Symbol, BigInt]) {
    try {
      return (prototype as { valueOf: (this: unknown) => unknown }).valueOf.call(value);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return undefined;
}

/** Members by their keys, when all are primitives: the order in which they were added is no part of the hash. */
function inOrder<T>(items: T[], keyOf: (item: T) => unknown): T[] {
  const names = items.map((item) => {
    const key = keyOf(item);
    if (typeof key === 'string') return `string ${key}`;
    return typeof key === 'number' || typeof key === 'boolean' || typeof key === 'bigint' ? `${typeof key} ${key}` : '';
  });
  if (names.includes('')) return items;
  return items
    .map((item, index) => ({ item, name: names[index] as string }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ item }) => item);
}

const viewTag = ownProperty(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag)?.get as () =>
  string | undefined;

/** The name of the built-in kind, whatever a subclass calls itself. */
function brandOf(value: object, base: InstanceBase): string {
  if (base !== 'view') return '';
  return viewTag.call(value) ?? 'DataView';
}

function writeView(encoder: Encoder, view: ArrayBufferView, brand: string): void {
  const kind = Buffer.isBuffer(view) ? 'Buffer' : (brand as (typeof viewKinds)[number]);
  const index = viewKinds.indexOf(kind);
  if (index < 0) encoder.refuse(kind, 'this kind of typed array is not known to Covey.');
  refuseDetached(encoder, view.buffer);
  encoder.seen.add(view);
  const { out } = encoder;
  out.byte(tag.view);
  out.byte(index);
  out.varint(encoder.bufferTable.addView(view));
  out.varint(view.byteOffset);
  out.varint(kind === 'DataView' ? view.byteLength : (view as Uint8Array).length);
}

/** Node 20 does not say of a buffer that its memory was transferred, but makes no view of it. */
function refuseDetached(encoder: Encoder, buffer: ArrayBufferLike): void {
  if (buffer.byteLength > 0) return;
  try {
    new Uint8Array(buffer);
  } catch (error) {
    encoder.refuse(
      'ArrayBuffer',
      'its memory was transferred to somebody else. Send it before, or send a copy.',
      error,
    );
  }
}

/** An object with symbols, accessors, attributes, or without a prototype: each property with its attributes. */
function writeFullObject(encoder: Encoder, value: object, prototypeKind: 0 | 1): void {
  encoder.seen.add(value);
  encoder.out.byte(tag.fullObject);
  encoder.out.byte(prototypeKind | (isExtensible(value) ? 0 : 4));
  writeProperties(encoder, value, ownKeys(value));
}

/** Strings before symbols, each by their text. */
export function byName(a: string | symbol, b: string | symbol): number {
  if (typeof a !== typeof b) return typeof a === 'string' ? -1 : 1;
  const [first, second] = [String(a), String(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Counted properties, each with its key, attributes, and value or accessors. */
export function writeProperties(encoder: Encoder, value: object, keys: readonly (string | symbol)[]): void {
  const { out } = encoder;
  out.varint(keys.length);
  const sorted = encoder.isCanonical ? [...keys].sort(byName) : keys;
  const properties: OwnProperty[] = [];
  let functions: unknown[] | undefined;
  for (const key of sorted) {
    const property = ownProperty(value, key) as OwnProperty;
    properties.push(property);
    if (typeof property.value === 'function') (functions ??= []).push(property.value);
    else if (property.get !== undefined || property.set !== undefined)
      (functions ??= []).push(property.get, property.set);
  }
  if (functions !== undefined) encoder.lookAhead(functions);
  for (let index = 0; index < sorted.length; index++) {
    const key = sorted[index] as string | symbol;
    const property = properties[index] as OwnProperty;
    encoder.write(key);
    let bits = 0;
    if (property.enumerable === true) bits |= attribute.enumerable;
    if (property.configurable === true) bits |= attribute.configurable;
    if (hasOwn(property, 'value')) {
      if (property.writable === true) bits |= attribute.writable;
      out.byte(bits);
      if (typeof property.value === 'function') encoder.functions.holder = value;
      encoder.writeAt(key, property.value);
    } else {
      out.byte(bits | attribute.accessor);
      encoder.functions.holder = value;
      encoder.writeAt(key, property.get);
      encoder.functions.holder = value;
      encoder.writeAt(key, property.set);
    }
  }
}

/** An instance of a class: the class, what the built-in below it holds, own properties, and private members. */
function writeInstance(encoder: Encoder, value: object, base: InstanceBase, prototype: object | null): void {
  const constructor = constructorOf(prototype);
  const { out, row, rowAt } = encoder;
  if (constructor === undefined) {
    if (base !== 'object' || prototype === null) refuseExotic(encoder, value);
    encoder.seen.add(value);
    out.byte(tag.fullObject);
    out.byte(2 | (isExtensible(value) ? 0 : 4));
    encoder.writeAt({ arrow: 'its prototype' }, prototype);
    writeProperties(encoder, value, ownKeys(value));
    return;
  }
  const own = nameOf(constructor);
  const name = own === '' ? 'an anonymous class' : own;
  refuseInstanceOfNode(encoder, value, name);
  out.byte(tag.instance);
  out.byte(instanceBases.indexOf(base));
  encoder.trail.push({ arrow: name });
  encoder.write(constructor);
  encoder.trail.pop();
  encoder.seen.add(value);
  if (base !== 'object') writeSurrogate(encoder, value, base);
  const keys = ownKeys(value).filter((key) => !isContentKey(value, key, base));
  writeProperties(encoder, value, keys);
  encoder.functions.writePrivates(value, constructor, row, rowAt);
  out.byte(isExtensible(value) ? 0 : 1);
}

/** The content of a built-in under a subclass, as a value of the plain built-in kind. */
function writeSurrogate(encoder: Encoder, value: object, base: InstanceBase): void {
  const surrogate = base === 'array' ? itemsOf(value as unknown[]) : value;
  writeContent(encoder, surrogate, base, brandOf(value, base));
}

/** With its holes, and without asking the class which one it wants for its copies. */
function itemsOf(array: readonly unknown[]): unknown[] {
  const items: unknown[] = [];
  items.length = array.length;
  for (const key of Object.keys(array)) {
    if (isContentKey(array, key, 'array')) items[Number(key)] = array[Number(key)];
  }
  return items;
}

function isContentKey(value: object, key: string | symbol, base: InstanceBase): boolean {
  if (typeof key === 'symbol') return false;
  if (base === 'array') return key === 'length' || String(Number(key) >>> 0) === key;
  if (base === 'view') return String(Number(key) >>> 0) === key;
  if (base === 'regexp') return key === 'lastIndex';
  return base === 'boxed' && value instanceof String && (key === 'length' || String(Number(key) >>> 0) === key);
}

function constructorOf(prototype: object | null): AnyFunction | undefined {
  if (prototype === null) return undefined;
  const property = getOwnPropertyDescriptor(prototype, 'constructor');
  const constructor: unknown = property?.value;
  if (typeof constructor !== 'function') return undefined;
  return constructor.prototype === prototype ? constructor : doubleWithPrototype(prototype);
}

function isPrototypeOfOwnConstructor(value: object): boolean {
  return constructorOf(value) !== undefined;
}
