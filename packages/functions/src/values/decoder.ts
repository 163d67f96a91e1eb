/**
 * Bytes back to values; the mirror of `encoder.ts`. Objects are numbered exactly as there, each before what it contains,
 * so that cycles close.
 */
import { MalformedValueError } from '../errors/function-error.js';
import { serializerNamed } from '../registry.js';
import { FunctionReader } from '../runtime/function-reader.js';
import { ModuleRuntime } from '../runtime/module-runtime.js';
import { BufferReader } from '../wire/buffer-reader.js';
import { ByteReader } from '../wire/byte-reader.js';
import { readShape } from '../wire/shape-cache.js';
import type { Shape } from '../wire/shape-cache.js';
import { attribute, flags, tag, wellKnownSymbols } from '../wire/tags.js';
import { readError, readInstance } from './decode-object.js';
import type { Frames } from './encoder.js';
import { symbolOf } from './origins.js';
import { isSharedEncoding, shared } from './shared.js';
import { webObjectOf } from './web-objects.js';

export interface DecodeOptions {
  /** Gives the object that stands for a number that `EncodeOptions.reference` returned. */
  readonly reference?: (index: number) => unknown;
  /** Gives the object that stands for a name that `EncodeOptions.named` returned. */
  readonly named?: (name: string) => unknown;
  /** The thread's modules; without it, packages resolve from the working directory. */
  readonly modules?: ModuleRuntime;
}

const { defineProperty, setPrototypeOf } = Object;

export class Decoder {
  readonly reader: ByteReader;
  /** The objects so far, by number. */
  readonly objects: unknown[] = [];
  readonly #shapes: Shape[] = [];
  readonly #options: DecodeOptions | undefined;
  readonly #isShared: boolean;
  #buffers: BufferReader | undefined;
  #functions: FunctionReader | undefined;

  constructor(frames: Frames, options: DecodeOptions | undefined) {
    const { header } = frames;
    this.#options = options;
    const flagByte = header[0];
    if (flagByte === undefined || (flagByte & flags.versionMask) !== flags.version) {
      throw new MalformedValueError('This is not an encoding, or one of another version.');
    }
    this.#isShared = isSharedEncoding(header);
    if ((flagByte & flags.trailer) === 0) {
      this.reader = new ByteReader(header, 1);
      return;
    }
    const end = header.length - 4;
    const trailer = new ByteReader(header, end).uint32();
    if (trailer > end) throw new MalformedValueError('The trailer of the encoding is missing.');
    const trailerReader = new ByteReader(header, trailer, end);
    this.#buffers = new BufferReader(trailerReader, frames.buffers);
    this.reader = new ByteReader(header, 1, trailer);
    this.#functions = FunctionReader.open(trailerReader, this);
  }

  /** The modules that have to be imported before `run`. */
  get missingModules(): ReturnType<FunctionReader['missingModules']> {
    return this.#functions?.missingModules() ?? [];
  }

  get modules(): ModuleRuntime {
    return this.#options?.modules ?? (fallback ??= new ModuleRuntime());
  }

  get functions(): FunctionReader {
    if (this.#functions === undefined) throw new MalformedValueError('The functions of the encoding are missing.');
    return this.#functions;
  }

  run(): unknown {
    const value = this.read();
    this.#functions?.readDeferred();
    if (this.#isShared && typeof value === 'object' && value !== null) shared(value);
    if (this.reader.position !== this.reader.end) {
      throw new MalformedValueError('Bytes are left over behind the value.');
    }
    return value;
  }

  read(): unknown {
    const { reader } = this;
    const kind = reader.byte();
    if (kind < tag.shortString) return kind;
    if (kind < tag.shortArray) return reader.string(kind);
    if (kind < tag.null) return this.#readArray(kind - tag.shortArray);
    switch (kind) {
      case tag.null:
        return null;
      case tag.undefined:
        return undefined;
      case tag.true:
        return true;
      case tag.false:
        return false;
      case tag.int:
        return reader.signed();
      case tag.float:
        return reader.float64();
      case tag.latin1:
      case tag.utf8:
      case tag.utf16:
        return reader.string(kind);
      case tag.reference:
        return this.#readReference();
      case tag.object:
        return this.#readObject(this.#readShape());
      case tag.objectOfShape:
        return this.#readObject(this.#shapes[reader.varint()]);
      case tag.array:
        return this.#readArray(reader.count());
      default:
        return this.#readRare(kind);
    }
  }

  #readRare(kind: number): unknown {
    const { reader } = this;
    switch (kind) {
      case tag.bigint:
        return this.#readBigInt();
      case tag.intArray:
        return this.#keep(Array.from(new Int32Array(this.#aligned(reader.count(4) * 4))));
      case tag.floatArray:
        return this.#keep(Array.from(new Float64Array(this.#aligned(reader.count(8) * 8))));
      case tag.sparseArray:
        return this.#readSparse();
      case tag.fullObject:
        return this.#readFullObject();
      case tag.map:
        return this.#readMap();
      case tag.set:
        return this.#readSet();
      case tag.date:
        return this.#keep(new Date(reader.float64()));
      case tag.regexp:
        return this.#readRegExp();
      case tag.error:
        return readError(this);
      case tag.boxed:
        return this.#readBoxed();
      case tag.wellKnownSymbol:
        return wellKnownSymbols[reader.byte()];
      case tag.registeredSymbol:
        return Symbol.for(reader.text());
      case tag.localSymbol:
        return symbolOf(reader.text(), reader.text());
      case tag.view:
        return this.#keep(this.#memory.view(reader.byte(), reader.varint(), reader.varint(), reader.varint()));
      case tag.arrayBuffer:
        return this.#keep(this.#memory.whole(reader.varint()));
      case tag.webObject:
        return this.#readWebObject();
      case tag.external:
        return this.#readExternal();
      case tag.named:
        return this.#readNamed();
      case tag.instance:
        return readInstance(this);
      case tag.custom:
        return this.#readCustom();
      default:
        return this.functions.read(kind);
    }
  }

  /** Gives an object its number. */
  #keep<T>(value: T): T {
    this.objects.push(value);
    return value;
  }

  get #memory(): BufferReader {
    if (this.#buffers === undefined) throw new MalformedValueError('The buffers of the encoding are missing.');
    return this.#buffers;
  }

  #readWebObject(): object {
    const index = this.objects.push(undefined) - 1;
    const name = this.reader.text();
    const webObject = webObjectOf(name);
    if (webObject === undefined) throw new MalformedValueError(`Unknown class of a web object: ${name}.`);
    return (this.objects[index] = webObject.make(this.read()));
  }

  #readReference(): unknown {
    const index = this.reader.varint();
    if (index >= this.objects.length) throw new MalformedValueError('A reference leads to an object not yet seen.');
    return this.objects[index];
  }

  #readShape(): Shape {
    const shape = readShape(this.reader);
    this.#shapes.push(shape);
    return shape;
  }

  #readObject(shape: Shape | undefined): object {
    if (shape === undefined) throw new MalformedValueError('An object refers to a shape not yet seen.');
    const { names, template, hasProto } = shape;
    const object: Record<string, unknown> = { ...template };
    this.objects.push(object);
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      if (hasProto && name === '__proto__') defineData(object, name, this.read());
      else object[name] = this.read();
    }
    return object;
  }

  #readArray(length: number): unknown[] {
    const { reader } = this;
    reader.need(length);
    const array: unknown[] = [];
    this.objects.push(array);
    for (let index = 0; index < length; index++) {
      if (reader.bytes[reader.position] === tag.hole) {
        reader.position++;
        array.length = index + 1;
      } else {
        array[index] = this.read();
      }
    }
    return array;
  }

  #readSparse(): unknown[] {
    const array: unknown[] = [];
    this.objects.push(array);
    const length = this.reader.varint();
    const bits = this.reader.byte();
    if (length > 2 ** 32 - 1) throw new MalformedValueError('An array of the encoding is too long.');
    array.length = length;
    this.readProperties(array);
    if ((bits & 2) !== 0) defineProperty(array, 'length', { writable: false });
    if ((bits & 1) !== 0) this.freezeLater(array);
    return array;
  }

  #readFullObject(): object {
    const bits = this.reader.byte();
    const object: object = (bits & 3) === 1 ? (Object.create(null) as object) : {};
    this.objects.push(object);
    if ((bits & 3) === 2) setPrototypeOf(object, this.read() as object);
    this.readProperties(object);
    if ((bits & 4) !== 0) this.freezeLater(object);
    return object;
  }

  /** Properties with their attributes, onto an object. */
  readProperties(object: object): void {
    const { reader } = this;
    for (let count = reader.count(); count > 0; count--) {
      const key = this.read() as string;
      const bits = reader.byte();
      const common = {
        enumerable: (bits & attribute.enumerable) !== 0,
        configurable: (bits & attribute.configurable) !== 0,
      };
      if ((bits & attribute.accessor) !== 0) {
        const get = this.read() as (() => unknown) | undefined;
        const set = this.read() as ((value: unknown) => void) | undefined;
        defineProperty(object, key, { ...common, get, set } as PropertyDescriptor);
      } else {
        const value = this.read();
        defineProperty(object, key, { ...common, writable: (bits & attribute.writable) !== 0, value });
      }
    }
  }

  /** All its properties are there when this is called, so nothing will be added any more. */
  freezeLater(object: object): void {
    Object.preventExtensions(object);
  }

  #readMap(): Map<unknown, unknown> {
    const map = this.#keep(new Map<unknown, unknown>());
    for (let count = this.reader.count(); count > 0; count--) {
      const key = this.read();
      map.set(key, this.read());
    }
    return map;
  }

  #readSet(): Set<unknown> {
    const set = this.#keep(new Set<unknown>());
    for (let count = this.reader.count(); count > 0; count--) set.add(this.read());
    return set;
  }

  #readRegExp(): RegExp {
    const source = this.reader.text();
    const pattern = new RegExp(source, this.reader.text());
    pattern.lastIndex = this.reader.varint();
    return this.#keep(pattern);
  }

  #readBoxed(): object {
    const index = this.objects.push(undefined) - 1;
    const boxed = Object(this.read()) as object;
    this.objects[index] = boxed;
    return boxed;
  }

  #readBigInt(): bigint {
    const negative = this.reader.byte() === 1;
    const digits = this.reader.text();
    let value = 0n;
    // Ten base-36 digits at a time fit into a double without loss.
    for (let at = 0; at < digits.length; at += 10) {
      const part = digits.slice(at, at + 10);
      value = value * 36n ** BigInt(part.length) + BigInt(parseInt(part, 36));
    }
    return negative ? -value : value;
  }

  #readExternal(): unknown {
    const index = this.reader.varint();
    const resolve = this.#options?.reference;
    if (resolve === undefined) {
      throw new MalformedValueError(`The encoding refers to object ${index} outside of it, which nobody resolves.`);
    }
    return resolve(index);
  }

  #readNamed(): unknown {
    const name = this.reader.text();
    const resolve = this.#options?.named;
    if (resolve === undefined) {
      throw new MalformedValueError(`The encoding names '${name}', which nobody resolves here.`);
    }
    return resolve(name);
  }

  #readCustom(): unknown {
    const index = this.objects.push(undefined) - 1;
    const name = this.reader.text();
    const serializer = serializerNamed(name);
    if (serializer === undefined) {
      throw new MalformedValueError(`The serializer '${name}' is not registered in this process.`);
    }
    const value = serializer.decode(this.read());
    this.objects[index] = value;
    return value;
  }

  #aligned(length: number): ArrayBuffer {
    const copy = new Uint8Array(length);
    copy.set(this.reader.raw(length));
    return copy.buffer;
  }
}

let fallback: ModuleRuntime | undefined;

function defineData(object: object, name: string, value: unknown): void {
  defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}
