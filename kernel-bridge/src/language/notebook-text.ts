/**
 * The notebook as a type checker understands it: each cell that was run is a module of its declarations, which imports
 * what it uses of others from whichever cell declared it last. So a name may be declared again, older functions see the
 * new one, and what `let` holds is never narrowed to its first value. Statements that declare nothing tell later cells
 * nothing, and are left out.
 */
import type ts from 'typescript';
import { declaredText, writtenText } from '../submit/submitted-text.js';

interface Statement {
  readonly text: string;
  readonly names: readonly string[];
  /** It says `export` itself. */
  readonly isExported: boolean;
  /** Declares something for all files. */
  readonly isGlobal: boolean;
}

type Cell = readonly Statement[];

type TypeScript = typeof ts;

export class NotebookText {
  readonly #ts: TypeScript;
  readonly #cells = new Map<number, Cell>();
  readonly #latest = new Map<string, number>();
  #count = 0;

  constructor(typescript: TypeScript) {
    this.#ts = typescript;
  }

  /** A cell was run. */
  add(code: string): void {
    const cell = this.#cellOf(declaredText(code, this.#ts) ?? code);
    const number = ++this.#count;
    this.#cells.set(number, cell);
    for (const name of namesOf(cell)) this.#latest.set(name, number);
    for (const [older, statements] of this.#cells) {
      if (!statements.some((statement) => this.#isLive(statement, older))) this.#cells.delete(older);
    }
  }

  /** Whether something of it hasn't been declared again since. */
  #isLive({ names, isGlobal }: Statement, number: number): boolean {
    return isGlobal || names.some((name) => this.#latest.get(name) === number);
  }

  /** Everything is forgotten. */
  clear(): void {
    this.#cells.clear();
    this.#latest.clear();
  }

  /** The modules, by their names. */
  modules(): Map<string, string> {
    return new Map([...this.#cells].map(([number, cell]) => [moduleName(number), this.#textOf(number, cell)]));
  }

  /** A cell as it is being written: where it begins, and the text up to its end. */
  current(code: string): { readonly text: string; readonly start: number } {
    const written = writtenText(code);
    const names = namesOf(this.#cellOf(written));
    const wanted = [...this.#latest].filter(([name]) => !names.has(name));
    const head = `${importsOf(wanted)}export {};\n`;
    return { text: head + written, start: head.length };
  }

  #textOf(number: number, cell: Cell): string {
    const live = cell.filter((statement) => this.#isLive(statement, number));
    const text = live.map((statement) => statement.text).join('\n');
    const names = namesOf(live);
    const words = new Set(text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
    const foreign = [...this.#latest].filter(([name]) => words.has(name) && !names.has(name));
    const exported = namesOf(live.filter(({ isExported }) => isExported));
    const own = [...names].filter((name) => !exported.has(name));
    return `${importsOf(foreign)}${text}\nexport { ${own.join(', ')} };\n`;
  }

  #cellOf(code: string): Cell {
    const ts = this.#ts;
    const source = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest, false);
    return source.statements.flatMap((statement): Statement[] => {
      const names = this.#namesOf(statement);
      const isGlobal = ts.isModuleDeclaration(statement) && (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
      if (names.length === 0 && !isGlobal) return [];
      const text = code.slice(statement.pos, statement.end);
      return [{ text, names, isExported: isExported(statement, ts), isGlobal }];
    });
  }

  #namesOf(statement: ts.Statement): string[] {
    const ts = this.#ts;
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => this.#namesIn(name));
    }
    if (ts.isImportDeclaration(statement)) {
      const clause = statement.importClause;
      const bindings = clause?.namedBindings;
      const named = bindings === undefined ? [] : ts.isNamespaceImport(bindings) ? [bindings] : bindings.elements;
      return [clause?.name, ...named.map(({ name }) => name)].flatMap((name) =>
        name === undefined ? [] : [name.text],
      );
    }
    const isDeclaration =
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      (ts.isModuleDeclaration(statement) && (statement.flags & ts.NodeFlags.GlobalAugmentation) === 0);
    return isDeclaration && statement.name !== undefined ? [statement.name.text] : [];
  }

  #namesIn(name: ts.BindingName): string[] {
    const ts = this.#ts;
    if (ts.isIdentifier(name)) return [name.text];
    return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : this.#namesIn(element.name)));
  }
}

function namesOf(cell: Cell): Set<string> {
  return new Set(cell.flatMap(({ names }) => names));
}

function isExported(statement: ts.Statement, typescript: TypeScript): boolean {
  const { modifiers } = statement as { readonly modifiers?: readonly ts.ModifierLike[] };
  return modifiers?.some(({ kind }) => kind === typescript.SyntaxKind.ExportKeyword) ?? false;
}

function moduleName(number: number): string {
  return `__cell-${number}__`;
}

/** On one line, so that lines stay where they are. */
function importsOf(names: readonly (readonly [name: string, from: number])[]): string {
  const groups = new Map<number, string[]>();
  for (const [name, from] of names) groups.set(from, [...(groups.get(from) ?? []), name]);
  return [...groups].map(([from, group]) => `import { ${group.join(', ')} } from './${moduleName(from)}'; `).join('');
}
