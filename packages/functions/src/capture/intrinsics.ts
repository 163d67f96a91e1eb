/**
 * Built-ins by name: what every process has need not travel. A built-in function or object is known by the path that leads
 * to it, from `globalThis` (`Math.max`, `Array.prototype.map`) or from one of Node's modules (`node:fs` → `readFileSync`).
 *
 * There may be several sets of built-ins in one process: jest and notebooks run code in `vm` contexts, while Node's own
 * objects belong to the main one. All lead to the same paths.
 */
import { builtinModules } from 'node:module';
import { runInNewContext, runInThisContext } from 'node:vm';
import { classNameOf } from '../property.js';

/** Where a built-in is found: a module of Node or the global object, and property keys from there. */
export interface BuiltIn {
  /** Without `node:`; empty for the global object. */
  readonly module: string;
  readonly path: readonly (string | symbol)[];
}

const paths = new Map<object, BuiltIn>();
const walkedGlobals = new WeakSet<object>();
const unwalkedGlobals = new Set<object>();
const walkedModules = new Set<string>();
/** Of the main context, to which Node's own objects belong; asked for once, as each question compiles a script. */
let mainGlobal: object | undefined;
let loadedModules = -1;
let walkedCompletely = false;

/** Names that every global object of Node has: they are left alone wherever a function uses them. */
const namesOfNode = [
  ...['AbortController', 'AbortSignal', 'Blob', 'BroadcastChannel', 'Buffer', 'ByteLengthQueuingStrategy'],
  ...['CloseEvent', 'CompressionStream', 'CountQueuingStrategy', 'Crypto', 'CryptoKey', 'CustomEvent', 'DOMException'],
  ...['DecompressionStream', 'Event', 'EventSource', 'EventTarget', 'File', 'FormData', 'Headers', 'MessageChannel'],
  ...['MessageEvent', 'MessagePort', 'Navigator', 'Performance', 'PerformanceEntry', 'PerformanceMark'],
  ...['PerformanceMeasure', 'PerformanceObserver', 'PerformanceObserverEntryList', 'PerformanceResourceTiming'],
  ...['ReadableByteStreamController', 'ReadableStream', 'ReadableStreamBYOBReader', 'ReadableStreamBYOBRequest'],
  ...['ReadableStreamDefaultController', 'ReadableStreamDefaultReader', 'Request', 'Response', 'SubtleCrypto'],
  ...['TextDecoder', 'TextDecoderStream', 'TextEncoder', 'TextEncoderStream', 'TransformStream'],
  ...['TransformStreamDefaultController', 'URL', 'URLSearchParams', 'WebAssembly', 'WebSocket', 'WritableStream'],
  ...['WritableStreamDefaultController', 'WritableStreamDefaultWriter', 'atob', 'btoa', 'clearImmediate'],
  ...['clearInterval', 'clearTimeout', 'console', 'crypto', 'fetch', 'global', 'navigator', 'performance', 'process'],
  ...['queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', 'structuredClone'],
];

let globalNames: ReadonlySet<string> | undefined;

export function isGlobalName(name: string): boolean {
  globalNames ??= new Set([
    // The language's own names are those of a new realm.
    ...(runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[]),
    ...namesOfNode,
  ]);
  return globalNames.has(name);
}

/** The path to a built-in function or object, if it is one. */
export function builtInOf(value: object, isThorough = false): BuiltIn | undefined {
  walkGlobal(globalThis);
  for (const global of unwalkedGlobals) walkGlobal(global);
  const known = paths.get(value);
  if (known !== undefined) return known;
  walkGlobal((mainGlobal ??= runInThisContext('globalThis') as object));
  return paths.get(value) ?? lazyGlobalOf(value) ?? moduleBuiltInOf(value, isThorough);
}

/** Makes the built-ins of another realm known, given its global object. They are looked through when one is asked for. */
export function noteGlobal(global: object): void {
  if (!walkedGlobals.has(global)) unwalkedGlobals.add(global);
}

function walkGlobal(global: object): void {
  unwalkedGlobals.delete(global);
  if (walkedGlobals.has(global)) return;
  walkedGlobals.add(global);
  add(global, { module: '', path: ['globalThis'] });
  for (const name of Object.getOwnPropertyNames(global)) {
    if (!isGlobalName(name)) continue;
    const property = Object.getOwnPropertyDescriptor(global, name);
    // What has a getter is made at first use, some of it slowly: see lazyGlobalOf.
    if (property === undefined || !('value' in property)) continue;
    walk(property.value, '', [name], name === 'process' ? 1 : 3);
  }
  for (const [name, source] of unnamed) {
    try {
      add(source(global as typeof globalThis), { module: '', path: [name] });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

/** Built-ins that no path of properties reaches. */
export const unnamed: readonly (readonly [string, (global: typeof globalThis) => object])[] = [
  ['%IteratorPrototype%', (global) => protoOf(protoOf(global.Array.prototype[Symbol.iterator].call([])))],
  ['%ArrayIteratorPrototype%', (global) => protoOf(global.Array.prototype[Symbol.iterator].call([]))],
  // Of those, contexts share with the main one what is most used (jest shares Uint8Array).
  ['%TypedArray%', (global) => protoOf(global.Float64Array)],
];

function protoOf(value: object): object {
  return Object.getPrototypeOf(value) as object;
}

function lazyGlobalOf(value: object): BuiltIn | undefined {
  const name = typeof value === 'function' ? value.name : classNameOf(value)?.toLowerCase();
  for (const candidate of [name, 'crypto', 'performance', 'navigator']) {
    if (candidate === undefined || !isGlobalName(candidate)) continue;
    if (candidate === 'navigator' && name !== 'navigator') continue;
    if ((globalThis as Record<string, unknown>)[candidate] === value) return { module: '', path: [candidate] };
  }
  return undefined;
}

/** Modules that warn when they are loaded, or aren't for programs. */
const avoided = /^_|^(punycode|sys|wasi|trace_events|inspector)/;

/**
 * Looks through Node's modules: those that are loaded, and with `isThorough`, for a function that must be of one, all (some
 * give what they have before they count as loaded, and a copy of `process` may not know).
 */
function moduleBuiltInOf(value: object, isThorough: boolean): BuiltIn | undefined {
  const { moduleLoadList } = process as { readonly moduleLoadList?: readonly string[] };
  if (walkedCompletely || (!isThorough && moduleLoadList?.length === loadedModules)) return undefined;
  loadedModules = moduleLoadList?.length ?? 0;
  walkedCompletely = isThorough;
  const loaded = new Set(moduleLoadList);
  for (const name of builtinModules) {
    if (walkedModules.has(name) || avoided.test(name)) continue;
    if (!isThorough && !loaded.has(`NativeModule ${name}`)) continue;
    walkedModules.add(name);
    const exports: unknown = process.getBuiltinModule(name);
    walk(exports, name, [], 3);
  }
  return paths.get(value);
}

function add(value: object, builtIn: BuiltIn): void {
  const known = paths.get(value);
  if (known === undefined) paths.set(value, builtIn);
}

function walk(value: unknown, module: string, path: readonly (string | symbol)[], depth: number): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  if (paths.has(value) && path.length > 0) return;
  add(value, { module, path });
  if (depth === 0) return;
  for (const key of Reflect.ownKeys(value)) {
    if (key === 'constructor' || key === 'arguments' || key === 'caller') continue;
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined) continue;
    if ('value' in property) {
      const inner: unknown = property.value;
      // Settings and data inside of built-ins (process.env, module tables) are not built-ins themselves.
      if (typeof inner === 'function' || isNamespace(inner, key)) walk(inner, module, [...path, key], depth - 1);
    }
  }
}

function isNamespace(value: unknown, key: string | symbol): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return key === 'prototype' || key === 'promises' || key === 'posix' || key === 'win32' || key === 'webcrypto';
}

/** The step from a module of Node to its namespace, as `import * as` gives it. */
export const namespaceStep = '%namespace%';
const namespaces = new Map<string, object>();

function namespaceOf(module: string): object {
  let namespace = namespaces.get(module);
  if (namespace === undefined) {
    const exports = process.getBuiltinModule(module) as object;
    namespace = Object.freeze(Object.assign(Object.create(null) as object, exports, { default: exports }));
    namespaces.set(module, namespace);
  }
  return namespace;
}

/** Finds a built-in again. */
export function resolveBuiltIn({ module, path }: BuiltIn): unknown {
  const first = path[0];
  if (first === namespaceStep) return namespaceOf(module);
  let value: unknown = module === '' ? globalThis : process.getBuiltinModule(module);
  const special = unnamed.find(([name]) => name === first);
  if (special !== undefined) return special[1](globalThis);
  for (const key of path) value = (value as Record<string | symbol, unknown> | undefined)?.[key];
  return value;
}
