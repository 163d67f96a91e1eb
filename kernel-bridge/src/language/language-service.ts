/**
 * TypeScript's language service over the notebook: what could be written at a place, and what a name is.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type ts from 'typescript';
import type { Entry, FromLanguage } from './messages.js';
import { NotebookText } from './notebook-text.js';

const ENTRIES_MAX = 1000;
const globals = `
declare global {
  const executor: import('covey').Executor;
  const display: ((value: unknown, options?: { id?: string }) => { id: string; update(value: unknown): void }) &
    Record<'html' | 'svg' | 'markdown' | 'latex' | 'text' | 'json' | 'vega' | 'vegaLite' | 'png' | 'jpeg' | 'gif' | 'webp' | 'bundle',
      (value: unknown, options?: { id?: string }) => { id: string; update(value: unknown): void }> &
    { update(id: string, value: unknown): void; clear(wait?: boolean): void };
  function input(prompt?: string, options?: { password?: boolean }): Promise<string>;
  function prompt(prompt?: string): Promise<string>;
}
export {};
`;

export class NotebookLanguage {
  readonly #cells: NotebookText;
  readonly #service: ts.LanguageService;
  readonly #file: string;
  #text = '';
  #version = 0;

  constructor(typescript: typeof ts, folder: string) {
    this.#cells = new NotebookText(typescript);
    this.#file = join(folder, '__notebook__.ts');
    const globalsFile = join(folder, '__notebook-globals__.ts');
    const options: ts.CompilerOptions = {
      target: typescript.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module: typescript.ModuleKind.ESNext,
      moduleResolution: typescript.ModuleResolutionKind.Bundler,
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      typeRoots: typeRoots(folder),
      types: ['node'],
      paths: ownPackages(),
    };
    this.#service = typescript.createLanguageService({
      getCompilationSettings: () => options,
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: (settings) => typescript.getDefaultLibFilePath(settings),
      getScriptFileNames: () => [globalsFile, this.#file],
      getScriptVersion: (file) => (file === this.#file ? String(this.#version) : '1'),
      getScriptSnapshot: (file) => {
        const text =
          file === this.#file
            ? this.#text
            : file === globalsFile
              ? globals
              : (typescript.sys.readFile(file) ?? undefined);
        return text === undefined ? undefined : typescript.ScriptSnapshot.fromString(text);
      },
      fileExists: (file) => typescript.sys.fileExists(file),
      readFile: (file) => typescript.sys.readFile(file),
      directoryExists: (path) => typescript.sys.directoryExists(path),
      getDirectories: (path) => typescript.sys.getDirectories(path),
    });
  }

  addCell(code: string): void {
    this.#cells.add(code);
  }

  complete(id: number, code: string, cursor: number): FromLanguage {
    const prefix = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, cursor))?.[0] ?? '';
    const position = this.#show(code) + cursor;
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
    const offset = this.#show(code);
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

  /** @returns where in the whole text the cell begins. */
  #show(code: string): number {
    const before = `${this.#cells.textFor(code)}export {};\n`;
    const text = before + code;
    if (text !== this.#text) {
      this.#text = text;
      this.#version++;
    }
    return before.length;
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
