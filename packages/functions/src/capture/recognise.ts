/** Recognises what needs special treatment: by its text, or by the names that compilers and tools give it. */
import { dirname, join } from 'node:path';
import { analyse } from '../analysis/analysis.js';
import type { Analysis } from '../analysis/analysis.js';
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

/** Whether a property is a method or accessor that stands in a class's text. */
export function isOfText(owner: object, key: string | symbol, analysis: Analysis): boolean {
  const property = ownProperty(owner, key) as OwnProperty;
  const value: unknown = property.get ?? property.set ?? property.value;
  if (isOwnHasInstance(value)) return true;
  // The text of any other function gives it no properties, though another function may have the same text.
  return analysis.class !== undefined && typeof value === 'function' && analysis.text.includes(textOf(value));
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
 * Whether an arrow that is a property of an object was made by its class for it: in the initializer of a field or in the
 * constructor. Then the object is the arrow's `this`.
 */
export function isMadeFor(owner: object, arrow: string): boolean {
  for (let prototype = protoOf(owner); prototype !== null; prototype = protoOf(prototype)) {
    const constructor = ownProperty(prototype, 'constructor')?.value;
    if (typeof constructor !== 'function' || !textOf(constructor).startsWith('class')) continue;
    const text = textOf(constructor);
    const shape = analyse(text, false).class;
    for (let at = text.indexOf(arrow); at >= 0; at = text.indexOf(arrow, at + 1)) {
      if (shape?.ofNewInstance.some(({ start, end }) => start <= at && at + arrow.length <= end) === true) return true;
    }
  }
  return false;
}

function protoOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
