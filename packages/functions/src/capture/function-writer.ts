/**
 * Functions and classes in an encoding. Where one occurs stands only its number; what it closes over follows behind the
 * root value, so that cycles through closures close; its code comes last, when it is known which variables several
 * functions share.
 *
 * A class is made as soon as it is met, since instances need it: what its making needs (its superclass, computed keys)
 * stands right behind its number.
 */
import { types } from 'node:util';
import type { Analysis } from '../analysis/analysis.js';
import { isNative, nameOf } from '../any-function.js';
import type { AnyFunction } from '../any-function.js';
import { ownProperty } from '../property.js';
import { inspect } from '../v8/inspector.js';
import type { FunctionView } from '../v8/inspector.js';
import { writeProperties } from '../values/encode-object.js';
import type { Encoder } from '../values/encoder.js';
import { selfOf } from '../values/arrow-selves.js';
import { classId } from '../values/origins.js';
import type { Step } from '../values/trail.js';
import { deferred, functionHome, integrity } from '../wire/function-format.js';
import { tag } from '../wire/tags.js';
import { CodeTable } from './code-table.js';
import { describeFunction } from './describe.js';
import type { Capture, Description, UsedMembers } from './describe.js';
import { integrityOf, isGiven, isGivenOfPrototype, isOuterGiven, isPrototypeOfFunctions } from './given-properties.js';
import { builtInOf, namespaceStep } from './intrinsics.js';
import { moduleFile } from './module-file.js';
import type { ModuleFile } from './module-file.js';
import { exportOfLoadedPackage } from './module-reference.js';
import type { ModuleExport } from './module-reference.js';
import { packageExportOf } from './package-functions.js';
import { PrivateValues } from './private-values.js';
import type { PrivateValue } from './private-values.js';
import {
  hasPrivateText,
  isCoverageCounter,
  isMadeFor,
  isRequire,
  keyOfMethod,
  placeOfRequire,
  withoutCache,
} from './recognise.js';
import { reasonAgainst, refuseAssignment, refuseLexical, refuseUninitialized } from './refusals.js';
import { ScopeInstances } from './scope-instances.js';
import type { Variable } from './scope-instances.js';
import { WeakCollections } from './weak-collections.js';

type PropertyFilter = (key: string | symbol) => boolean;

/** What is written later. */
interface Deferred {
  readonly trail: readonly Step[];
  /** The values in it, as far as they are known: functions among all that waits are looked at together. */
  readonly values: readonly unknown[];
  readonly write: () => void;
}

export class FunctionWriter {
  /** What the encoding says about its functions as a whole. */
  readonly code: CodeTable;
  readonly privates = new PrivateValues();
  readonly weak: WeakCollections;
  /** The object whose property is being written: the home of a method that uses `super`. */
  holder: object | undefined;
  #home: object | undefined;
  readonly #encoder: Encoder;
  readonly #instances = new ScopeInstances();
  readonly #queue: Deferred[] = [];

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
    this.code = new CodeTable(encoder);
    this.weak = new WeakCollections(encoder);
  }

  /** Writes a function that was not met before. */
  write(value: AnyFunction): void {
    this.#home = this.holder;
    this.holder = undefined;
    const encoder = this.#encoder;
    if (types.isProxy(value)) encoder.refuse('Proxy', 'a proxy stands for a function that it may hide.');
    if (isNative(value) && this.writeByReference(value)) return;
    if (isRequire(value)) {
      this.#writeRequire(placeOfRequire(value));
      return;
    }
    const view = encoder.look(value);
    if (view.bound !== undefined) {
      this.#writeBound(value, view.bound);
      return;
    }
    // Most of Node is JavaScript too: its scripts say so. Looking through its modules is spared for all others.
    if (isOfNode(view) && this.writeByReference(value)) return;
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
    const builtIn = builtInOf(value, typeof value === 'function');
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

  /**
   * The values of private fields, from the outermost class inwards, as V8 lists them. `row`: the array of which it may be the item at
   * `rowAt`, as instances of one class often are.
   */
  writePrivates(value: object, constructor: AnyFunction, row: readonly unknown[] | undefined, rowAt: number): void {
    const foreign = this.#foreignPrivatesOf(constructor);
    if (foreign !== undefined) {
      this.#encoder.refuse(
        foreign.name,
        'its class comes from a package and has private members, which only the package itself can set. ' +
          'Use registerSerializer for this class.',
      );
    }
    const isBranded = this.#isBranded(constructor);
    const fields = this.code.privateFieldsOf(constructor);
    this.#writePrivateValues(isBranded ? this.privates.of(value, fields, row, rowAt) : undefined);
  }

  /** As {@link writePrivates} of an error, which is never refused: `sendable` gives what stands for a value. */
  writePrivatesOfError(error: Error, constructor: AnyFunction, sendable: (value: unknown) => unknown): void {
    const isBranded = this.#isBranded(constructor) && this.#foreignPrivatesOf(constructor) === undefined;
    const fields = this.code.privateFieldsOf(constructor);
    const found = isBranded ? this.privates.of(error, fields, undefined, 0) : undefined;
    this.#writePrivateValues(found?.map((field) => ({ ...field, value: sendable(field.value) })));
  }

  #writePrivateValues(found: readonly PrivateValue[] | undefined): void {
    const { out } = this.#encoder;
    out.varint(found === undefined ? 0 : found.length + 1);
    for (const { owner, name, value } of found ?? []) {
      this.#encoder.write(owner);
      out.string(name);
      this.#encoder.writeAt(name, value);
    }
  }

  /** A module's namespace object, by value: its exports as they are now. */
  writeNamespace(value: object, members: UsedMembers = wholly(Object.keys(value))): 'by name' | 'by members' {
    const encoder = this.#encoder;
    const builtIn = builtInOf((value as { default?: object }).default ?? value);
    if (builtIn?.path.length === 0 && builtIn.module !== '') {
      encoder.out.byte(tag.intrinsic);
      encoder.out.string(builtIn.module);
      encoder.out.varint(1);
      encoder.out.string(namespaceStep);
      encoder.seen.add(value);
      return 'by name';
    }
    // A partial view is an object of its own, whatever other views there are of the same module.
    const isWhole =
      members.size === Object.keys(value).length && [...members.values()].every((inner) => inner === undefined);
    encoder.seen.add(isWhole ? value : {});
    encoder.out.byte(tag.namespace);
    this.#writeMembers(value, members);
    return 'by members';
  }

  #writeMembers(value: object, members: UsedMembers): void {
    const encoder = this.#encoder;
    encoder.out.varint(members.size);
    encoder.lookAhead(valuesOf(value, [...members.keys()]));
    for (const [name, inner] of members) {
      encoder.out.string(name);
      const getter = ownProperty(value, name)?.get;
      const item = (value as Record<string, unknown>)[name];
      if (inner !== undefined) {
        encoder.out.byte(0);
        encoder.trail.push(name);
        this.#writePart(item as object, inner);
        encoder.trail.pop();
        continue;
      }
      // Compilers to CommonJS export through getters: what they read may change there as it does here.
      const isLive = getter !== undefined && typeof item !== 'function';
      encoder.out.byte(isLive ? 1 : 0);
      encoder.writeAt(name, isLive ? getter : item);
    }
  }

  /** A module that is a member of one, by what is used of it. */
  #writePart(module: object, members: readonly string[]): void {
    if (this.writeWhole(module)) return;
    this.writeNamespace(module, wholly(members.filter((member) => member in module)));
  }

  /** Writes what waits in line: variables, properties of functions. */
  flush(): void {
    const { trail } = this.#encoder;
    do {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        trail.restore(next.trail);
        if (next.values.some((value) => this.#encoder.isNew(value))) {
          this.#encoder.lookAhead([next, ...this.#queue].flatMap(({ values }) => values));
        }
        next.write();
      }
    } while (this.weak.writeEntries());
    this.#encoder.out.byte(deferred.end);
  }

  #writeRequire(place: string): void {
    const { out, isCanonical } = this.#encoder;
    out.byte(tag.require);
    out.string(isCanonical ? '' : place);
  }

  #writeExport(value: object, { module, style, path }: ModuleExport): void {
    const { out, seen } = this.#encoder;
    out.byte(tag.moduleExport);
    out.varint(this.code.addModule(module));
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
    const own = nameOf(value);
    const name = own === '' ? 'an anonymous function' : own;
    if (view.location === undefined || isNative(value)) {
      return encoder.refuse(name, 'it is a native function that has no name by which another process could find it.');
    }
    if (isOfNode(view)) {
      return encoder.refuse(name, reasonAgainst(value.name));
    }
    let description: Description;
    try {
      description = describeFunction(value, view, this.#instances);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return encoder.refuse(name, `its text could not be parsed (${error.message}).`, error);
    }
    refuseLexical(encoder, description, name, this.#homeOf(description));
    refuseAssignment(encoder, description);
    refuseUninitialized(encoder, description);
    return description;
  }

  #homeOf({ subject, analysis }: Description): object | undefined {
    const home = this.#home;
    if (analysis.kind === 'method') return analysis.free.usesSuper ? home : undefined;
    if (!analysis.free.lexical.has('this')) return undefined;
    return selfOf(subject) ?? (home !== undefined && isMadeFor(home, analysis.text) ? home : undefined);
  }

  #writeRecord(description: Description): void {
    const encoder = this.#encoder;
    const { out } = encoder;
    const { subject, analysis, captures } = description;
    const isClass = analysis.kind === 'class';
    const eager = isClass ? captures.filter(({ name }) => analysis.free.eager.has(name)) : [];
    const home = isClass ? undefined : this.#homeOf(description);
    const id = isClass && !encoder.isCanonical ? classId(subject) : '';
    const key = analysis.key?.computed === true ? '"$"' : undefined;
    const index = this.code.add({ description, eager, key, id });
    encoder.seen.add(subject);
    out.byte(tag.function);
    out.varint(index);
    if (isClass) this.#writeEager(description, eager);
    else if (home === undefined) out.byte(functionHome.none);
    else {
      const isMethod = analysis.kind === 'method';
      out.byte(isMethod ? functionHome.superOf : functionHome.thisOf);
      const value = isMethod ? (Object.getPrototypeOf(home) as unknown) : home;
      encoder.writeAt({ arrow: isMethod ? 'the prototype of its object' : 'its this' }, value);
    }
    for (const capture of captures) if (!eager.includes(capture)) this.#deferVariable(capture, description.file);
    this.#writeOwnState(description);
  }

  readonly #written = new Set<Variable>();
  /** Of modules that travel by the members that are used of them: those that have been, or are in line. */
  readonly #members = new Map<Variable, Map<string, readonly string[] | undefined>>();

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
      this.#missingMembers(capture);
      this.#writeCaptured(capture, file.url);
    }
  }

  #deferVariable(capture: Capture, file: ModuleFile): void {
    const missing = this.#missingMembers(capture);
    if (this.#written.has(capture.variable)) {
      if (missing.size > 0) this.#deferMembers(capture, missing);
      return;
    }
    this.#written.add(capture.variable);
    // What is named as a package's export is not looked at.
    this.#defer(capture.reference === undefined ? [capture.variable.value] : [], () => {
      const { out, trail } = this.#encoder;
      out.byte(deferred.variable);
      out.varint(capture.variable.index);
      trail.push({ arrow: capture.name });
      this.#writeCaptured(capture, file.url);
      trail.pop();
    });
  }

  /** What a function uses of a module and others, that were met before, don't; marked as being on its way. */
  #missingMembers({ variable, members }: Capture): UsedMembers {
    const missing = new Map<string, readonly string[] | undefined>();
    let known = this.#members.get(variable);
    if (known === undefined) {
      if (members === undefined) return missing;
      known = new Map<string, readonly string[] | undefined>();
      this.#members.set(variable, known);
    }
    for (const [name, inner] of members ?? wholly(Object.keys(variable.value as object))) {
      const before = known.get(name);
      if (known.has(name) && before === undefined) continue;
      // A part is written again, with all that is used of it so far.
      const all = inner && [...new Set([...(before ?? []), ...inner])];
      if (all !== undefined && all.length === before?.length) continue;
      known.set(name, all);
      missing.set(name, all);
    }
    return missing;
  }

  #deferMembers({ name, variable }: Capture, members: UsedMembers): void {
    this.#defer(valuesOf(variable.value as object, [...members.keys()]), () => {
      if (!this.#partial.has(variable)) return;
      const { out, trail } = this.#encoder;
      out.byte(deferred.members);
      out.varint(variable.index);
      trail.push({ arrow: name });
      this.#writeMembers(variable.value as object, members);
      trail.pop();
    });
  }

  /** Variables that were written as the members that are used of a module. */
  readonly #partial = new Set<Variable>();

  #writeCaptured({ name, variable, members, reference }: Capture, url: string): void {
    const encoder = this.#encoder;
    const { value } = variable;
    if (isCoverageCounter(name, value)) encoder.out.byte(tag.sink);
    else if (name === '_getRequireWildcardCache' && typeof value === 'function') encoder.write(withoutCache);
    else if (name === 'require' && isRequire(value)) this.#writeRequire(url);
    else if (reference !== undefined) {
      if (typeof value === 'object' && value !== null && encoder.seen.find(value) >= 0) encoder.write(value);
      else this.#writeExport(value ?? {}, reference);
    } else if (members !== undefined && !this.writeWhole(value as object)) {
      if (this.writeNamespace(value as object, members) === 'by members') this.#partial.add(variable);
    } else if (members === undefined) encoder.write(value);
  }

  /** A module that is known by name is no collection of members. */
  writeWhole(value: object): boolean {
    const known = this.#encoder.seen.find(value) >= 0;
    if (known) this.#encoder.write(value);
    return known || this.writeByReference(value);
  }

  #defer(values: readonly unknown[], write: () => void): void {
    this.#queue.push({ trail: this.#encoder.trail.save(), values, write });
  }

  /** What the text of a function doesn't give it, or gives it no more. */
  #writeOwnState({ subject, analysis }: Description): void {
    this.#writePropertiesOf(subject, (key) => !isGiven(subject, key, analysis));
    if (analysis.class !== undefined && analysis.class.privateStatics.length > 0) this.#writePrivateStatics(subject);
    const outer = Object.getPrototypeOf(subject) as object | null;
    if (analysis.class?.isDerived !== true && !isPrototypeOfFunctions(outer)) {
      this.#defer([outer], () => {
        this.#encoder.out.byte(deferred.outer);
        this.#encoder.write(subject);
        this.#encoder.writeAt('__proto__', outer);
      });
    }
    const prototype: unknown = ownProperty(subject, 'prototype')?.value;
    const isObject = typeof prototype === 'object' && prototype !== null;
    if (isObject && !analysis.isGenerator && isGiven(subject, 'prototype', analysis)) {
      this.#writePrototype(subject, prototype, analysis);
    }
    this.#writeRemoved(subject, analysis);
    this.#writeIntegrity(subject, isObject ? prototype : {});
  }

  #writePrototype(subject: AnyFunction, prototype: object, analysis: Analysis): void {
    const keys = Reflect.ownKeys(prototype).filter((key) => !isGivenOfPrototype(prototype, key, analysis));
    const outer = Object.getPrototypeOf(prototype) as object | null;
    const hasOuter = !isOuterGiven(subject, outer, analysis);
    if (keys.length === 0 && !hasOuter) return;
    this.#defer(valuesOf(prototype, keys), () => {
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

  /** Methods that stand in the text of a class and were taken from it. */
  #writeRemoved(subject: AnyFunction, { class: shape }: Analysis): void {
    const removed = (shape?.methods ?? []).filter(
      ({ name, isStatic }) =>
        name !== undefined && !Object.hasOwn(isStatic ? subject : (subject.prototype as object), name),
    );
    if (removed.length === 0) return;
    this.#defer([], () => {
      const { out } = this.#encoder;
      out.byte(deferred.removed);
      this.#encoder.write(subject);
      out.varint(removed.length);
      for (const { name, isStatic } of removed) {
        out.byte(isStatic ? 1 : 0);
        out.string(name ?? '');
      }
    });
  }

  #writeIntegrity(subject: AnyFunction, prototype: object): void {
    const [ofSubject, ofPrototype] = [integrityOf(subject), integrityOf(prototype)];
    if (ofSubject === integrity.extensible && ofPrototype === integrity.extensible) return;
    this.#defer([], () => {
      const { out } = this.#encoder;
      out.byte(deferred.integrity);
      this.#encoder.write(subject);
      out.byte(ofSubject);
      out.byte(ofPrototype);
    });
  }

  #writePropertiesOf(subject: AnyFunction, isWanted: PropertyFilter): void {
    const keys = Reflect.ownKeys(subject).filter(isWanted);
    if (keys.length === 0) return;
    this.#defer(valuesOf(subject, keys), () => {
      this.#encoder.out.byte(deferred.properties);
      this.#encoder.write(subject);
      writeProperties(this.#encoder, subject, keys);
    });
  }

  #writePrivateStatics(subject: AnyFunction): void {
    this.#defer([], () => {
      const encoder = this.#encoder;
      const declared = new Set(this.code.classOf(subject)?.privateStatics);
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

  /** Whether only its constructor can make instances of a class, since it or one that it extends has private members. */
  #isBranded(constructor: AnyFunction): boolean {
    return line(constructor).some((current) => this.code.classOf(current)?.hasPrivateInstanceMembers === true);
  }

  /** The class of a package in a class's line that has private members. */
  #foreignPrivatesOf(constructor: AnyFunction): AnyFunction | undefined {
    return line(constructor).find((current) => this.code.classOf(current) === undefined && hasPrivateText(current));
  }
}

/** A class and those that it extends. */
function line(constructor: AnyFunction): AnyFunction[] {
  const classes: AnyFunction[] = [];
  for (let current: unknown = constructor; typeof current === 'function'; current = Object.getPrototypeOf(current)) {
    classes.push(current);
  }
  return classes;
}

function isOfNode({ location }: FunctionView): boolean {
  return location !== undefined && moduleFile(location.scriptId).url.startsWith('node:');
}

/** What properties of an object hold, without asking their accessors. */
function valuesOf(object: object, keys: readonly (string | symbol)[]): unknown[] {
  return keys.flatMap((key) => {
    const property = ownProperty(object, key);
    return property === undefined ? [] : [property.value, property.get, property.set];
  });
}

/** All of each of these members. */
function wholly(names: readonly string[]): UsedMembers {
  return new Map(names.map((name) => [name, undefined]));
}
