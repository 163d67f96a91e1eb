/** Recognises what needs special treatment: by its text, or by the names that compilers and tools give it. */
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
export function isOfText(owner: object, key: string | symbol, text: string): boolean {
  const property = ownProperty(owner, key) as OwnProperty;
  const value: unknown = property.get ?? property.set ?? property.value;
  if (isOwnHasInstance(value)) return true;
  return typeof value === 'function' && text.includes(textOf(value));
}

/** The counters that coverage tools put into functions: another process has no use for them. */
export function isCoverageCounter(name: string, value: unknown): boolean {
  return /^cov_[0-9a-z]+$/.test(name) && typeof value === 'function';
}

/** In the place of what compilers to CommonJS keep their copies of namespaces in: they do without it. */
export function withoutCache(): null {
  return null;
}

/** The `require` of a CommonJS module. */
export function isRequire(name: string, value: unknown): boolean {
  return name === 'require' && typeof value === 'function' && 'resolve' in value && 'cache' in value;
}

export function hasPrivateText(constructor: AnyFunction): boolean {
  return /#[\p{ID_Start}_$]/u.test(textOf(constructor));
}

/** Classes that are part of the language, whose instances the encoder knows. */
export function isOfLanguage(module: string, owner: AnyFunction): boolean {
  return module === '' && ['Object', 'Function', 'Iterator'].includes(owner.name);
}

/** Classes of Node's own that have no public name. */
export function isInternal(owner: AnyFunction, builtIn: object | undefined): boolean {
  if (builtIn !== undefined) return false;
  const text = textOf(owner);
  return text.endsWith('{ [native code] }') && owner.name !== 'Object';
}
