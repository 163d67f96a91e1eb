/**
 * Recognises the prototypes of built-in classes, those of other realms included: values made in a `vm` context (jest, a
 * notebook) and values made by Node itself have different `Map.prototype`s, and all of them are maps.
 */
const names = [
  ...['Object', 'Array', 'Map', 'Set', 'Date', 'RegExp', 'ArrayBuffer', 'SharedArrayBuffer'],
  ...['Boolean', 'Number', 'String', 'Symbol', 'BigInt', 'DataView', 'Buffer'],
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array'],
  ...['Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
  ...['Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'],
  ...['DOMException', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder'],
];
/** Loaded by Node when they are first asked for: recognised only when they are met. */
const lateNames = ['Headers'];

const known = new WeakMap<object, string>();
const others = new WeakSet<object>();

function remember(global: Record<string, unknown>): void {
  for (const name of names) {
    const constructor = global[name];
    if (typeof constructor === 'function') known.set(constructor.prototype as object, name);
  }
}

function rememberOwn(): void {
  if (!known.has(Object.prototype)) remember(globalThis);
}

/** The name of the built-in class whose prototype this is. */
export function intrinsicKind(prototype: object | null): string | undefined {
  if (prototype === null) return undefined;
  const name = known.get(prototype);
  if (name !== undefined) return name;
  if (others.has(prototype)) return undefined;
  const found = recognise(prototype);
  if (found === undefined) others.add(prototype);
  else known.set(prototype, found);
  return found;
}

/** Whether an object is itself such a prototype. */
export function isIntrinsicPrototype(value: object): boolean {
  rememberOwn();
  return known.has(value);
}

const nodeClasses = new Set([
  ...['DOMException', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'Buffer'],
  ...lateNames,
]);

function recognise(prototype: object): string | undefined {
  rememberOwn();
  const now = known.get(prototype);
  if (now !== undefined) return now;
  const constructor = ownProperty(prototype, 'constructor')?.value;
  if (typeof constructor !== 'function' || constructor.prototype !== prototype) return undefined;
  const { name } = constructor;
  if (!names.includes(name) && !lateNames.includes(name)) return undefined;
  if (!isNativeText(textOf(constructor)) && !isOfNode(name, constructor)) return undefined;
  return name;
}

/** Node's own classes are written in JavaScript; those of the main realm are reached from a `vm` context through values. */
function isOfNode(name: string, constructor: unknown): boolean {
  return nodeClasses.has(name) && (globalThis as unknown as Record<string, unknown>)[name] === constructor;
}

function isNativeText(text: string): boolean {
  return text.includes('[native code]');
}
import { textOf } from '../any-function.js';
import { ownProperty } from '../property.js';
