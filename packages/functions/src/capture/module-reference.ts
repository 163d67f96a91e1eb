/**
 * Exports of installed packages, which travel by name: package, version, and the way from the module to the value. Where
 * they are found on this side is told along, to be tried first on a machine that has the same files.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ImportedName } from './module-file.js';
import { findPackage, packageNameOf, packageOfFile, pathOfUrl } from './packages.js';
import type { PackageFile } from './packages.js';

export interface ModuleReference {
  /** As written in an import, e.g. `lodash/fp`; or the path of a file in the package. */
  readonly specifier: string;
  readonly isFile: boolean;
  readonly package: string;
  readonly version: string;
  /** The folder of the file that imports it. */
  readonly from: string;
}

export interface ModuleExport {
  readonly module: ModuleReference;
  /** `cjs`: from `module.exports`; `esm`: from the namespace. An empty path is the whole. */
  readonly style: 'cjs' | 'esm';
  readonly path: readonly string[];
}

/** What an import of a package's name means, or nothing when it is not of an installed package. */
export function importOfPackage(name: ImportedName, importer: string): ModuleExport | undefined {
  const packageName = packageNameOf(name.specifier);
  const path = pathOfUrl(importer);
  if (packageName === undefined || path === undefined) return undefined;
  const from = dirname(path);
  const found = findPackage(packageName, from);
  if (found === undefined) return undefined;
  const module = { specifier: name.specifier, isFile: false, package: packageName, version: found.version, from };
  return { module, style: 'esm', path: name.imported === '*' ? [] : [name.imported] };
}

/** A module of a package by its file. */
export function fileOfPackage(found: PackageFile & { readonly file: string }): ModuleReference {
  const { name, version, file, directory } = found;
  return { specifier: file, isFile: true, package: name, version, from: dirname(directory) };
}

interface LoadedModule {
  readonly exports: unknown;
  readonly filename?: string;
}

const byIdentity = new WeakMap<object, ModuleExport>();
const readModules = new Set<string>();
/** The exports of the user's own CommonJS modules: by value, and only what is used of them. */
const ownModules = new WeakSet<object>();
let loadedCount = -1;

/** The export of a loaded CommonJS package module that a value is. */
export function exportOfLoadedPackage(value: object): ModuleExport | undefined {
  readLoaded();
  return byIdentity.get(value);
}

/** Whether a value is the `module.exports` of a module that is not a package's. */
export function isOwnModule(value: object): boolean {
  readLoaded();
  return ownModules.has(value);
}

let require: NodeJS.Require | undefined;

function readLoaded(): void {
  require ??= createRequire(join(process.cwd(), 'covey.js'));
  const { cache } = require;
  const files = Object.keys(cache);
  if (files.length === loadedCount) return;
  loadedCount = files.length;
  for (const file of files) {
    if (readModules.has(file)) continue;
    readModules.add(file);
    const loaded = cache[file] as LoadedModule | undefined;
    const exports = loaded?.exports;
    if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) continue;
    const found = packageOfFile(file);
    if (found === undefined) ownModules.add(exports);
    else readExports(exports, fileOfPackage(found));
  }
}

function readExports(exports: object, module: ModuleReference): void {
  remember(exports, { module, style: 'cjs', path: [] });
  for (const key of Object.keys(exports)) {
    const property = Object.getOwnPropertyDescriptor(exports, key);
    if (property !== undefined && 'value' in property) {
      remember(property.value, { module, style: 'cjs', path: [key] });
    }
  }
}

function remember(value: unknown, reference: ModuleExport): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  const known = byIdentity.get(value);
  // The shortest way wins, and the package's own file before one that passes it on.
  if (known === undefined || known.path.length > reference.path.length) byIdentity.set(value, reference);
}
