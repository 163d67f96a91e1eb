/**
 * TypeScript's language service over the notebook: what could be written at a place, and what a name is.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type ts from 'typescript';
import { globalsText } from './globals-text.js';
import type { Entry, FromLanguage, Problem } from './messages.js';
import { NotebookText } from './notebook-text.js';

const ENTRIES_MAX = 1000;
const PROBLEMS_MAX = 10;

/** What is an error in a module, and none in a notebook, where a variable of another cell may be assigned. */
const ASSIGNED_IMPORT = 2632;
/** Notebooks explore: a parameter need not have a type, nor a package. */
const isImplicitAny = (code: number): boolean => code >= 7005 && code <= 7061;

interface Shown {
  readonly text: string;
  readonly version: number;
}

export class NotebookLanguage {
  readonly #ts: typeof ts;
  readonly #cells: NotebookText;
  readonly #service: ts.LanguageService;
  readonly #folder: string;
  readonly #file: string;
  /** Files that are nowhere but here. */
  readonly #shown = new Map<string, Shown>();
  #modules = new Set<string>();

  constructor(typescript: typeof ts, folder: string) {
    this.#ts = typescript;
    this.#folder = folder;
    this.#cells = new NotebookText(typescript);
    this.#file = join(folder, '__notebook__.ts');
    const globalsFile = join(folder, '__notebook-globals__.ts');
    this.#show(globalsFile, globalsText);
    const { sys } = typescript;
    this.#service = typescript.createLanguageService({
      getCompilationSettings: () => this.#options,
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: (settings) => typescript.getDefaultLibFilePath(settings),
      getScriptFileNames: () => [globalsFile, this.#file],
      getScriptVersion: (file) => String(this.#shown.get(file)?.version ?? this.#versionOnDisk(file)),
      getScriptSnapshot: (file) => {
        const text = this.#shown.get(file)?.text ?? sys.readFile(file);
        return text === undefined ? undefined : typescript.ScriptSnapshot.fromString(text);
      },
      fileExists: (file) => this.#shown.has(file) || sys.fileExists(file),
      readFile: (file) => this.#shown.get(file)?.text ?? sys.readFile(file),
      directoryExists: (path) => sys.directoryExists(path),
      getDirectories: (path) => sys.getDirectories(path),
    });
  }

  get #options(): ts.CompilerOptions {
    const typescript = this.#ts;
    return (this.#settings ??= {
      target: typescript.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module: typescript.ModuleKind.ESNext,
      moduleResolution: typescript.ModuleResolutionKind.Bundler,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      typeRoots: typeRoots(this.#folder),
      types: ['node'],
      paths: ownPackages(),
    });
  }
  #settings: ts.CompilerOptions | undefined;

  addCell(code: string): void {
    this.#cells.add(code);
    const modules = new Set<string>();
    for (const [name, text] of this.#cells.modules()) {
      const file = join(this.#folder, `${name}.ts`);
      modules.add(file);
      this.#show(file, text);
    }
    for (const file of this.#modules) if (!modules.has(file)) this.#shown.delete(file);
    this.#modules = modules;
  }

  reset(): void {
    this.#cells.clear();
    for (const file of this.#modules) this.#shown.delete(file);
    this.#modules.clear();
  }

  /** The type errors of a cell that is about to run. */
  check(id: number, code: string): FromLanguage {
    const offset = this.#showCurrent(code);
    const problems = this.#service
      .getSemanticDiagnostics(this.#file)
      .filter(({ start = -1, code: number, category }) => {
        const isError = category === this.#ts.DiagnosticCategory.Error;
        return isError && start >= offset && number !== ASSIGNED_IMPORT && !isImplicitAny(number);
      })
      .slice(0, PROBLEMS_MAX)
      .map(({ start = 0, code: number, messageText }): Problem => {
        const before = code.slice(0, start - offset).split('\n');
        const message = this.#ts.flattenDiagnosticMessageText(messageText, '\n');
        return { line: before.length, column: (before.at(-1) ?? '').length + 1, code: number, message };
      });
    return { type: 'checked', id, problems };
  }

  complete(id: number, code: string, cursor: number): FromLanguage {
    const prefix = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, cursor))?.[0] ?? '';
    const position = this.#showCurrent(code) + cursor;
    const found = this.#service.getCompletionsAtPosition(this.#file, position, {
      includeCompletionsWithInsertText: false,
    });
    const entries = (found?.entries ?? [])
      .filter(({ name, kind }) => name.startsWith(prefix) && String(kind) !== 'warning')
      .sort((a, b) => (a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : a.name < b.name ? -1 : 1))
      .slice(0, ENTRIES_MAX)
      .map(({ name, kind }): Entry => ({ name, kind }));
    return { type: 'completed', id, start: cursor - prefix.length, entries };
  }

  inspect(id: number, code: string, cursor: number): FromLanguage {
    const offset = this.#showCurrent(code);
    // At the end of a name, or behind an opening bracket, the name before is meant.
    const back = /[\s(]*$/.exec(code.slice(0, cursor))?.[0].length ?? 0;
    const at = offset + cursor;
    const info =
      this.#service.getQuickInfoAtPosition(this.#file, at) ??
      this.#service.getQuickInfoAtPosition(this.#file, Math.max(offset, at - back - 1));
    const text = (parts: readonly ts.SymbolDisplayPart[] | undefined): string =>
      (parts ?? []).map((part) => part.text).join('');
    return { type: 'inspected', id, signature: text(info?.displayParts), documentation: text(info?.documentation) };
  }

  /** @returns where in the text the cell begins. */
  #showCurrent(code: string): number {
    const { text, start } = this.#cells.current(code);
    this.#show(this.#file, text);
    return start;
  }

  #show(file: string, text: string): void {
    const shown = this.#shown.get(file);
    if (shown?.text !== text) this.#shown.set(file, { text, version: (shown?.version ?? 0) + 1 });
  }

  /** The user's own modules change; packages and libraries hardly ever do, and are many. */
  #versionOnDisk(file: string): number {
    if (!file.startsWith(this.#folder) || file.includes('node_modules')) return 1;
    return this.#ts.sys.getModifiedTime?.(file)?.getTime() ?? 1;
  }
}

const require = createRequire(import.meta.url);

function typeRoots(folder: string): string[] {
  const roots = [join(folder, 'node_modules', '@types')];
  const own = folderOf('@types/node');
  return own === undefined ? roots : [...roots, dirname(own)];
}

/** `covey` as it came with the kernel, for notebooks that have none of their own. */
function ownPackages(): Record<string, string[]> {
  const folder = folderOf('covey');
  return folder === undefined ? {} : { covey: [join(folder, 'lib', 'index.d.ts')] };
}

function folderOf(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
