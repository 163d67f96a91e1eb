/**
 * The notebook as a type checker understands it: each cell that was run is a module of its declarations, which imports
 * what it uses of others from whichever cell declared it last. So a name may be declared again, older functions see the
 * new one, and what `let` holds is never narrowed to its first value. Statements that declare nothing tell later cells
 * nothing, and are left out.
 */
import type ts from 'typescript';
import { typeScriptOf } from '../magics/magic-cell.js';
import { declaredText } from '../submit/submitted-text.js';
import { assignedNames } from './assigned-names.js';

interface Statement {
  readonly text: string;
  readonly names: readonly string[];
  /** They are variables, whose values may be assigned. */
  readonly areVariables: boolean;
  /** It says `export` itself. */
  readonly isExported: boolean;
  /** Declares something for all files. */
  readonly isGlobal: boolean;
}

type Cell = readonly Statement[];

type TypeScript = typeof ts;

export interface CellModule {
  readonly name: string;
  readonly text: string;
  /** Declares something for all files. */
  readonly isGlobal: boolean;
}

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
    const cell = this.#cellOf(declaredText(code, this.#ts) ?? typeScriptOf(code));
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

  modules(): CellModule[] {
    return [...this.#cells].map(([number, cell]) => ({
      name: moduleName(number),
      text: this.#textOf(number, cell),
      isGlobal: cell.some((statement) => statement.isGlobal),
    }));
  }

  /**
   * A cell as it is being written: where it begins, and the text up to its end. Variables of other cells that it assigns
   * are its own variables of the same type, since what is imported can't be assigned.
   */
  current(code: string): { readonly text: string; readonly start: number } {
    const ts = this.#ts;
    const names = namesOf(this.#cellOf(code));
    const assigned = assignedNames(ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest, false), ts);
    const foreign = [...this.#latest].filter(([name]) => !names.has(name));
    const isVariable = ([name, from]: readonly [string, number]): boolean =>
      assigned.has(name) && (this.#cells.get(from)?.some((s) => s.areVariables && s.names.includes(name)) ?? false);
    const variables = foreign.filter(isVariable);
    const imports = importsOf(foreign.filter((one) => !isVariable(one)));
    const object = objectIn(code, ts);
    const head = `${imports}${variablesOf(variables)}export {};\n${object === undefined ? '' : '('}`;
    return { text: head + (object === undefined ? code : `${object}\n)`), start: head.length };
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
      const isGlobal = this.#isGlobal(statement);
      if (names.length === 0 && !isGlobal) return [];
      const text = code.slice(statement.pos, statement.end);
      const areVariables = ts.isVariableStatement(statement);
      return [{ text, names, areVariables, isExported: isExported(statement, ts), isGlobal }];
    });
  }

  /** `declare global`, `declare module "…"`, and imports for the sake of what they do. */
  #isGlobal(statement: ts.Statement): boolean {
    const ts = this.#ts;
    if (ts.isImportDeclaration(statement)) return statement.importClause === undefined;
    if (!ts.isModuleDeclaration(statement)) return false;
    return (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0 || ts.isStringLiteral(statement.name);
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
    if (ts.isModuleDeclaration(statement)) return this.#isGlobal(statement) ? [] : [statement.name.text];
    const isDeclaration =
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      ts.isImportEqualsDeclaration(statement);
    if (isDeclaration) return statement.name === undefined ? [] : [statement.name.text];
    return this.#varsIn(statement);
  }

  /** `var` in blocks and loops. */
  #varsIn(node: ts.Node): string[] {
    const ts = this.#ts;
    const names: string[] = [];
    const visit = (child: ts.Node): void => {
      if (ts.isFunctionLike(child) || ts.isClassLike(child)) return;
      const isVar = ts.isVariableDeclarationList(child) && (child.flags & ts.NodeFlags.BlockScoped) === 0;
      if (isVar) names.push(...child.declarations.flatMap(({ name }) => this.#namesIn(name)));
      ts.forEachChild(child, visit);
    };
    ts.forEachChild(node, visit);
    return names;
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

/** Initial values rather than declared types: a constant `1` of another cell is a number here. */
function variablesOf(names: readonly (readonly [name: string, from: number])[]): string {
  return names
    .map(
      ([name, from]) => `import { ${name} as __of_${name} } from './${moduleName(from)}'; let ${name} = __of_${name}; `,
    )
    .join('');
}

/** What is one object in braces runs as an expression. */
function objectIn(code: string, typescript: TypeScript): string | undefined {
  const { statements } = typescript.createSourceFile('cell.ts', code, typescript.ScriptTarget.Latest, false);
  if (statements[0] === undefined || !typescript.isBlock(statements[0])) return undefined;
  const object = code.replace(/;?\s*$/, '');
  const text = `(${object}\n)`;
  if (typescript.transpileModule(text, { reportDiagnostics: true }).diagnostics?.length !== 0) return undefined;
  return hasInitialiser(typescript.createSourceFile('cell.ts', text, typescript.ScriptTarget.Latest, false), typescript)
    ? undefined
    : object;
}

/** `{ a = 1 }`: as an object only a pattern could be so, and it parses all the same. */
function hasInitialiser(source: ts.SourceFile, typescript: TypeScript): boolean {
  const [statement] = source.statements;
  if (statement === undefined || !typescript.isExpressionStatement(statement)) return false;
  const { expression } = statement;
  const object = typescript.isParenthesizedExpression(expression) ? expression.expression : expression;
  if (!typescript.isObjectLiteralExpression(object)) return false;
  return object.properties.some(
    (property) =>
      typescript.isShorthandPropertyAssignment(property) && property.objectAssignmentInitializer !== undefined,
  );
}
