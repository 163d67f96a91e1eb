/**
 * What `import` means in a cell: packages from the notebook's folder, its own files beside it.
 */
import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import { framesHere } from '../execution/stack-formatter.js';
import { addFrames } from './added-frames.js';
import { NATIVE_IMPORT } from './dynamic-import.js';
import { failedImport, ImportError, noSuchExport } from './import-error.js';
import { LocalModules } from './local-modules.js';
import { completeNamespace, exportGetter, holderOf, jsonNamespace } from './namespaces.js';
import type { Namespace } from './namespaces.js';
import type { NotebookScope } from './notebook-scope.js';

const isTypeScript = /^\.{0,2}\/.*\.[cm]?ts$/;
/** Node's own `require` does, from some version on. */
const loadsTypeScript = Boolean(Reflect.get(process.features, 'typescript'));

type NativeImport = (specifier: string) => Promise<Namespace>;

export class ModuleImporter {
  /** Of the notebook: it stands in its folder. */
  readonly meta: { readonly url: string; readonly filename: string; readonly dirname: string };
  /** CommonJS' own, from the notebook's folder. */
  readonly require: NodeJS.Require;
  readonly #import: NativeImport;
  readonly #folder: string;
  readonly #local: LocalModules;

  constructor(folder: string) {
    const filename = join(folder, 'notebook.ts');
    const url = pathToFileURL(filename).href;
    const require = createRequire(filename);
    this.require = Object.assign((specifier: string): unknown => {
      if (isTypeScript.test(specifier) && !loadsTypeScript && this.#local.find(specifier, folder) !== undefined) {
        throw new ImportError(
          `require loads no TypeScript: write import … from '${specifier}', or await import('${specifier}')`,
        );
      }
      return require(specifier);
    }, require);
    this.#folder = folder;
    const resolve = (specifier: string): string =>
      isBuiltin(specifier)
        ? specifier.replace(/^(?!node:)/, 'node:')
        : pathToFileURL(this.require.resolve(specifier)).href;
    this.meta = Object.assign({ url, filename, dirname: folder }, { resolve });
    this.#import = nativeImportFrom(url);
    this.#local = new LocalModules((specifier, importer) => importOther(specifier, importer));
  }

  /** The text of a TypeScript module of the user's, as it was evaluated. */
  sourceOf(file: string): string | undefined {
    return this.#local.sourceOf(file);
  }

  /**
   * Imports a module, and makes what is bound of it variables: pairs of the variable and the exported name, `*` for all.
   * @param frames of who imports it, if it can't be had.
   */
  async bind(
    specifier: string,
    bound: readonly (readonly [string, string])[],
    scope: NotebookScope,
    frames: () => string,
  ): Promise<void> {
    let loaded: Namespace;
    try {
      loaded = await this.load(specifier);
    } catch (error) {
      throw failedImport(error, specifier, { file: this.meta.filename, name: 'the notebook' }, frames());
    }
    for (const [variable, exported] of bound) {
      const namespace = holderOf(loaded, exported);
      if (exported === '*') scope.declare(variable, completeNamespace(loaded));
      else if (!(exported in namespace)) scope.follow(variable, () => missing(specifier, exported));
      else {
        const value = namespace[exported];
        const canChange = typeof value !== 'function' && typeof value !== 'object';
        if (canChange) scope.follow(variable, exportGetter(namespace, exported));
        else scope.declare(variable, value);
      }
    }
  }

  /**
   * `import()` in a cell, or in a local module.
   * @param native what Node would do.
   * @param importer the file of the local module.
   * @throws what the module threw, with the line of the `import()` below it.
   */
  async importDynamically(native: () => Promise<object>, specifier: string, importer?: string): Promise<object> {
    const frames = framesHere();
    const nodes = native as () => Promise<Namespace>;
    if (importer === undefined) return this.load(specifier, nodes, frames);
    const local = this.#local.find(specifier, dirname(importer));
    return local === undefined
      ? importOther(specifier, importer, nodes)
      : framed(this.#local.load(local, importer), frames);
  }

  /** @param frames of who imports it, for what a module of the user's throws. */
  async load(
    specifier: string,
    native: () => Promise<Namespace> = () => this.#import(specifier),
    frames: () => string = () => '',
  ): Promise<Namespace> {
    const local = this.#local.find(specifier, this.#folder);
    if (local !== undefined) return framed(this.#local.load(local), frames);
    return importOther(specifier, this.meta.filename, native);
  }
}

/** What is no TypeScript of the user's, on behalf of a file. */
async function importOther(
  specifier: string,
  importer: string,
  native: () => Promise<Namespace> = () => nativeImportFrom(pathToFileURL(importer).href)(specifier),
): Promise<Namespace> {
  if (specifier.endsWith('.json')) {
    // With or without an attribute, and as the file is now.
    return jsonNamespace(JSON.parse(readFileSync(createRequire(importer).resolve(specifier), 'utf8')));
  }
  try {
    return await native();
  } catch (error) {
    // `covey` came with the kernel, so a notebook need not install it to use it.
    const isMissing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    if (specifier !== 'covey' || !isMissing) throw error;
    return nativeImportFrom(import.meta.url)(specifier);
  }
}

async function framed<T>(loading: Promise<T>, frames: () => string): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    throw addFrames(error, frames());
  }
}

/** Node's own `import()`, as a file would use it. */
function nativeImportFrom(url: string): NativeImport {
  const script = new Script(`(function ${NATIVE_IMPORT}(specifier) { return import(specifier) })`, {
    filename: url,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return script.runInThisContext() as NativeImport;
}

/** Types leave no trace in a program, so a name that isn't there is no error before it is used. */
function missing(specifier: string, name: string): never {
  throw new ReferenceError(noSuchExport(specifier, name));
}
