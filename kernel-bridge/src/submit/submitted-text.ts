/**
 * A submitted cell as a type checker sees it: while it is written a cell like any other, and once it was run the one
 * declaration that it leaves in the notebook, the future of its last expression.
 */
import type ts from 'typescript';
import { typeScriptOf } from '../magics/magic-cell.js';

const head = /^\s*%%submit(?![\w$])[ \t]*([^\n]*)/;

/** The text of a cell whose request was marked to be submitted, as it would be with `%%submit`. */
export function asSubmitted(code: string, name: string | undefined): string {
  return head.test(code) ? code : `%%submit ${name ?? ''}\n${code}`;
}

/** What the cell leaves to others; undefined for cells that aren't submitted. */
export function declaredText(code: string, typescript: typeof ts): string | undefined {
  const match = head.exec(code);
  if (match === null) return undefined;
  const name = (match[1] ?? '').trim();
  if (name === '') return '';
  const body = typeScriptOf(code);
  const source = typescript.createSourceFile('cell.ts', body, typescript.ScriptTarget.Latest, false);
  const { statements } = source;
  const lines = statements.map((statement, at) => {
    const text = body.slice(statement.pos, statement.end);
    if (typescript.isImportDeclaration(statement)) return importedText(statement, source, typescript);
    if (at === statements.length - 1 && typescript.isExpressionStatement(statement)) {
      return `return (${body.slice(statement.expression.pos, statement.expression.end)});`;
    }
    return text.replace(/^(\s*)export\s+(?:default\s+)?/, '$1');
  });
  return `const ${name} = $submitted(async () => {\n${lines.join('\n')}\n});`;
}

/** Inside of a function nothing can be imported by a statement. */
function importedText(statement: ts.ImportDeclaration, source: ts.SourceFile, typescript: typeof ts): string {
  const from = statement.moduleSpecifier.getText(source);
  const clause = statement.importClause;
  if (clause === undefined) return '';
  const lines: string[] = [];
  const bind = (name: ts.Identifier, exported: string, isType: boolean): void => {
    lines.push(
      isType
        ? `type ${name.text} = import(${from}).${exported};`
        : `const ${name.text} = (await import(${from})).${exported};`,
    );
  };
  if (clause.name !== undefined) bind(clause.name, 'default', clause.isTypeOnly);
  const bindings = clause.namedBindings;
  if (bindings !== undefined && typescript.isNamespaceImport(bindings)) {
    lines.push(`const ${bindings.name.text} = await import(${from});`);
  } else {
    for (const { name, propertyName, isTypeOnly } of bindings?.elements ?? []) {
      bind(name, (propertyName ?? name).text, clause.isTypeOnly || isTypeOnly);
    }
  }
  return lines.join(' ');
}
