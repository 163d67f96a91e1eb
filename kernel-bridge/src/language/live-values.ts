/**
 * Looking at live values without running anything of the user's.
 */
import { types } from 'node:util';
import type { NotebookScope } from '../cells/notebook-scope.js';

/** These say that they are experimental, or ask for a file, as soon as somebody looks. */
const talkative = new Set(['localStorage', 'sessionStorage']);

/** `process`, `crypto`, `performance`, …: Node.js has them behind getters, which only give what is there. */
const ownGetters = new Set<unknown>(
  Object.entries(Object.getOwnPropertyDescriptors(globalThis))
    .filter(([name]) => !talkative.has(name))
    .map(([, property]) => getterOf(property)),
);

/** What was global before any cell ran. */
export const firstGlobals: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(globalThis));

/** A data property of a value or of what it inherits from; a user's getter or a proxy is not asked. */
export function ownValue(holder: unknown, name: string): unknown {
  for (const at of chainOf(holder)) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property === undefined) continue;
    const getter = getterOf(property);
    const isOurs = getter !== undefined && at === globalThis && ownGetters.has(getter);
    return isOurs ? Reflect.get(at, name) : (property.value as unknown);
  }
  return undefined;
}

function getterOf(property: PropertyDescriptor): unknown {
  return Reflect.get(property, 'get');
}

/** The value of `a.b.c`, as far as it is there without running a getter. */
export function valueAt([first = '', ...rest]: readonly string[], scope: NotebookScope): unknown {
  let value = Object.hasOwn(scope.variables, first) ? scope.valueOf(first) : ownValue(globalThis, first);
  for (const name of rest) value = ownValue(value, name);
  return value;
}

/** A value, and what it inherits from, up to the first proxy. */
export function* chainOf(value: unknown): Generator<object> {
  if (value === undefined || value === null) return;
  for (let at = Object(value) as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (types.isProxy(at)) return;
    yield at;
  }
}

/** Jupyter counts positions in code points, JavaScript in UTF-16 units. */
export function unitsToCodePoints(text: string, units: number): number {
  let codePoints = 0;
  for (const character of text.slice(0, units)) codePoints += character === '' ? 0 : 1;
  return codePoints;
}
