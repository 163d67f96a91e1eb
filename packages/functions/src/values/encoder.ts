/**
 * Values to bytes. This file holds what nearly every value is made of (primitives, arrays, plain objects), written for
 * speed: plain loops, no allocation a value beyond the bytes. Whatever else a value can be is in `encode-object.ts`;
 * functions and classes are `../capture/`'s.
 *
 * Objects are numbered in the order in which they are met, here and in the decoder alike: that is what references to
 * shared objects and cycles count by. Both sides must therefore number exactly the same things.
 */
import { inspect } from 'node:util';
import { isNative } from '../any-function.js';
import type { AnyFunction } from '../any-function.js';
import { closedView } from '../capture/describe.js';
import { FunctionWriter } from '../capture/function-writer.js';
import { NotSerializableError } from '../errors/function-error.js';
import { inspect as inspector } from '../v8/inspector.js';
import type { FunctionView } from '../v8/inspector.js';
import { shapeTest } from '../v8/same-shape.js';
import { BufferTable } from '../wire/buffer-table.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { ObjectIndex } from '../wire/object-index.js';
import { flags, tag, wellKnownSymbols } from '../wire/tags.js';
import { byName, writeObject, writeProperties } from './encode-object.js';
import { symbolId } from './origins.js';
import { isShared } from './shared.js';
import { Trail } from './trail.js';

/** What a value became: a small header, and its large buffers out of band. */
export interface Frames {
  readonly header: Uint8Array;
  /** They alias the value's own memory, not copies: send or copy them before the value changes. */
  readonly buffers: readonly Uint8Array[];
}

export interface EncodeOptions {
  /**
   * Recognises objects that aren't encoded but referred to by a number (futures, executors): returns it, or -1. Asked
   * once for each object that is met.
   */
  readonly reference?: (value: object) => number;
  /**
   * Names an object that refuses to be sent (`Symbol.for('covey.whyNotSent')`): its name travels in its place, and who decodes
   * makes of it what stands for the object there. Undefined: it is refused.
   */
  readonly named?: (value: object) => string | undefined;
  /** Buffers of at least this many bytes leave the header. Default 8 KiB; `Infinity` keeps all inside. */
  readonly outOfBandBytes?: number;
  /** What to call the value in errors, e.g. `argument 2`. */
  readonly path?: string;
}

const defaultOutOfBandBytes = 8192;
const keepBytes = 1 << 20;
/** Arrays up to this length have their keys listed to find properties besides the items. */
const listKeysUpTo = 32;
/** So many shapes are told apart cheaply: records, and what is inside of them. */
const samplesUpTo = 4;
const { getPrototypeOf, keys, getOwnPropertyDescriptor } = Object;
const { ownKeys } = Reflect;
const arrayPrototype = Array.prototype as unknown;
const objectPrototype = Object.prototype as unknown;

/** A plain object with its names: others of its shape have the same. */
interface Sample {
  readonly object: object;
  readonly names: readonly string[];
}

export class Encoder {
  out = new ByteWriter();
  readonly seen = new ObjectIndex();
  trail = new Trail('');
  buffers: BufferTable | undefined;
  #functions: FunctionWriter | undefined;
  options: EncodeOptions | undefined;
  /**
   * Written for a hash, not to be decoded: keys and members in order, no places, no ids. Equal values and functions have
   * equal bytes then.
   */
  isCanonical = false;
  /** The array of which an item is being written, and its place there: what is looked up for one item may serve the next ones. */
  row: readonly unknown[] | undefined;
  rowAt = 0;
  #views: Map<object, FunctionView> | undefined;
  #reference: ((value: object) => number) | undefined;
  #outOfBandBytes = defaultOutOfBandBytes;
  #shapes: (readonly string[])[] = [];
  /** Plain objects met lately, to compare others with. */
  readonly #samples: Sample[] = [];

  get functions(): FunctionWriter {
    return (this.#functions ??= new FunctionWriter(this));
  }

  start(options: EncodeOptions | undefined): void {
    this.options = options;
    this.#reference = options?.reference;
    this.#outOfBandBytes = options?.outOfBandBytes ?? defaultOutOfBandBytes;
    if (options?.path !== this.trail.root) this.trail = new Trail(options?.path ?? '');
  }

  /** Forgets everything but the bytes, for the next value in the same blob. */
  reset(): void {
    this.seen.clear();
    this.trail.clear();
    this.buffers = undefined;
    this.row = undefined;
    this.#functions = undefined;
    if (this.#views !== undefined) inspector().release();
    this.#views = undefined;
    if (this.#shapes.length > 0) this.#shapes = [];
    this.forgetSamples();
  }

  /** After a failure or a giant: nothing is left of it. */
  clear(): void {
    this.reset();
    this.options = undefined;
    this.#reference = undefined;
    if (this.out.bytes.length > keepBytes) this.out = new ByteWriter();
    else this.out.position = 0;
  }

  /** What the inspector says about a function: asked once an encoding, and by the encodings for its hashes. */
  look(value: AnyFunction): FunctionView {
    const closed = closedView(value);
    if (closed !== undefined) return closed;
    const views = (this.#views ??= new Map<object, FunctionView>());
    let view = views.get(value);
    if (view === undefined) {
      view = inspector().look(value);
      views.set(value, view);
    }
    return view;
  }

  /** Whether a value is a function that is still to be looked at. What is native mostly has a name, and needs no look. */
  isNew(value: unknown): value is AnyFunction {
    if (typeof value !== 'function' || this.#views?.has(value) === true) return false;
    return closedView(value) === undefined && !isNative(value);
  }

  /** Looks at the functions among values that are about to be written, all at once. */
  lookAhead(values: readonly unknown[]): void {
    const subjects = [...new Set(values)].filter((value) => this.isNew(value));
    if (subjects.length < 2) return;
    const views = (this.#views ??= new Map<object, FunctionView>());
    for (const [at, view] of inspector().lookAtAll(subjects).entries()) views.set(subjects[at] as AnyFunction, view);
  }

  /** The canonical bytes of a value met in this encoding. */
  canonical(value: unknown): Uint8Array {
    const nested = new Encoder();
    nested.isCanonical = true;
    nested.#views = this.#views ??= new Map<object, FunctionView>();
    nested.start({ ...this.options, outOfBandBytes: Infinity });
    nested.encode(value, []);
    return nested.out.copy();
  }

  /** Appends one whole encoding; buffers that leave the header are added to `buffers`. */
  encode(value: unknown, buffers: Uint8Array[]): void {
    const { out } = this;
    const start = out.position;
    const isObject = typeof value === 'object' && value !== null;
    out.byte(isObject && !this.isCanonical && isShared(value) ? flags.version | flags.shared : flags.version);
    if (isObject || typeof value === 'function') {
      shapeTest.renew();
      this.#guarded(value);
      if (this.buffers !== undefined || this.#functions !== undefined) this.#finish(start, buffers);
    } else {
      this.write(value);
    }
  }

  #guarded(value: unknown): void {
    try {
      this.write(value);
      this.#functions?.flush();
    } catch (error) {
      if (error instanceof RangeError && error.message.includes('call stack')) {
        throw new NotSerializableError(
          this.trail.root || 'the value',
          'it is nested too deeply for the stack, which holds some thousand levels. Send a list instead of a chain.',
          { cause: error },
        );
      }
      throw error;
    }
  }

  #finish(start: number, buffers: Uint8Array[]): void {
    const { out } = this;
    out.bytes[start]! |= flags.trailer;
    const trailer = out.position - start;
    if (this.buffers === undefined) out.varint(0);
    else this.buffers.write(out, buffers, this.#outOfBandBytes);
    if (this.#functions === undefined) out.varint(0);
    else this.#functions.code.write();
    out.uint32(trailer);
  }

  write(value: unknown): void {
    switch (typeof value) {
      case 'number':
        this.out.number(value);
        return;
      case 'string':
        this.out.string(value);
        return;
      case 'boolean':
        this.out.byte(value ? tag.true : tag.false);
        return;
      case 'undefined':
        this.out.byte(tag.undefined);
        return;
      case 'object':
        if (value === null) this.out.byte(tag.null);
        else this.#writeObject(value);
        return;
      case 'bigint':
        this.#writeBigInt(value);
        return;
      case 'symbol':
        this.#writeSymbol(value);
        return;
      case 'function':
        if (!this.#writeKnown(value)) this.functions.write(value);
        return;
    }
  }

  /** Writes a value that stands at `step` of its parent; the step is part of the path in errors. */
  writeAt(step: Parameters<Trail['push']>[0], value: unknown): void {
    if ((typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol') {
      this.trail.push(step);
      this.write(value);
      this.trail.pop();
    } else {
      this.write(value);
    }
  }

  refuse(what: string, reason: string, cause?: unknown): never {
    throw new NotSerializableError(this.trail.describe(what), reason, cause === undefined ? undefined : { cause });
  }

  /** The memory behind views, made when the first is met. */
  get bufferTable(): BufferTable {
    return (this.buffers ??= new BufferTable());
  }

  /** User code runs: what was seen of an object may no longer be true. */
  forgetSamples(): void {
    this.#samples.length = 0;
    this.#functions?.privates.forget();
  }

  #writeKnown(value: object): boolean {
    return this.#writeExternal(value) || this.#writeReference(this.seen.find(value));
  }

  #writeExternal(value: object): boolean {
    const external = this.#reference?.(value) ?? -1;
    if (external < 0) return false;
    this.out.byte(tag.external);
    this.out.varint(external);
    return true;
  }

  #writeReference(index: number): boolean {
    if (index < 0) return false;
    this.out.byte(tag.reference);
    this.out.varint(index);
    return true;
  }

  #writeObject(value: object): void {
    const names = this.#samples.length === 0 ? undefined : this.#namesBySample(value as Record<string, unknown>);
    if (names !== undefined) {
      if (this.#writeExternal(value) || this.#writeReference(this.seen.findOrAdd(value))) return;
      this.writeShaped(names, value as Record<string, unknown>);
      return;
    }
    if (this.#writeKnown(value)) return;
    const prototype = getPrototypeOf(value) as unknown;
    if (prototype === objectPrototype) {
      if (!this.#writePlain(value as Record<string, unknown>)) writeObject(this, value, prototype as object);
    } else if (prototype === arrayPrototype && Array.isArray(value)) {
      this.writeArray(value);
    } else {
      writeObject(this, value, prototype as object | null);
    }
  }

  /** The names of an object that is plain as another one was, known without asking for its properties. */
  #namesBySample(value: Record<string, unknown>): readonly string[] | undefined {
    for (const { object, names } of this.#samples) {
      if (!shapeTest.same(object, value)) continue;
      // Items under integer keys are no part of what was compared.
      if (keys(value).length !== names.length) return undefined;
      for (let index = 0; index < names.length; index++) {
        if (typeof value[names[index] as string] === 'function') return undefined;
      }
      return names;
    }
    return undefined;
  }

  #addSample(object: object, names: readonly string[]): void {
    if (this.isCanonical || !shapeTest.isComparable(object) || isIndex(names[0])) return;
    if (this.#samples.length >= samplesUpTo) this.#samples.shift();
    this.#samples.push({ object, names });
  }

  /** Writes an object that has nothing but ordinary data properties; returns false, having written nothing, for others. */
  #writePlain(value: Record<string, unknown>): boolean {
    const names = ownKeys(value);
    if (this.isCanonical) names.sort(byName);
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      if (typeof name === 'symbol') return false;
      const property = getOwnPropertyDescriptor(value, name) as PropertyDescriptor;
      if (property.enumerable !== true || property.writable !== true || property.configurable !== true) return false;
      if (typeof property.value === 'function') return false;
    }
    if (!Object.isExtensible(value)) return false;
    this.seen.add(value);
    this.#addSample(value, names as string[]);
    this.writeShaped(names as string[], value);
    return true;
  }

  /** The names, or the number of the shape that has them, and the values. */
  writeShaped(names: readonly string[], value: Record<string, unknown>): void {
    const { out } = this;
    const shape = this.#findShape(names);
    if (shape >= 0) {
      out.byte(tag.objectOfShape);
      out.varint(shape);
    } else {
      out.byte(tag.object);
      out.varint(names.length);
      for (let index = 0; index < names.length; index++) out.string(names[index] as string);
      this.#shapes.push(names);
    }
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      const item = value[name];
      if (typeof item === 'number') out.number(item);
      else if (typeof item === 'string') out.string(item);
      else this.writeAt(name, item);
    }
  }

  #findShape(names: readonly string[]): number {
    const shapes = this.#shapes;
    const oldest = Math.max(0, shapes.length - 8);
    search: for (let at = shapes.length - 1; at >= oldest; at--) {
      const shape = shapes[at] as readonly string[];
      if (shape.length !== names.length) continue;
      for (let index = 0; index < names.length; index++) if (shape[index] !== names[index]) continue search;
      return at;
    }
    return -1;
  }

  writeArray(value: readonly unknown[]): void {
    this.seen.add(value);
    const { length } = value;
    if (isBareArray(value) && !isMostlyHoles(value)) {
      if (Object.isExtensible(value) && (length < 16 || !this.#writeNumbers(value))) this.writeItems(value);
      else if (!Object.isExtensible(value)) this.#writeSparse(value);
    } else {
      this.#writeSparse(value);
    }
  }

  /** The items of an array that has nothing but items. Holes are kept. */
  writeItems(value: readonly unknown[]): void {
    const { out } = this;
    const { length } = value;
    if (typeof value[0] === 'function') this.lookAhead(value);
    if (length < 16) {
      out.byte(tag.shortArray + length);
    } else {
      out.byte(tag.array);
      out.varint(length);
    }
    for (let index = 0; index < length; index++) {
      const item = value[index];
      if (typeof item === 'number') out.number(item);
      else if (typeof item === 'string') out.string(item);
      else if (item === undefined) out.byte(index in value ? tag.undefined : tag.hole);
      else {
        this.row = value;
        this.rowAt = index;
        this.writeAt(index, item);
      }
    }
  }

  #writeNumbers(value: readonly unknown[]): boolean {
    const { length } = value;
    let integers = true;
    for (let index = 0; index < length; index++) {
      const item = value[index];
      if (typeof item !== 'number') return false;
      if (integers && ((item | 0) !== item || (item === 0 && 1 / item < 0))) integers = false;
    }
    const { out } = this;
    const array = integers ? Int32Array.from(value as number[]) : Float64Array.from(value as number[]);
    out.byte(integers ? tag.intArray : tag.floatArray);
    out.varint(length);
    out.raw(new Uint8Array(array.buffer));
    return true;
  }

  #writeSparse(value: readonly unknown[]): void {
    this.out.byte(tag.sparseArray);
    this.out.varint(value.length);
    const isFixed = Object.getOwnPropertyDescriptor(value, 'length')?.writable === false;
    this.out.byte((Object.isExtensible(value) ? 0 : 1) | (isFixed ? 2 : 0));
    writeProperties(
      this,
      value,
      ownKeys(value).filter((key) => key !== 'length'),
    );
  }

  #writeBigInt(value: bigint): void {
    const negative = value < 0n;
    this.out.byte(tag.bigint);
    this.out.byte(negative ? 1 : 0);
    this.out.string((negative ? -value : value).toString(36));
  }

  #writeSymbol(value: symbol): void {
    const wellKnown = (wellKnownSymbols as readonly symbol[]).indexOf(value);
    const registered = Symbol.keyFor(value);
    if (wellKnown >= 0) {
      this.out.byte(tag.wellKnownSymbol);
      this.out.byte(wellKnown);
    } else if (registered !== undefined) {
      this.out.byte(tag.registeredSymbol);
      this.out.string(registered);
    } else {
      this.out.byte(tag.localSymbol);
      this.out.string(this.isCanonical ? '' : symbolId(value));
      this.out.string(value.description ?? '');
    }
  }
}

/** Whether it is an integer key; among an object's names these come first. */
function isIndex(name: string | undefined): boolean {
  return name !== undefined && String(Number(name) >>> 0) === name;
}

/** Whether an array has nothing but ordinary items. Where V8's shapes don't tell, the keys do, of a long array without listing them. */
function isBareArray(value: readonly unknown[]): boolean {
  if (shapeTest.isBareArray(value)) return true;
  if (value.length <= listKeysUpTo) {
    // Items come first, then the length, then whatever else there is.
    const names = ownKeys(value);
    return names.at(-1) === 'length' && names.every((name) => isOrdinary(value, name));
  }
  const shown = inspect(value, {
    maxArrayLength: 0,
    depth: 0,
    showHidden: true,
    customInspect: false,
    breakLength: Infinity,
  });
  return shown === `[ ... ${value.length} more items, [length]: ${value.length} ]`;
}

/** Whether a property of an array has the attributes that assigning to it gives it. */
function isOrdinary(array: readonly unknown[], name: string | symbol): boolean {
  const { writable, enumerable, configurable } = getOwnPropertyDescriptor(array, name) as PropertyDescriptor;
  const isItem = name !== 'length';
  return writable === true && enumerable === isItem && configurable === isItem;
}

/** Whether a long array is better listed by key; a sample tells. */
function isMostlyHoles(value: readonly unknown[]): boolean {
  if (value.length < 1024) return false;
  const step = Math.floor(value.length / 32);
  let holes = 0;
  for (let index = step - 1; index < value.length; index += step) if (!(index in value)) holes++;
  return holes > 16;
}

let spare: Encoder | undefined;

/** An encoder of one's own until it is given back; encoders nest when a serializer encodes by itself. */
export function borrowEncoder(): Encoder {
  const encoder = spare ?? new Encoder();
  spare = undefined;
  return encoder;
}

export function returnEncoder(encoder: Encoder): void {
  encoder.clear();
  spare = encoder;
}

/**
 * Encodes a value: everything that structured clone takes, functions and classes with what they close over, instances of
 * classes, and what `registerSerializer` adds.
 *
 * @throws NotSerializableError naming the path to what can't travel.
 * @example
 * ```ts
 * const frames = encode({ now: new Date(), f: (x: number) => x + 1 });
 * ```
 */
export function encode(value: unknown, options?: EncodeOptions): Frames {
  const encoder = borrowEncoder();
  try {
    encoder.start(options);
    const buffers: Uint8Array[] = [];
    encoder.encode(value, buffers);
    return { header: encoder.out.copy(), buffers };
  } finally {
    returnEncoder(encoder);
  }
}
