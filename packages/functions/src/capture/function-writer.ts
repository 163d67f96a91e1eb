/**
 * Functions and classes in an encoding. Where one occurs stands only its number; what it closes over follows behind the
 * root value, so that cycles through closures close; its code comes last, when it is known which variables several
 * functions share.
 *
 * A class is made as soon as it is met, since instances need it: what its making needs (its superclass, computed keys)
 * stands right behind its number.
 */
import { textOf } from '../any-function.js';
import { ownProperty } from '../property.js';
import type { OwnProperty } from '../property.js';
import type { AnyFunction } from '../any-function.js';
import { types } from 'node:util';
import type { Analysis } from '../analysis/analysis.js';
import { digest } from '../hashing/digest.js';
import { classId, isOwnHasInstance } from '../values/origins.js';
import type { Encoder } from '../values/encoder.js';
import { writeProperties } from '../values/encode-object.js';
import { intrinsicKind } from '../values/intrinsic-prototypes.js';
import type { Step } from '../values/trail.js';
import { inspect } from '../v8/inspector.js';
import type { FunctionView } from '../v8/inspector.js';
import { tag } from '../wire/tags.js';
import { describeFunction } from './describe.js';
import type { Capture, Description } from './describe.js';
import { builtInOf, namespaceStep } from './intrinsics.js';
import { isTopLevelOfModule, moduleFile } from './module-file.js';
import type { ModuleFile } from './module-file.js';
import { exportOfLoadedPackage } from './module-reference.js';
import type { ModuleExport, ModuleReference } from './module-reference.js';
import { packageExportOf } from './package-functions.js';
import { reasonAgainst } from './refusals.js';
import { helper, rewrite } from './rewrite.js';
import { ScopeInstances } from './scope-instances.js';
import type { Variable } from './scope-instances.js';

/** What stands in line behind the root value. */
export const deferred = { end: 0, variable: 1, properties: 2, prototype: 3, statics: 4, weakEntry: 5 } as const;

export const functionKind = ['expression', 'method', 'get', 'set', 'class', 'classMember'] as const;

/** Bits of a function's record. */
export const functionFlag = { sloppy: 1, declaration: 2, branded: 4 } as const;

interface FunctionRecord {
  readonly description: Description;
  readonly eager: readonly Capture[];
  readonly key: string | undefined;
  readonly id: string;
}

type PropertyFilter = (key: string | symbol) => boolean;

export class FunctionWriter {
  /** The object whose property is being written: the home of a method that uses `super`. */
  holder: object | undefined;
  #home: object | undefined;
  readonly #encoder: Encoder;
  readonly #instances = new ScopeInstances();
  readonly #records: FunctionRecord[] = [];
  readonly #variables: Variable[] = [];
  readonly #modules: ModuleReference[] = [];
  readonly #weak = new Map<WeakMap<object, unknown> | WeakSet<object>, Set<object>>();
  readonly #queue: { readonly trail: readonly Step[]; readonly write: () => void }[] = [];

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
  }

  /** The encoding is one function that would be the same at any time: no variables, no state. */
  get isFreeOfCaptures(): boolean {
    return (
      this.#records.length === 1 &&
      this.#variables.length === 0 &&
      this.#records[0]?.description.analysis.kind !== 'class'
    );
  }

  /** Writes a function that was not met before. */
  write(value: AnyFunction): void {
    this.#home = this.holder;
    this.holder = undefined;
    if (this.writeByReference(value)) return;
    const encoder = this.#encoder;
    if (types.isProxy(value)) encoder.refuse('Proxy', 'a proxy stands for a function that it may hide.');
    const view = encoder.look(value);
    if (view.bound !== undefined) {
      this.#writeBound(value, view.bound);
      return;
    }
    const exported = packageExportOf(value, view);
    if (exported !== undefined) {
      this.#writeExport(value, exported);
      return;
    }
    const described = this.#describe(value, view);
    this.#writeRecord(described);
  }

  /** Writes a value as the name of a built-in or of a package's export, if it is one. */
  writeByReference(value: object): boolean {
    const { out, seen } = this.#encoder;
    const builtIn = builtInOf(value);
    if (builtIn !== undefined) {
      out.byte(tag.intrinsic);
      out.string(builtIn.module);
      out.varint(builtIn.path.length);
      for (const key of builtIn.path) this.#encoder.write(key);
      seen.add(value);
      return true;
    }
    const exported = exportOfLoadedPackage(value);
    if (exported === undefined) return false;
    this.#writeExport(value, exported);
    return true;
  }

  /** Only classes whose instances are no more than their properties can have instances elsewhere. */
  checkInstance(value: object, constructor: object, name: string): void {
    for (let prototype = Object.getPrototypeOf(value) as object | null; prototype !== null;) {
      const owner = ownProperty(prototype, 'constructor')?.value;
      if (typeof owner === 'function') {
        const builtIn = builtInOf(owner);
        const isKnown = intrinsicKind(prototype) !== undefined || owner.name === 'EventEmitter';
        if ((builtIn !== undefined && !isKnown && !isOfLanguage(builtIn.module, owner)) || isInternal(owner, builtIn)) {
          this.#encoder.refuse(name, reasonAgainst(owner.name, name));
        }
      }
      prototype = Object.getPrototypeOf(prototype) as object | null;
    }
  }

  /** The values of private fields, from the outermost class inwards, as V8 lists them. */
  writePrivates(value: object, constructor: AnyFunction): void {
    const { out } = this.#encoder;
    if (!this.#hasPrivates(constructor)) {
      out.varint(0);
      return;
    }
    const members = inspect().privates(value);
    const fields = this.#privateFieldsOf(constructor);
    let at = 0;
    const found: { readonly owner: AnyFunction; readonly name: string; readonly value: unknown }[] = [];
    for (const { owner, name } of fields) {
      while (at < members.length && members[at]?.name !== `#${name}`) at++;
      const member = members[at++];
      if (member !== undefined) found.push({ owner, name: member.name, value: member.value });
    }
    out.varint(found.length + 1);
    for (const { owner, name, value: held } of found) {
      this.#encoder.write(owner);
      out.string(name);
      this.#encoder.writeAt(name, held);
    }
  }

  /** A module's namespace object, by value: its exports as they are now. */
  writeNamespace(value: object, members: readonly string[] = Object.keys(value)): void {
    const encoder = this.#encoder;
    const builtIn = builtInOf((value as { default?: object }).default ?? value);
    if (builtIn?.path.length === 0 && builtIn.module !== '') {
      encoder.out.byte(tag.intrinsic);
      encoder.out.string(builtIn.module);
      encoder.out.varint(1);
      encoder.out.string(namespaceStep);
      encoder.seen.add(value);
      return;
    }
    this.#writeMembers(value, members);
  }

  #writeMembers(value: object, members: readonly string[]): void {
    const encoder = this.#encoder;
    // A partial view is an object of its own, whatever other views there are of the same module.
    encoder.seen.add(members.length === Object.keys(value).length ? value : {});
    encoder.out.byte(tag.namespace);
    encoder.out.varint(members.length);
    for (const name of members) {
      encoder.out.string(name);
      const getter = ownProperty(value, name)?.get;
      const item = (value as Record<string, unknown>)[name];
      // Compilers to CommonJS export through getters: what they read may change there as it does here.
      const isLive = getter !== undefined && typeof item !== 'function';
      encoder.out.byte(isLive ? 1 : 0);
      encoder.writeAt(name, isLive ? getter : item);
    }
  }

  /**
   * Writes a weak collection, empty at first. When everything was seen it gets the entries whose keys travel along; the
   * others could never be looked up there.
   */
  writeWeak(value: WeakMap<object, unknown> | WeakSet<object>): void {
    const encoder = this.#encoder;
    encoder.seen.add(value);
    encoder.out.byte('get' in value ? tag.weakMap : tag.weakSet);
    this.#weak.set(value, new Set());
  }

  /** Writes what waits in line: variables, properties of functions. */
  flush(): void {
    const { trail } = this.#encoder;
    do {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        trail.restore(next.trail);
        next.write();
      }
    } while (this.#writeWeakEntries());
    this.#encoder.out.byte(deferred.end);
  }

  /** Values of weak entries may bring along further keys, so this is asked until nothing is left. */
  #writeWeakEntries(): boolean {
    const encoder = this.#encoder;
    let isAnyNew = false;
    for (const [collection, written] of this.#weak) {
      for (const key of encoder.seen.values()) {
        if (written.has(key) || !collection.has(key)) continue;
        written.add(key);
        isAnyNew = true;
        encoder.out.byte(deferred.weakEntry);
        encoder.write(collection);
        encoder.write(key);
        if ('get' in collection) encoder.writeAt('(an entry)', collection.get(key));
      }
    }
    return isAnyNew;
  }

  writeTrailer(): void {
    const { out } = this.#encoder;
    out.varint(1);
    out.varint(this.#modules.length);
    for (const module of this.#modules) {
      out.string(module.specifier);
      out.byte(module.isFile ? 1 : 0);
      out.string(module.package);
      out.string(module.version);
      out.string(this.#encoder.isCanonical ? '' : module.from);
    }
    out.varint(this.#variables.length);
    for (const variable of this.#variables) out.byte(isCell(variable) ? 1 : 0);
    out.varint(this.#records.length);
    this.#findBranded();
    for (const record of this.#records) this.#writeCode(record);
  }

  #writeExport(value: object, { module, style, path }: ModuleExport): void {
    const { out, seen } = this.#encoder;
    out.byte(tag.moduleExport);
    let index = this.#modules.findIndex((known) => isSameModule(known, module));
    if (index < 0) index = this.#modules.push(module) - 1;
    out.varint(index);
    out.byte(style === 'cjs' ? 1 : 0);
    out.varint(path.length);
    for (const name of path) out.string(name);
    seen.add(value);
  }

  #writeBound(value: AnyFunction, bound: NonNullable<FunctionView['bound']>): void {
    const encoder = this.#encoder;
    encoder.out.byte(tag.boundFunction);
    // What a bound function is made of has to be there before it: it is numbered last.
    encoder.writeAt({ arrow: `the function that ${value.name} binds` }, bound.target);
    encoder.writeAt({ arrow: 'its bound this' }, bound.self);
    encoder.out.varint(bound.args.length);
    bound.args.forEach((argument, index) => {
      encoder.writeAt(index, argument);
    });
    encoder.seen.add(value);
    this.#writePropertiesOf(value, (key) => key !== 'length' && key !== 'name');
  }

  #describe(value: AnyFunction, view: FunctionView): Description {
    const encoder = this.#encoder;
    const name = value.name === '' ? 'an anonymous function' : value.name;
    if (view.location === undefined || textOf(value).endsWith('{ [native code] }')) {
      return encoder.refuse(name, 'it is a native function that has no name by which another process could find it.');
    }
    if (moduleFile(view.location.scriptId).url.startsWith('node:')) {
      return encoder.refuse(name, reasonAgainst(value.name));
    }
    let description: Description;
    try {
      description = describeFunction(value, view, this.#instances);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return encoder.refuse(name, `its text could not be parsed (${error.message}).`, error);
    }
    this.#refuseLexical(description, name);
    return description;
  }

  #refuseLexical({ analysis, scriptId, line, column }: Description, name: string): void {
    const encoder = this.#encoder;
    const { free, kind } = analysis;
    for (const word of free.lexical) {
      // At the top of a module `this` is undefined, there as here.
      if (word === 'this' && isTopLevelOfModule(scriptId, line, column)) continue;
      const what = kind === 'arrow' ? 'arrow function' : kind;
      encoder.refuse(
        name,
        `this ${what} uses the \`${word}\` of a function around it, which nothing shows from outside. ` +
          (word === 'this'
            ? 'Put it into a variable first (`const self = this`), or pass it as an argument.'
            : 'Pass what it needs as an argument.'),
      );
    }
    if (kind === 'method' && (analysis.key?.isPrivate === true || free.privateNames.size > 0)) {
      encoder.refuse(
        name,
        'a method that uses private members cannot leave its class. Send the object and call the method there: ' +
          '`(object) => object.method()`.',
      );
    }
    if (free.usesSuper && this.#homeOf(analysis) === undefined) {
      encoder.refuse(name, 'a method that uses `super` cannot leave its object. Send the object and call it there.');
    }
  }

  #homeOf(analysis: Analysis): object | undefined {
    return analysis.kind === 'method' ? this.#home : undefined;
  }

  #writeRecord(description: Description): void {
    const encoder = this.#encoder;
    const { out } = encoder;
    const { subject, analysis, captures } = description;
    const isClass = analysis.kind === 'class';
    const eager = isClass ? captures.filter(({ name }) => analysis.free.eager.has(name)) : [];
    const home = analysis.free.usesSuper && !isClass ? this.#homeOf(analysis) : undefined;
    const id = isClass && !encoder.isCanonical ? classId(subject) : '';
    const key = analysis.key?.computed === true ? '"$"' : undefined;
    const index = this.#records.push({ description, eager, key, id }) - 1;
    encoder.seen.add(subject);
    for (const capture of captures) this.#number(capture.variable);
    out.byte(tag.function);
    out.varint(index);
    if (isClass) this.#writeEager(description, eager);
    else if (home === undefined) out.byte(0);
    else {
      out.byte(1);
      encoder.writeAt({ arrow: 'the prototype of its object' }, Object.getPrototypeOf(home));
    }
    for (const capture of captures) if (!eager.includes(capture)) this.#deferVariable(capture, description.file);
    this.#writeOwnState(description);
  }

  #number(variable: Variable): void {
    if (variable.index < 0) variable.index = this.#variables.push(variable) - 1;
  }

  readonly #branded = new Set<AnyFunction>();
  readonly #written = new Set<Variable>();

  #writeEager({ subject, analysis, file }: Description, eager: readonly Capture[]): void {
    const encoder = this.#encoder;
    if (analysis.class?.isDerived === true) {
      const base = Object.getPrototypeOf(subject) as unknown;
      const isNull = Object.getPrototypeOf(subject.prototype as object) === null;
      encoder.writeAt({ arrow: 'its superclass' }, isNull ? null : base);
    }
    const methods = analysis.class?.computedMethods ?? [];
    encoder.out.varint(methods.length);
    for (const { text, isStatic } of methods) {
      encoder.write(keyOfMethod(isStatic ? subject : (subject.prototype as object), text));
    }
    for (const capture of eager) {
      this.#written.add(capture.variable);
      this.#writeCaptured(capture, file.url);
    }
  }

  #deferVariable(capture: Capture, file: ModuleFile): void {
    if (this.#written.has(capture.variable)) return;
    this.#written.add(capture.variable);
    this.#defer(() => {
      const { out, trail } = this.#encoder;
      out.byte(deferred.variable);
      out.varint(capture.variable.index);
      trail.push({ arrow: capture.name });
      this.#writeCaptured(capture, file.url);
      trail.pop();
    });
  }

  #writeCaptured({ name, variable, members, reference }: Capture, url: string): void {
    const encoder = this.#encoder;
    const { value } = variable;
    if (isCoverageCounter(name, value)) encoder.out.byte(tag.sink);
    else if (name === '_getRequireWildcardCache' && typeof value === 'function') encoder.write(withoutCache);
    else if (isRequire(name, value)) {
      encoder.out.byte(tag.require);
      encoder.out.string(encoder.isCanonical ? '' : url);
    } else if (reference !== undefined) {
      if (typeof value === 'object' && value !== null && encoder.seen.find(value) >= 0) encoder.write(value);
      else this.#writeExport(value ?? {}, reference);
    } else if (members !== undefined && !this.writeWhole(value as object))
      this.writeNamespace(value as object, members);
    else if (members === undefined) encoder.write(value);
  }

  /** A module that is known by name is no collection of members. */
  writeWhole(value: object): boolean {
    const known = this.#encoder.seen.find(value) >= 0;
    if (known) this.#encoder.write(value);
    return known || this.writeByReference(value);
  }

  #defer(write: () => void): void {
    this.#queue.push({ trail: this.#encoder.trail.save(), write });
  }

  /** Properties that the text of a function doesn't give it. */
  #writeOwnState({ subject, analysis }: Description): void {
    const { text } = analysis;
    const given = new Set<string | symbol>(['length', 'name', 'prototype', 'arguments', 'caller']);
    this.#writePropertiesOf(subject, (key) => !given.has(key) && !isOfText(subject, key, text));
    if (analysis.class !== undefined && analysis.class.privateStatics.length > 0) this.#writePrivateStatics(subject);
    const prototype: unknown = ownProperty(subject, 'prototype')?.value;
    if (typeof prototype !== 'object' || prototype === null || analysis.isAsyncOrGenerator) return;
    const keys = Reflect.ownKeys(prototype).filter(
      (key) => key !== 'constructor' && !(analysis.class !== undefined && isOfText(prototype, key, text)),
    );
    const outer = Object.getPrototypeOf(prototype) as object | null;
    const hasOuter = analysis.class === undefined && intrinsicKind(outer) !== 'Object';
    if (keys.length === 0 && !hasOuter) return;
    this.#defer(() => {
      const encoder = this.#encoder;
      encoder.out.byte(deferred.prototype);
      encoder.write(subject);
      encoder.trail.push('prototype');
      encoder.out.byte(hasOuter ? 1 : 0);
      if (hasOuter) encoder.write(outer);
      writeProperties(encoder, prototype, keys);
      encoder.trail.pop();
    });
  }

  #writePropertiesOf(subject: AnyFunction, isWanted: PropertyFilter): void {
    const keys = Reflect.ownKeys(subject).filter(isWanted);
    if (keys.length === 0) return;
    this.#defer(() => {
      this.#encoder.out.byte(deferred.properties);
      this.#encoder.write(subject);
      writeProperties(this.#encoder, subject, keys);
    });
  }

  #writePrivateStatics(subject: AnyFunction): void {
    this.#defer(() => {
      const encoder = this.#encoder;
      const declared = new Set(this.#classOf(subject)?.privateStatics);
      const members = inspect()
        .privates(subject)
        .filter(({ name }) => declared.has(name.slice(1)));
      encoder.out.byte(deferred.statics);
      encoder.write(subject);
      encoder.out.varint(members.length);
      for (const { name, value } of members) {
        encoder.out.string(name);
        encoder.writeAt(name, value);
      }
    });
  }

  #classOf(subject: AnyFunction): Analysis['class'] {
    return this.#records.find(({ description }) => description.subject === subject)?.description.analysis.class;
  }

  #hasPrivates(constructor: AnyFunction): boolean {
    for (let current: unknown = constructor; typeof current === 'function'; current = Object.getPrototypeOf(current)) {
      const shape = this.#classOf(current);
      if (shape?.hasPrivateInstanceMembers === true) return true;
      if (shape === undefined && hasPrivateText(current)) {
        this.#encoder.refuse(
          current.name,
          'its class comes from a package and has private members, which only the package itself can set. ' +
            'Use registerSerializer for this class.',
        );
      }
    }
    return false;
  }

  #privateFieldsOf(constructor: AnyFunction): { owner: AnyFunction; name: string }[] {
    const fields: { owner: AnyFunction; name: string }[] = [];
    for (let current: unknown = constructor; typeof current === 'function'; current = Object.getPrototypeOf(current)) {
      const owner = current;
      fields.unshift(...(this.#classOf(owner)?.privateFields ?? []).map((name) => ({ owner, name })));
    }
    return fields;
  }

  /** Classes in whose line some class has private members: only their own constructors can make instances. */
  #findBranded(): void {
    for (const { description } of this.#records) {
      if (description.analysis.class?.hasPrivateInstanceMembers !== true) continue;
      const isInLine = (other: AnyFunction): boolean =>
        other === description.subject ||
        Object.prototype.isPrototypeOf.call(other, description.subject) ||
        Object.prototype.isPrototypeOf.call(description.subject, other);
      for (const { description: other } of this.#records) if (isInLine(other.subject)) this.#branded.add(other.subject);
    }
  }

  #writeCode({ description, eager, key, id }: FunctionRecord): void {
    const encoder = this.#encoder;
    const { out } = encoder;
    const { analysis, captures, file, isSloppy, isDeclaration, subject, line, column } = description;
    const cells = captures.filter(({ variable }) => isCell(variable));
    out.string(rewrite(analysis, encoder.isCanonical ? [] : cells, key));
    const kind = analysis.accessor ?? (analysis.kind === 'class' ? 'class' : analysis.embedding);
    out.byte(functionKind.indexOf(kind === 'member' ? 'method' : kind));
    out.byte(
      (isSloppy ? functionFlag.sloppy : 0) |
        (isDeclaration ? functionFlag.declaration : 0) |
        (this.#branded.has(subject) ? functionFlag.branded : 0),
    );
    out.string(subject.name);
    out.string(encoder.isCanonical ? '' : file.url);
    out.varint(encoder.isCanonical ? 0 : line);
    out.varint(encoder.isCanonical ? 0 : column);
    out.string(id);
    out.string(id === '' ? '' : digest(encoder.canonical(subject)));
    out.byte(analysis.class?.isDerived === true ? 1 : 0);
    out.string(analysis.ownName ?? '');
    out.byte(usesImports(analysis) ? 1 : 0);
    out.varint(eager.length);
    for (const { variable } of eager) out.varint(variable.index);
    out.varint(captures.length);
    for (const { name, variable } of captures) {
      out.string(isCell(variable) ? helper.cell(name) : name);
      out.varint(variable.index);
    }
  }
}

/** The name of a class's method, found by its text; one that was taken away gets a name that nobody knows. */
function keyOfMethod(owner: object, text: string): string | symbol {
  for (const key of Reflect.ownKeys(owner)) {
    const property = ownProperty(owner, key) as OwnProperty;
    const candidates: unknown[] = [property.value, property.get, property.set];
    for (const value of candidates) {
      if (typeof value === 'function' && textOf(value) === text) return key;
    }
  }
  return Symbol('removed');
}

/** It says `import()` or `import.meta`, or what those became when it came here. */
function usesImports({ free }: Analysis): boolean {
  return free.special.length > 0 || free.names.has(helper.importFunction) || free.names.has(helper.importMeta);
}

function isCell({ users, isWritten }: Variable): boolean {
  return isWritten && users > 1;
}

function isSameModule(a: ModuleReference, b: ModuleReference): boolean {
  return a.specifier === b.specifier && a.package === b.package && a.isFile === b.isFile && a.version === b.version;
}

/** Whether a property is a method or accessor that stands in a class's text. */
function isOfText(owner: object, key: string | symbol, text: string): boolean {
  const property = ownProperty(owner, key) as OwnProperty;
  const value: unknown = property.get ?? property.set ?? property.value;
  if (isOwnHasInstance(value)) return true;
  return typeof value === 'function' && text.includes(textOf(value));
}

/** The counters that coverage tools put into functions: another process has no use for them. */
function isCoverageCounter(name: string, value: unknown): boolean {
  return /^cov_[0-9a-z]+$/.test(name) && typeof value === 'function';
}

/** In the place of what compilers to CommonJS keep their copies of namespaces in: they do without it. */
function withoutCache(): null {
  return null;
}

/** The `require` of a CommonJS module. */
function isRequire(name: string, value: unknown): boolean {
  return name === 'require' && typeof value === 'function' && 'resolve' in value && 'cache' in value;
}

function hasPrivateText(constructor: AnyFunction): boolean {
  return /#[\p{ID_Start}_$]/u.test(textOf(constructor));
}

const languageModules = new Set(['']);

/** Classes that are part of the language, whose instances the encoder knows. */
function isOfLanguage(module: string, owner: AnyFunction): boolean {
  return languageModules.has(module) && ['Object', 'Function', 'Iterator'].includes(owner.name);
}

/** Classes of Node's own that have no public name. */
function isInternal(owner: AnyFunction, builtIn: object | undefined): boolean {
  if (builtIn !== undefined) return false;
  const text = textOf(owner);
  return text.endsWith('{ [native code] }') && owner.name !== 'Object';
}
