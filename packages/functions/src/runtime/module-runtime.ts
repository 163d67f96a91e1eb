/**
 * The packages that decoded functions use, imported as the thread's own: the folder that the sender imported from is tried
 * first, for machines that share their files, then the thread's module root. Another version than the sender's is an
 * error, never a surprise.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script, constants } from 'node:vm';
import type { ModuleReference } from '../capture/module-reference.js';
import { findPackage } from '../capture/packages.js';
import type { PackageFile } from '../capture/packages.js';
import { ModuleMismatchError } from '../errors/function-error.js';
import { uploadedFile } from './uploaded-files.js';

export type { ModuleReference };

export interface ModuleRuntimeOptions {
  /** The folder whose `node_modules` (and those above it) serve bare imports. Default: the working directory. */
  readonly moduleRoot?: string;
  /** The package that the thread itself is made of. */
  readonly own?: OwnPackage;
}

/**
 * A package whose code runs in the thread already. Functions that import it get that: a copy of its own beside it would take
 * the thread's objects for strangers.
 */
export interface OwnPackage {
  readonly name: string;
  readonly version: string;
  /** Its parts, packages themselves, begin so; what they export under a name is what the package exports under it. */
  readonly scope: string;
  load(): Readonly<Record<string, unknown>>;
}

type Namespace = Readonly<Record<string, unknown>>;

export class ModuleRuntime {
  readonly moduleRoot: string;
  readonly #own: OwnPackage | undefined;
  readonly #loaded = new Map<string, Namespace>();
  readonly #loading = new Map<string, Promise<void>>();

  constructor(options: ModuleRuntimeOptions = {}) {
    this.moduleRoot = options.moduleRoot ?? process.cwd();
    this.#own = options.own;
  }

  /** The thread's own package, if that is what a specifier names. */
  own(specifier: string): Namespace | undefined {
    return this.#own?.name === specifier ? this.#own.load() : undefined;
  }

  /** The module's namespace, if it was imported. */
  get(module: ModuleReference): Namespace | undefined {
    return this.#loaded.get(idOf(module));
  }

  /** Imports a module. @throws ModuleMismatchError when it is not installed, or in another version. */
  load(module: ModuleReference): Promise<void> {
    const id = idOf(module);
    let loading = this.#loading.get(id);
    if (loading === undefined) {
      loading = this.#import(module).then(
        (namespace) => {
          this.#loaded.set(id, namespace);
        },
        (error: unknown) => {
          // What failed once may be installed meanwhile.
          this.#loading.delete(id);
          throw error;
        },
      );
      this.#loading.set(id, loading);
    }
    return loading;
  }

  async #import(module: ModuleReference): Promise<Namespace> {
    const own = this.#own?.version === module.version ? this.#own : undefined;
    if (own?.name === module.package) return own.load();
    const { found, from } = this.#find(module);
    const specifier = module.isFile
      ? pathToFileURL(join(found.directory, ...module.specifier.split('/'))).href
      : module.specifier;
    const namespace = await importFrom(specifier, from);
    return own !== undefined && module.package.startsWith(own.scope) ? withOwn(namespace, own.load()) : namespace;
  }

  #find(module: ModuleReference): { readonly found: PackageFile; readonly from: string } {
    let other: PackageFile | undefined;
    for (const from of [module.from, this.moduleRoot]) {
      const found = from === '' ? undefined : findPackage(module.package, from);
      if (found === undefined) continue;
      if (found.version === module.version) return { found, from };
      other ??= found;
    }
    const wanted = `${module.package}@${module.version}`;
    if (other === undefined) {
      throw new ModuleMismatchError(
        `The package ${wanted}, which a function uses, is not installed here (looked from ${this.moduleRoot} upwards). ` +
          'Install it there, or start the worker with another module root.',
      );
    }
    throw new ModuleMismatchError(
      `A function uses ${wanted}, but ${module.package}@${other.version} is installed here (in ${other.directory}). ` +
        'Install the same version on both sides.',
    );
  }
}

/** A part of the thread's own package: its inner names are its own, those that the package shows are the thread's. */
function withOwn(namespace: Namespace, own: Namespace): Namespace {
  return Object.fromEntries(Object.entries(namespace).map(([name, value]) => [name, own[name] ?? value]));
}

function idOf(module: ModuleReference): string {
  return `${module.package}@${module.version}${sep}${module.isFile ? 'file:' : ''}${module.specifier}`;
}

function makeImporter(directory: string): (specifier: string) => Promise<Namespace> {
  return new Script('(specifier) => import(specifier)', {
    filename: join(directory, 'covey-import.js'),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as (specifier: string) => Promise<Namespace>;
}

/** Node 20 calls the constant experimental, on every worker's stderr; it has since become stable as it is. */
function quietly<T>(make: () => T): T {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return make();
  } finally {
    process.emitWarning = emitWarning;
  }
}

const importers = new Map<string, (specifier: string) => Promise<Namespace>>();

/** Imports as a file in a folder would. */
function importFrom(specifier: string, directory: string): Promise<Namespace> {
  let importer = importers.get(directory);
  if (importer === undefined) {
    importer = makeImporter(directory);
    importers.set(directory, importer);
  }
  const run = importer;
  return quietly(() => run(specifier));
}

/** The `require` of a file; where that folder doesn't exist, one of the module root. */
export function requireOfFile(url: string, modules: ModuleRuntime): NodeJS.Require {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  const isPlace = isAbsolute(path) && existsSync(dirname(path));
  const require = createRequire(isPlace ? path : join(modules.moduleRoot, 'covey.js'));
  const find = (specifier: string): unknown =>
    modules.own(specifier) ?? require(uploadedFile(specifier)?.path ?? specifier);
  return Object.assign(find, require);
}

/** `import()` and `import.meta` as they are in a file. */
export function importsOfFile(
  url: string,
  modules: ModuleRuntime,
): { importFunction: (specifier: string) => unknown; meta: object } {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  const directory = path === '' ? process.cwd() : dirname(path);
  return {
    importFunction: async (specifier) =>
      modules.own(specifier) ?? (await importFrom(uploadedFile(specifier)?.url ?? specifier, directory)),
    meta: {
      url,
      filename: path,
      dirname: directory,
      resolve: (specifier: string) => new URL(specifier, url).href,
    },
  };
}
