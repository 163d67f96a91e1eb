/**
 * The notebook's own TypeScript modules: `import … from './helper.ts'`. A module is evaluated once, and again when its
 * file, or one that it imports, has changed by the time a cell imports it.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import { compileModule } from './compile-module.js';
import type { ModuleImport } from './compile-module.js';
import { failedImport, importError, noSuchExport } from './import-error.js';
import { completeNamespace, emptyNamespace } from './namespaces.js';
import type { Namespace } from './namespaces.js';
import { runtimeHelpers } from './runtime-helpers.js';

type Getters = Readonly<Record<string, () => unknown>>;

interface Export {
  (getters: Getters): void;
  readonly all: (namespace: Namespace) => Getters;
}

interface LoadedModule {
  readonly version: string;
  readonly namespace: Namespace;
  readonly evaluated: Promise<void>;
  /** Paths of the local modules that it imports. */
  readonly children: string[];
}

type Body = (exporter: Export, imports: readonly Namespace[], meta: object, helpers: object) => Promise<void>;

const typeScript = ['.ts', '.mts', '.cts'];

export class LocalModules {
  readonly #loaded = new Map<string, LoadedModule>();
  readonly #sources = new Map<string, string>();
  readonly #importOther: (specifier: string, importer: string) => Promise<Namespace>;

  /** @param importOther imports what is no local TypeScript, on behalf of a file. */
  constructor(importOther: (specifier: string, importer: string) => Promise<Namespace>) {
    this.#importOther = importOther;
  }

  /** The file of ours that a specifier means, seen from a folder; nothing when it means anything else. */
  find(specifier: string, folder: string): string | undefined {
    if (!/^(?:\.{1,2}(?:\/|$)|\/|file:)/.test(specifier)) return undefined;
    const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(folder, specifier);
    const candidates = [path, path.replace(/\.([cm]?)js$/, '.$1ts'), `${path}.ts`, `${path}/index.ts`];
    return candidates.find((candidate) => typeScript.includes(extname(candidate)) && existsSync(candidate));
  }

  /** The text of a module as it was last evaluated. */
  sourceOf(path: string): string | undefined {
    return this.#sources.get(path);
  }

  /** @param importer the local module that imports it by `import()`. */
  async load(path: string, importer?: string): Promise<Namespace> {
    const children = importer === undefined ? undefined : this.#loaded.get(importer)?.children;
    if (children?.includes(path) === false) children.push(path);
    this.#forgetChanged(path, new Set());
    const module = this.#start(path);
    return this.#evaluated(module);
  }

  /** @returns whether the module, or something below it, has to be loaded anew. */
  #forgetChanged(path: string, seen: Set<string>): boolean {
    const module = this.#loaded.get(path);
    if (module === undefined) return true;
    if (seen.has(path)) return false;
    seen.add(path);
    const changed = module.children.map((child) => this.#forgetChanged(child, seen));
    if (!changed.includes(true) && module.version === versionOf(path)) return false;
    this.#loaded.delete(path);
    return true;
  }

  #start(path: string): LoadedModule {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known;
    const namespace = emptyNamespace();
    const children: string[] = [];
    const version = versionOf(path);
    const evaluated = Promise.resolve().then(() => this.#evaluate(path, namespace, children));
    const module = { version, namespace, evaluated, children };
    this.#loaded.set(path, module);
    // What failed is tried again at the next import. Whoever waits hears why.
    evaluated.catch(() => this.#loaded.delete(path));
    return module;
  }

  async #evaluate(path: string, namespace: Namespace, children: string[]): Promise<void> {
    const folder = dirname(path);
    const source = readFileSync(path, 'utf8');
    this.#sources.set(path, source);
    const { code, imports } = compileModule(source, path);
    const imported: Namespace[] = [];
    for (const wanted of imports) {
      const local = this.find(wanted.specifier, folder);
      if (local !== undefined) children.push(local);
      // In a cycle one of them has to go first, and sees of the other what is there by then.
      const isCycle = local !== undefined && this.#reaches(local, path);
      imported.push(isCycle ? this.#start(local).namespace : await this.#import(wanted, local, path));
    }
    const script = new Script(code, {
      filename: path,
      lineOffset: -1,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const body = script.runInThisContext() as Body;
    const meta = { url: pathToFileURL(path).href, filename: path, dirname: folder };
    await body(exporterTo(namespace), imported, meta, runtimeHelpers);
  }

  async #import({ specifier, line, names }: ModuleImport, local: string | undefined, path: string): Promise<Namespace> {
    const frames = `    at ${path}:${line}`;
    let namespace: Namespace;
    try {
      namespace =
        local === undefined
          ? completeNamespace(await this.#importOther(specifier, path))
          : await this.#evaluated(this.#start(local));
    } catch (error) {
      throw failedImport(error, specifier, { file: path, name: basename(path) }, frames);
    }
    const missing = names.find((name) => !(name in namespace));
    if (missing !== undefined) throw importError(noSuchExport(specifier, missing), frames);
    return namespace;
  }

  async #evaluated({ namespace, evaluated }: LoadedModule): Promise<Namespace> {
    await evaluated;
    return namespace;
  }

  #reaches(from: string, to: string, seen = new Set<string>()): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return this.#loaded.get(from)?.children.some((child) => this.#reaches(child, to, seen)) ?? false;
  }
}

function exporterTo(namespace: Namespace): Export {
  const add = (getters: Getters): void => {
    for (const [name, get] of Object.entries(getters))
      Object.defineProperty(namespace, name, { get, enumerable: true });
  };
  return Object.assign(add, {
    all: (other: Namespace) =>
      Object.fromEntries(
        Object.keys(other)
          .filter((name) => name !== 'default')
          .map((name) => [name, () => other[name]]),
      ),
  });
}

function versionOf(path: string): string {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? 'gone' : `${status.mtimeMs}:${status.size}`;
}
