/**
 * Functions and classes out of an encoding; the mirror of `capture/function-writer.ts`. A function is made at once with
 * its variables empty; they are filled as their values arrive, and set when all are there.
 */
import type { AnyFunction } from '../any-function.js';
import { resolveBuiltIn } from '../capture/intrinsics.js';
import type { ModuleReference } from '../capture/module-reference.js';
import { MalformedValueError, ModuleMismatchError } from '../errors/function-error.js';
import { ownProperty } from '../property.js';
import type { OwnProperty } from '../property.js';
import { inspect } from '../v8/inspector.js';
import type { PrivateField } from '../v8/inspector.js';
import type { Decoder } from '../values/decoder.js';
import { setSelf } from '../values/arrow-selves.js';
import { adoptClass, classOf } from '../values/origins.js';
import type { ByteReader } from '../wire/byte-reader.js';
import { deferred, functionFlag, functionHome, functionKind, integrity } from '../wire/function-format.js';
import { tag } from '../wire/tags.js';
import { factoryOf } from './evaluate.js';
import type { FunctionCode, Instantiated, Surroundings } from './evaluate.js';
import { canMakeInstances } from './home-instances.js';
import { construct, hooksOf, raw, setHooks } from './instances.js';
import { importsOfFile, requireOfFile } from './module-runtime.js';
import { sink } from './sink.js';

interface FunctionRecord extends FunctionCode {
  readonly id: string;
  readonly fingerprint: string;
  readonly eagerIndices: readonly number[];
  readonly variableIndices: readonly number[];
}

type Callable = (...args: unknown[]) => unknown;

export class FunctionReader {
  readonly #decoder: Decoder;
  readonly #modules: readonly ModuleReference[];
  /** For each variable its shared cell, or nothing when only one function has it. */
  readonly #cells: readonly ({ v: unknown } | undefined)[];
  readonly #values: unknown[] = [];
  readonly #records: readonly FunctionRecord[];
  readonly #known = new Set<object>();
  /** Of instances of classes that were made in this thread: set together, since V8 has to be asked. */
  readonly #fieldsOfHome: PrivateField[] = [];
  /** Objects that take no more changes when all are there, and how far. */
  readonly #closed: [object: object, integrity: number][] = [];
  readonly #made: { readonly record: FunctionRecord; readonly set: Instantiated['set'] }[] = [];

  private constructor(reader: ByteReader, decoder: Decoder) {
    this.#decoder = decoder;
    this.#modules = list(reader, () => ({
      specifier: reader.text(),
      isFile: reader.byte() === 1,
      package: reader.text(),
      version: reader.text(),
      from: reader.text(),
    }));
    this.#cells = list(reader, () => (reader.byte() === 1 ? { v: undefined } : undefined));
    this.#records = list(reader, () => readRecord(reader));
  }

  /** Reads the trailer's part; nothing when the encoding has no functions. */
  static open(reader: ByteReader, decoder: Decoder): FunctionReader | undefined {
    return reader.byte() === 0 ? undefined : new FunctionReader(reader, decoder);
  }

  missingModules(): ModuleReference[] {
    return this.#modules.filter((module) => this.#decoder.modules.get(module) === undefined);
  }

  read(kind: number): unknown {
    switch (kind) {
      case tag.intrinsic:
        return this.#readIntrinsic();
      case tag.moduleExport:
        return this.#readExport();
      case tag.function:
        return this.#readFunction();
      case tag.boundFunction:
        return this.#readBound();
      case tag.prototypeOf:
        return this.#keep((this.#decoder.read() as { prototype: unknown }).prototype);
      case tag.namespace:
        return this.#readNamespace();
      case tag.require:
        return requireOfFile(this.#decoder.reader.text(), this.#decoder.modules);
      case tag.weakMap:
        return this.#keep(new WeakMap());
      case tag.weakSet:
        return this.#keep(new WeakSet());
      case tag.sink:
        return sink;
      default:
        throw new MalformedValueError(`Unknown tag in the encoding: 0x${kind.toString(16)}.`);
    }
  }

  /** Reads what stands behind the root value, and finishes all functions. */
  readDeferred(): void {
    const decoder = this.#decoder;
    const { reader } = decoder;
    for (;;) {
      const kind = reader.byte();
      switch (kind) {
        case deferred.end:
          this.#finish();
          return;
        case deferred.variable: {
          const index = reader.varint();
          const value = decoder.read();
          this.#values[index] = value;
          const cell = this.#cells[index];
          if (cell !== undefined) cell.v = value;
          break;
        }
        case deferred.members: {
          const index = reader.varint();
          this.#readMembers((this.#cells[index]?.v ?? this.#values[index]) as Record<string, unknown>);
          break;
        }
        case deferred.properties:
          decoder.readProperties(this.#target(decoder.read() as object));
          break;
        case deferred.weakEntry: {
          const collection = decoder.read() as WeakMap<object, unknown> | WeakSet<object>;
          const key = decoder.read() as object;
          if ('get' in collection) collection.set(key, decoder.read());
          else collection.add(key);
          break;
        }
        case deferred.outer:
          Object.setPrototypeOf(this.#target(decoder.read() as object), decoder.read() as object | null);
          break;
        case deferred.removed:
          this.#readRemoved();
          break;
        case deferred.integrity:
          this.#readIntegrity();
          break;
        case deferred.prototype:
          this.#readPrototype();
          break;
        case deferred.statics: {
          const constructor = decoder.read() as object;
          for (let count = reader.count(); count > 0; count--) {
            const name = reader.text();
            const value = decoder.read();
            if (!this.#known.has(constructor)) hooksOf(constructor)?.static?.(constructor, name, value);
          }
          break;
        }
        default:
          throw new MalformedValueError('Unknown item behind the value.');
      }
    }
  }

  /** An instance of a class with nothing in it; `args` are for the built-in below. */
  create(
    constructor: new (...args: unknown[]) => object,
    builtIn?: new (...args: unknown[]) => object,
    args: readonly unknown[] = [],
  ): object {
    return construct(constructor, builtIn, args);
  }

  /** Sets private fields. */
  readPrivates(instance: object): void {
    const { reader } = this.#decoder;
    const count = reader.count();
    for (let left = count - 1; left > 0; left--) {
      const owner = this.#decoder.read() as object;
      const name = reader.text();
      const value = this.#decoder.read();
      const hooks = hooksOf(owner);
      if (hooks === undefined) this.#fieldsOfHome.push({ instance, name, value });
      else hooks.field?.(instance, name, value);
    }
  }

  #keep<T>(value: T): T {
    this.#decoder.objects.push(value);
    return value;
  }

  #readIntrinsic(): unknown {
    const { reader } = this.#decoder;
    const module = reader.text();
    const path = list(reader, () => this.#decoder.read() as string | symbol);
    const value = resolveBuiltIn({ module, path });
    if (value === undefined) {
      const name = [...(module === '' ? [] : [`node:${module}`]), ...path.map(String)].join('.');
      throw new ModuleMismatchError(`This version of Node (${process.version}) has no ${name}, which a function uses.`);
    }
    return this.#keep(value);
  }

  #readExport(): unknown {
    const { reader, modules } = this.#decoder;
    const module = this.#modules[reader.varint()];
    if (module === undefined) throw new MalformedValueError('An export refers to a module that is not there.');
    const isCommonJs = reader.byte() === 1;
    const path = list(reader, () => reader.text());
    const namespace = modules.get(module);
    let value: unknown = isCommonJs ? (namespace?.['default'] ?? namespace) : namespace;
    for (const name of path) value = (value as Record<string, unknown> | undefined)?.[name];
    if (value === undefined) {
      throw new ModuleMismatchError(`${module.package}@${module.version} has no export ${path.join('.')} here.`);
    }
    return this.#keep(value);
  }

  #readFunction(): unknown {
    const decoder = this.#decoder;
    const { reader } = decoder;
    const record = this.#records[reader.varint()];
    if (record === undefined) throw new MalformedValueError('A function refers to code that is not there.');
    const index = decoder.objects.push(undefined) - 1;
    let superclass: unknown;
    const keys: unknown[] = [];
    let home: object | undefined;
    let self: object | undefined;
    if (record.kind === 'class') {
      if (record.isDerived) superclass = decoder.read();
      for (let count = reader.count(); count > 0; count--) keys.push(decoder.read());
      for (const variable of record.eagerIndices) this.#values[variable] = decoder.read();
    } else {
      const kind = reader.byte();
      if (kind === functionHome.superOf) home = decoder.read() as object;
      else if (kind === functionHome.thisOf) self = decoder.read() as object;
    }
    const value = this.#make(record, { superclass, keys, self }, home);
    if (self !== undefined) setSelf(value, self);
    decoder.objects[index] = value;
    return value;
  }

  #make(
    record: FunctionRecord,
    own: Pick<Surroundings, 'superclass' | 'keys' | 'self'>,
    home: object | undefined,
  ): AnyFunction {
    if (record.id !== '') {
      const known = classOf(
        record.id,
        record.fingerprint,
        (original) => (record.flags & functionFlag.branded) !== 0 && !canMakeInstances(original),
      );
      if (known !== undefined) {
        this.#known.add(known);
        return known as AnyFunction;
      }
    }
    const hooks = {};
    const imports = record.usesImports ? importsOfFile(record.url, this.#decoder.modules) : undefined;
    const { value, set } = factoryOf(record)({
      ...own,
      hooks,
      raw,
      importFunction: imports?.importFunction,
      meta: imports?.meta,
      eager: record.eagerIndices.map((index) => this.#values[index]),
    });
    this.#made.push({ record, set });
    const made = functionOf(record, value as object, home);
    // A class may have a static method of that name.
    const name = ownProperty(made, 'name')?.value ?? '';
    if (typeof name === 'string' && record.name !== name)
      Object.defineProperty(made, 'name', { value: record.name, configurable: true });
    if (record.kind === 'class') {
      setHooks(made, hooks);
      if (record.id !== '') adoptClass(record.id, record.fingerprint, made);
    }
    return made;
  }

  #readBound(): unknown {
    const decoder = this.#decoder;
    const target = decoder.read() as Callable;
    const self = decoder.read();
    const args = list(decoder.reader, () => decoder.read());
    return this.#keep(Function.prototype.bind.call(target, self, ...args) as unknown);
  }

  #readPrototype(): void {
    const decoder = this.#decoder;
    const prototype = this.#target((this.#target(decoder.read() as object) as { prototype?: object }).prototype ?? {});
    if (decoder.reader.byte() === 1) Object.setPrototypeOf(prototype, decoder.read() as object);
    decoder.readProperties(prototype);
  }

  #readRemoved(): void {
    const { reader } = this.#decoder;
    const constructor = this.#target(this.#decoder.read() as object) as { prototype?: object };
    for (let count = reader.count(); count > 0; count--) {
      const owner = reader.byte() === 1 ? constructor : (constructor.prototype ?? {});
      Reflect.deleteProperty(owner, reader.text());
    }
  }

  #readIntegrity(): void {
    const { reader } = this.#decoder;
    const subject = this.#target(this.#decoder.read() as object) as { prototype?: object };
    this.#closed.push([subject, reader.byte()], [subject.prototype ?? {}, reader.byte()]);
  }

  /** What came before under the same id keeps its own state. */
  #target(object: object): object {
    return this.#known.has(object) ? {} : object;
  }

  #readNamespace(): object {
    const namespace = Object.create(null) as Record<string, unknown>;
    this.#keep(namespace);
    this.#readMembers(namespace);
    return namespace;
  }

  #readMembers(namespace: Record<string, unknown>): void {
    for (let count = this.#decoder.reader.count(); count > 0; count--) {
      const name = this.#decoder.reader.text();
      const isLive = this.#decoder.reader.byte() === 1;
      const value = this.#decoder.read();
      if (isLive) Object.defineProperty(namespace, name, { get: value as () => unknown, enumerable: true });
      else namespace[name] = value;
    }
  }

  #finish(): void {
    if (this.#fieldsOfHome.length > 0) inspect().setPrivates(this.#fieldsOfHome);
    for (const { record, set } of this.#made) {
      const eager = new Set(record.eager);
      const values: unknown[] = [];
      record.variables.forEach((name, at) => {
        if (eager.has(name)) return;
        const index = record.variableIndices[at] as number;
        values.push(this.#cells[index] ?? this.#values[index]);
      });
      set?.(values);
    }
    for (const [object, level] of this.#closed) close(object, level);
  }
}

function close(object: object, level: number): void {
  if (level === integrity.freeze) Object.freeze(object);
  else if (level === integrity.seal) Object.seal(object);
  else if (level === integrity.preventExtensions) Object.preventExtensions(object);
}

/** The function out of what its text evaluates to. */
function functionOf(record: FunctionRecord, value: object, home: object | undefined): AnyFunction {
  if (record.kind === 'expression' || record.kind === 'class') return value as AnyFunction;
  if ((record.flags & functionFlag.declaration) !== 0) return value as AnyFunction;
  const owner = record.kind === 'classMember' ? (value as { prototype: object }).prototype : value;
  if (home !== undefined) Object.setPrototypeOf(owner, home);
  const key = Reflect.ownKeys(owner).find((name) => name !== 'constructor') as string;
  const property = ownProperty(owner, key) as OwnProperty;
  return (record.kind === 'get' ? property.get : record.kind === 'set' ? property.set : property.value) as AnyFunction;
}

function readRecord(reader: ByteReader): FunctionRecord {
  const code = reader.text();
  const kind = functionKind[reader.byte()];
  if (kind === undefined) throw new MalformedValueError('Unknown kind of function.');
  const common = {
    code,
    kind,
    flags: reader.byte(),
    name: reader.text(),
    url: reader.text(),
    line: reader.varint(),
    column: reader.varint(),
    id: reader.text(),
    fingerprint: reader.text(),
    isDerived: reader.byte() === 1,
    ownName: reader.text(),
    usesImports: reader.byte() === 1,
  };
  const eagerIndices = list(reader, () => reader.varint());
  const variables = list(reader, () => [reader.text(), reader.varint()] as const);
  const eager = eagerIndices.map((index) => variables.find(([, variable]) => variable === index)?.[0] ?? '');
  return {
    ...common,
    eagerIndices,
    eager,
    variables: variables.map(([name]) => name),
    variableIndices: variables.map(([, index]) => index),
  };
}

function list<T>(reader: ByteReader, read: () => T): T[] {
  const items: T[] = [];
  for (let count = reader.count(); count > 0; count--) items.push(read());
  return items;
}
