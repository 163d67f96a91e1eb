/**
 * TypeScript's language service over the notebook: what could be written at a place, and what a name is.
 */
import { join } from 'node:path';
import type ts from 'typescript';
import { compilerOptions } from './compiler-options.js';
import { globalsText } from './globals-text.js';
import type { FromLanguage, Problem, TypedInspection } from './messages.js';
import { NotebookText } from './notebook-text.js';
import { typedCompletion } from './typed-completion.js';
import { typedInspection } from './typed-inspection.js';
import type { InspectedText } from './typed-inspection.js';

const PROBLEMS_MAX = 10;

/** What is an error in a module, and none in a notebook: a function of another cell may be assigned. */
const ASSIGNED_IMPORT = 2632;
/** `import … = require(…)` is compiled to what it says. */
const IMPORT_ASSIGNMENT = 1202;
/** Notebooks explore: a parameter need not have a type, nor a package. */
const isImplicitAny = (code: number): boolean => (code >= 7005 && code <= 7061) || code === IMPLICIT_THIS;
const IMPLICIT_THIS = 2683;

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
  /** Modules that declare something for all files, whether or not one imports them. */
  #roots: readonly string[] = [];

  constructor(typescript: typeof ts, folder: string) {
    this.#ts = typescript;
    this.#folder = folder;
    this.#cells = new NotebookText(typescript);
    this.#file = join(folder, '__notebook__.ts');
    const globalsFile = join(folder, '__notebook-globals__.ts');
    this.#show(globalsFile, globalsText);
    const { sys } = typescript;
    const options = compilerOptions(typescript, folder);
    this.#service = typescript.createLanguageService({
      getCompilationSettings: () => options,
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: (settings) => typescript.getDefaultLibFilePath(settings),
      getScriptFileNames: () => [globalsFile, ...this.#roots, this.#file],
      getScriptVersion: (file) => String(this.#shown.get(file)?.version ?? this.#versionOnDisk(file)),
      getScriptSnapshot: (file) => {
        const text = this.#shown.get(file)?.text ?? sys.readFile(file);
        return text === undefined ? undefined : typescript.ScriptSnapshot.fromString(text);
      },
      fileExists: (file) => this.#shown.has(file) || sys.fileExists(file),
      readFile: (file) => this.#shown.get(file)?.text ?? sys.readFile(file),
      directoryExists: (path) => sys.directoryExists(path),
      getDirectories: (path) => sys.getDirectories(path),
      readDirectory: (...search) => sys.readDirectory(...search),
      realpath: (path) => sys.realpath?.(path) ?? path,
      useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames,
    });
  }

  addCell(code: string): void {
    this.#cells.add(code);
    const modules = new Set<string>();
    const roots: string[] = [];
    for (const { name, text, isGlobal } of this.#cells.modules()) {
      const file = join(this.#folder, `${name}.ts`);
      modules.add(file);
      if (isGlobal) roots.push(file);
      this.#show(file, text);
    }
    this.#roots = roots;
    for (const file of this.#modules) if (!modules.has(file)) this.#shown.delete(file);
    this.#modules = modules;
  }

  reset(): void {
    this.#cells.clear();
    for (const file of this.#modules) this.#shown.delete(file);
    this.#modules.clear();
    this.#roots = [];
  }

  /** The type errors of a cell that is about to run. */
  check(id: number, code: string): FromLanguage {
    const offset = this.#showCurrent(code);
    const problems = this.#service
      .getSemanticDiagnostics(this.#file)
      .filter(({ start = -1, code: number, category }) => {
        const isError = category === this.#ts.DiagnosticCategory.Error;
        return (
          isError &&
          start >= offset &&
          number !== ASSIGNED_IMPORT &&
          number !== IMPORT_ASSIGNMENT &&
          !isImplicitAny(number)
        );
      })
      .slice(0, PROBLEMS_MAX)
      .map(({ start = 0, code: number, messageText }): Problem => {
        const before = code.slice(0, start - offset).split('\n');
        const message = withoutAdvice(this.#ts.flattenDiagnosticMessageText(messageText, '\n'));
        return { line: before.length, column: (before.at(-1) ?? '').length + 1, code: number, message };
      });
    return { type: 'checked', id, problems };
  }

  complete(id: number, code: string, cursor: number): FromLanguage {
    const offset = this.#showCurrent(code);
    const found = this.#service.getCompletionsAtPosition(this.#file, offset + cursor, {
      // Names that stand in quotes, and members of what may be undefined.
      includeCompletionsWithInsertText: true,
      // `./helper.ts`: as its file is called.
      importModuleSpecifierEnding: 'js',
    });
    return { type: 'completed', id, ...typedCompletion(found, code, cursor, (position) => position - offset) };
  }

  inspect(id: number, code: string, cursor: number): FromLanguage {
    const offset = this.#showCurrent(code);
    const found = typedInspection(this.#inspectedText, offset + cursor, offset);
    return { type: 'inspected', id, found: found ?? this.#inspectType(code, cursor) };
  }

  /** A name that stands alone means a value; to mean a type it has to stand where one is wanted. */
  #inspectType(code: string, cursor: number): TypedInspection | undefined {
    const start = cursor - (/[\p{ID_Continue}$]*$/u.exec(code.slice(0, cursor))?.[0].length ?? 0);
    const name = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(code.slice(start))?.[0];
    if (name === undefined) return undefined;
    const wanted = `${code}\n;type $ = ${name}`;
    const offset = this.#showCurrent(wanted);
    return typedInspection(this.#inspectedText, offset + wanted.length, offset);
  }

  get #inspectedText(): InspectedText {
    const isCell = (file: string): boolean => this.#modules.has(file);
    return { service: this.#service, typescript: this.#ts, file: this.#file, isCell };
  }

  /** What the next question needs, whatever it is: so that it need not wait for it. */
  prepare(): void {
    this.#showCurrent('');
    this.#service.getSemanticDiagnostics(this.#file);
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

/** The library is what the running Node.js has; nobody can choose another. */
function withoutAdvice(message: string): string {
  return message.replace(/ Do you need to change your target library\?.*/, ` Node.js ${process.version} has none.`);
}
