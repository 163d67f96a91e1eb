/**
 * What `import` finds in a module, as TypeScript has it. Of CommonJS Node sees only those exports that it can tell from the
 * text, besides `default`; here all are there, by name and in `import *`.
 */
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import type { InspectOptions } from 'node:util';
import { Script } from 'node:vm';

export type Namespace = Readonly<Record<string, unknown>>;

/** Of a module: it needs no `this`. */
interface Accessor {
  readonly get?: () => unknown;
}

const { cache } = createRequire(import.meta.url);
const completed = new WeakMap<Namespace, Namespace>();

/** A namespace with all names that the module has. */
export function completeNamespace(loaded: Namespace): Namespace {
  const whole = wholeOf(loaded);
  if (whole === undefined) return loaded;
  const known = completed.get(loaded);
  if (known !== undefined) return known;
  const missing = Object.keys(whole).filter((name) => !(name in loaded));
  const complete = missing.length === 0 ? loaded : withNamesOf(whole, loaded, missing);
  completed.set(loaded, complete);
  return complete;
}

/** Where an exported name is: of CommonJS also what a class of its gives the exports. */
export function holderOf(namespace: Namespace, name: string): Namespace {
  const whole = name in namespace ? undefined : wholeOf(namespace);
  return whole !== undefined && name in whole ? whole : namespace;
}

/**
 * Reads an export as it is now. The getter names it, as code would: a function that travels with it takes along nothing else of the module.
 */
export function exportGetter(namespace: Namespace, name: string): () => unknown {
  const own = (Object.getOwnPropertyDescriptor(namespace, name) as Accessor | undefined)?.get;
  if (own !== undefined) return own;
  const make = new Script(`(module) => () => module[${JSON.stringify(name)}]`).runInThisContext() as (
    module: Namespace,
  ) => () => unknown;
  return make(namespace);
}

/** JSON as a module: the value, and the names in it. */
export function jsonNamespace(value: unknown): Namespace {
  const names = typeof value === 'object' && !Array.isArray(value) ? value : null;
  return Object.assign(emptyNamespace(), names, { default: value });
}

/** The `module.exports` of CommonJS; nothing for other modules, or when it can hold no names. */
function wholeOf({ default: whole }: Namespace): Namespace | undefined {
  if ((typeof whole !== 'object' && typeof whole !== 'function') || whole === null) return undefined;
  return Object.values(cache).some((module) => module?.exports === whole) ? (whole as Namespace) : undefined;
}

/** To what ships functions it is a module too: only the members that are used travel. */
export function emptyNamespace(): Record<string, unknown> {
  const namespace = Object.create(null) as Record<string, unknown>;
  Object.defineProperty(namespace, Symbol.toStringTag, { value: 'Module' });
  return Object.defineProperty(namespace, inspect.custom, { value: showNamespace });
}

/** As Node shows the namespaces of modules: by what their exports are now, and not as accessors. */
function showNamespace(this: Namespace, _depth: number, options: InspectOptions): string {
  const values = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(this)) {
    try {
      values[name] = this[name];
    } catch {
      // It is not initialized yet, which is the module's own affair.
      values[name] = undefined;
    }
  }
  return inspect(values, options).replace(/^\[Object: null prototype\]/, '[Module: null prototype]');
}

/** As Node does it: the values of its exports are those that were there once it was evaluated. */
function withNamesOf(whole: Namespace, loaded: Namespace, missing: readonly string[]): Namespace {
  const all = Object.assign(emptyNamespace(), loaded);
  for (const name of missing) {
    const isAccessor = Object.getOwnPropertyDescriptor(whole, name)?.get !== undefined;
    const property = isAccessor ? { get: () => whole[name] } : { value: whole[name] };
    Object.defineProperty(all, name, { ...property, enumerable: true });
  }
  return all;
}
