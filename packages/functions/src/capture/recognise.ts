/** Recognises what needs special treatment: by its text, or by the names that compilers and tools give it. */
import { dirname, join } from 'node:path';
import { analyse } from '../analysis/analysis.js';
import type { Analysis } from '../analysis/analysis.js';
import type { ClassShape, Range } from '../analysis/class-shape.js';
import { textOf } from '../any-function.js';
import type { AnyFunction } from '../any-function.js';
import { ownProperty } from '../property.js';
import type { OwnProperty } from '../property.js';
import { isOwnHasInstance } from '../values/origins.js';
import { helper } from './rewrite.js';

/** The name of a class's method, found by its text; one that was taken away gets a name that nobody knows. */
export function keyOfMethod(owner: object, text: string): string | symbol {
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
export function usesImports({ free }: Analysis): boolean {
  return free.special.length > 0 || free.names.has(helper.importFunction) || free.names.has(helper.importMeta);
}

/**
 * Whether a property of a class or its prototype is a method or accessor that stands in the class's text. Static fields stand there
 * too, but are state: what they hold now is written, functions as well.
 */
export function isOfText(owner: object, key: string | symbol, { class: shape }: Analysis): boolean {
  const { get, set, value } = ownProperty(owner, key) as OwnProperty;
  const functions = [get, set, value].filter((each) => each !== undefined);
  if (functions.some(isOwnHasInstance)) return true;
  if (shape === undefined) return false;
  const isStatic = typeof owner === 'function';
  const candidates = shape.methods.filter(
    ({ name, isStatic: ofClass }) => ofClass === isStatic && (name === undefined || name === key),
  );
  const isFound = (each: unknown): boolean =>
    typeof each === 'function' && candidates.some(({ text }) => text.endsWith(textOf(each)));
  return functions.length > 0 && functions.every(isFound);
}

/** The counters that coverage tools put into functions: another process has no use for them. */
export function isCoverageCounter(name: string, value: unknown): boolean {
  return /^cov_[0-9a-z]+$/.test(name) && typeof value === 'function';
}

/** In the place of what compilers to CommonJS keep their copies of namespaces in: they do without it. */
export function withoutCache(): null {
  return null;
}

/** The `require` of a CommonJS module, or one that was made by `createRequire`. */
export function isRequire(value: unknown): value is NodeJS.Require {
  return typeof value === 'function' && 'resolve' in value && 'cache' in value && 'extensions' in value;
}

/** A file in the folder from which a `require` looks for packages, for those of which no file is known; empty for none. */
export function placeOfRequire({ resolve }: NodeJS.Require): string {
  const [first] = resolve.paths('any') ?? [];
  return first?.endsWith('node_modules') === true ? join(dirname(first), 'covey.js') : '';
}

export function hasPrivateText(constructor: AnyFunction): boolean {
  return /#[\p{ID_Start}_$]/u.test(textOf(constructor));
}

/** Classes that are part of the language, whose instances the encoder knows. */
export function isOfLanguage(module: string, owner: AnyFunction): boolean {
  return module === '' && ['Object', 'Function', 'Iterator', 'TypedArray'].includes(owner.name);
}

/** Classes of Node's own that have no public name. */
export function isInternal(owner: AnyFunction, builtIn: object | undefined): boolean {
  if (builtIn !== undefined) return false;
  const text = textOf(owner);
  return text.endsWith('{ [native code] }') && owner.name !== 'Object';
}

/**
 * Whether an arrow that is a property of an object was made by its class for it, in the initializer of a field or in the constructor,
 * or one of a class by its own static initializers. Then the object, or class, is the arrow's `this`.
 */
export function isMadeFor(owner: object, arrow: string): boolean {
  if (typeof owner === 'function' && isIn(owner, arrow, (shape) => [...shape.staticValues, ...shape.staticBlocks])) {
    return true;
  }
  for (let prototype = protoOf(owner); prototype !== null; prototype = protoOf(prototype)) {
    const constructor = ownProperty(prototype, 'constructor')?.value;
    if (typeof constructor === 'function' && isIn(constructor, arrow, (shape) => shape.ofNewInstance)) return true;
  }
  return false;
}

/** Whether an arrow stands in these parts of a class. */
function isIn(owner: AnyFunction, arrow: string, partsOf: (shape: ClassShape) => readonly Range[]): boolean {
  const text = textOf(owner);
  const shape = text.startsWith('class') ? analyse(text, false).class : undefined;
  if (shape === undefined) return false;
  const parts = partsOf(shape);
  for (let at = text.indexOf(arrow); at >= 0; at = text.indexOf(arrow, at + 1)) {
    if (parts.some(({ start, end }) => start <= at && at + arrow.length <= end)) return true;
  }
  return false;
}

function protoOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
