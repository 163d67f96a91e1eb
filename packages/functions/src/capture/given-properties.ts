/**
 * What a function has because of its text, wherever that is evaluated, and what it was given or deprived of later: only the
 * latter is written.
 */
import type { Analysis } from '../analysis/analysis.js';
import { isNative } from '../any-function.js';
import type { AnyFunction } from '../any-function.js';
import { ownProperty } from '../property.js';
import { intrinsicKind } from '../values/intrinsic-prototypes.js';
import { integrity } from '../wire/function-format.js';
import { isOfText } from './recognise.js';

const kindsOfFunctions = new Set<unknown>(['AsyncFunction', 'GeneratorFunction', 'AsyncGeneratorFunction']);

/** Whether the text alone gives a function this property, with this value. */
export function isGiven(subject: AnyFunction, key: string | symbol, analysis: Analysis): boolean {
  const property = ownProperty(subject, key);
  switch (key) {
    case 'arguments':
    case 'caller':
      return true;
    case 'length':
      if (property?.value === analysis.length && property.writable === false) return true;
      break;
    case 'name':
      // It travels with the code.
      if (typeof property?.value === 'string' && property.writable === false) return true;
      break;
    case 'prototype':
      if (analysis.class !== undefined || isOwnPrototype(subject, property?.value, analysis)) return true;
      break;
    default:
  }
  return isOfText(subject, key, analysis);
}

/** Whether a function's `prototype` is the object that was made with it, not one that was put in its place. */
function isOwnPrototype(subject: AnyFunction, prototype: unknown, { isGenerator }: Analysis): boolean {
  if (typeof prototype !== 'object' || prototype === null) return false;
  if (!isGenerator) return ownProperty(prototype, 'constructor')?.value === subject;
  const made = (Object.getPrototypeOf(subject) as { prototype?: unknown } | null)?.prototype;
  return Reflect.ownKeys(prototype).length === 0 && Object.getPrototypeOf(prototype) === made;
}

/** As {@link isGiven} for a property of its prototype. */
export function isGivenOfPrototype(prototype: object, key: string | symbol, analysis: Analysis): boolean {
  if (key === 'constructor') return ownProperty(prototype, key)?.enumerable !== true;
  return isOfText(prototype, key, analysis);
}

/** Whether its prototype inherits from what the text makes it inherit from. */
export function isOuterGiven(subject: AnyFunction, outer: object | null, analysis: Analysis): boolean {
  if (analysis.class?.isDerived !== true) return intrinsicKind(outer) === 'Object';
  // What extends null says so in its text.
  if (outer === null) return true;
  return (Object.getPrototypeOf(subject) as { prototype?: unknown } | null)?.prototype === outer;
}

/** Whether it is `Function.prototype` or one of its kind, of any realm. */
export function isPrototypeOfFunctions(outer: object | null): boolean {
  if (typeof outer === 'function') return outer.name === '' && isNative(outer);
  return outer !== null && kindsOfFunctions.has(ownProperty(outer, Symbol.toStringTag)?.value);
}

export function integrityOf(object: object): number {
  if (Object.isExtensible(object)) return integrity.extensible;
  if (Object.isFrozen(object)) return integrity.freeze;
  return Object.isSealed(object) ? integrity.seal : integrity.preventExtensions;
}
