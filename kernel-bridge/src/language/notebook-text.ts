/**
 * All cells as one text that a type checker understands: of a name that was declared again only the last declaration is
 * left, and nothing that isn't a declaration, since only those tell later cells something.
 */
import type ts from 'typescript';

interface Statement {
  readonly text: string;
  readonly names: readonly string[];
}

type TypeScript = typeof ts;

export class NotebookText {
  readonly #ts: TypeScript;
  #statements: Statement[] = [];

  constructor(typescript: TypeScript) {
    this.#ts = typescript;
  }

  /** What the cells so far declare. */
  get text(): string {
    return this.#statements.map(({ text }) => `${text}\n`).join('');
  }

  /** A cell was run. */
  add(code: string): void {
    const statements = this.statementsOf(code);
    const fresh = new Set(statements.flatMap(({ names }) => names));
    this.#statements = [...this.without(fresh), ...statements];
  }

  /** The text as it is for a cell that declares some names anew. */
  textFor(code: string): string {
    const fresh = new Set(this.statementsOf(code).flatMap(({ names }) => names));
    return this.without(fresh)
      .map(({ text }) => `${text}\n`)
      .join('');
  }

  private without(names: ReadonlySet<string>): Statement[] {
    return this.#statements.filter((statement) => !statement.names.some((name) => names.has(name)));
  }

  private statementsOf(code: string): Statement[] {
    const ts = this.#ts;
    const source = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest, false);
    return source.statements.flatMap((statement) => {
      const names = this.#namesOf(statement);
      return names.length === 0 ? [] : [{ text: code.slice(statement.pos, statement.end), names }];
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
      ts.isModuleDeclaration(statement);
    return isDeclaration && statement.name !== undefined ? [statement.name.text] : [];
  }

  #namesIn(name: ts.BindingName): string[] {
    const ts = this.#ts;
    if (ts.isIdentifier(name)) return [name.text];
    return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : this.#namesIn(element.name)));
  }
}
