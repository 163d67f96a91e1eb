/**
 * Makes a cell into one asynchronous function that can run on a worker: what it declares at its top stays inside, names of
 * other cells are the notebook's variables as they are when it is submitted, its last expression is the result. A copy of the
 * notebook's variables is all that a worker has, so assigning one of them is an error here and not a surprise later.
 */
import { SCOPE, compileToJavaScript } from '../cells/compile-cell.js';
import { rewriteDynamicImports } from '../cells/dynamic-import.js';
import { Edits } from '../cells/edits.js';
import { guardedNames, namesOfCell } from '../cells/names.js';
import type { CellNames, NameUse } from '../cells/names.js';
import { PERHAPS } from '../cells/notebook-scope.js';
import type { PrintedCode } from '../cells/printed-code.js';
import type { Place } from '../cells/source-map.js';
import { HELPERS } from '../cells/runtime-helpers.js';
import { childrenOf, isDecoration, lastStatement } from '../cells/syntax-tree.js';
import type { AnyNode } from '../cells/syntax-tree.js';
import { CellSyntaxError, frameOf } from '../cells/typescript.js';
import { rewriteUsing } from '../cells/using.js';

/** Where what the cell imports is. It is imported in the kernel, and travels like what other cells imported. */
export const IMPORTS = '$nbImports';
/** A member of the imports: `import.meta` of the notebook. */
export const META = '$meta';

export interface SubmittedImport {
  readonly specifier: string;
  readonly line: number;
  /** Pairs of the local name and the exported one; `*` for all. */
  readonly bound: readonly (readonly [string, string])[];
}

export interface CompiledSubmission {
  /** An expression: a function of the notebook's variables and the imports that gives the cell's function. One line longer than the cell. */
  readonly code: string;
  readonly imports: readonly SubmittedImport[];
}

export interface SubmissionScope {
  /** Whether a name means a variable of the notebook. */
  readonly isVariable: (name: string) => boolean;
  /** Whether it isn't there. */
  readonly isUnknown: (name: string) => boolean;
  /** Why a name can't be used on a worker; undefined when it can. */
  readonly refusal: (name: string) => string | undefined;
}

/**
 * @param source all of the cell; what isn't TypeScript (the line of the magic) made into comments.
 * @param name of the function: an identifier.
 * @throws {CellSyntaxError}
 * @throws {ReferenceError} of a name that is neither a variable nor a global: on the worker it would be undefined.
 */
export function compileSubmitted(
  source: string,
  file: string,
  name: string,
  scope: SubmissionScope,
): CompiledSubmission {
  const printed = compileToJavaScript(source, file);
  const { program } = printed;
  const names = namesOfCell(printed);
  const edits = new Edits();
  const imports: SubmittedImport[] = [];
  const statements = [...childrenOf(program)];
  const last = lastStatement(statements);
  if (last === undefined) throw new CellSyntaxError('There is nothing to submit: the cell is empty.', '');
  for (const statement of statements)
    rewriteStatement(statement, { printed, edits, imports, isLast: statement === last });
  const guarded = guardedNames(names, scope.isUnknown);
  for (const use of names.uses) rewriteUse(use, { source, printed, file, names, guarded, edits, scope });
  rewriteMeta(program, edits);
  rewriteDynamicImports(printed, edits, `${SCOPE}.${HELPERS}`, undefined);
  const { before, after } = rewriteUsing(printed, edits, `${SCOPE}.${HELPERS}`, 'const');
  // It begins on the cell's first line: what begins before a script's first line V8 can't be asked about.
  const fn = `return async function ${name}() {${before} ${printed.onSourceLines(edits)}\n${after}};`;
  return { code: `(function (${SCOPE}, ${IMPORTS}) { 'use strict';\n${fn} })`, imports };
}

interface StatementContext {
  readonly printed: PrintedCode;
  readonly edits: Edits;
  readonly imports: SubmittedImport[];
  readonly isLast: boolean;
}

function rewriteStatement(node: AnyNode, context: StatementContext): void {
  const { printed, edits, imports, isLast } = context;
  const { code } = printed;
  switch (node.type) {
    case 'ImportDeclaration':
      imports.push({
        specifier: String(node.source.value),
        line: printed.map.placeOf(node.start).line + 1,
        bound: boundBy(node),
      });
      edits.remove(node.start, node.end);
      return;
    case 'ExportNamedDeclaration':
      if (node.declaration == null) edits.remove(node.start, node.end);
      else edits.remove(node.start, node.declaration.start);
      return;
    case 'ExportAllDeclaration':
      edits.remove(node.start, node.end);
      return;
    case 'ExportDefaultDeclaration': {
      const { declaration } = node;
      const isNamed = 'id' in declaration && declaration.id != null && declaration.type.endsWith('Declaration');
      edits.replace(node.start, declaration.start, isNamed ? '' : isLast ? 'return (' : 'void (');
      if (!isNamed) edits.replace(declaration.end, node.end, ');');
      return;
    }
    case 'ExpressionStatement':
      if (!isLast || isDecoration(node)) return;
      edits.insert(node.start, 'return (');
      edits.replace(code[node.end - 1] === ';' ? node.end - 1 : node.end, node.end, ');');
      return;
    default:
  }
}

function boundBy(node: Extract<AnyNode, { type: 'ImportDeclaration' }>): [string, string][] {
  return node.specifiers.map((specifier) => {
    if (specifier.type === 'ImportNamespaceSpecifier') return [specifier.local.name, '*'];
    if (specifier.type === 'ImportDefaultSpecifier') return [specifier.local.name, 'default'];
    const { imported } = specifier;
    return [specifier.local.name, imported.type === 'Identifier' ? imported.name : String(imported.value)];
  });
}

interface UseContext {
  readonly source: string;
  readonly printed: PrintedCode;
  readonly file: string;
  readonly names: CellNames;
  readonly guarded: ReadonlySet<string>;
  readonly edits: Edits;
  readonly scope: SubmissionScope;
}

function rewriteUse(use: NameUse, { source, printed, file, names, guarded, edits, scope }: UseContext): void {
  const { name, start, end, form, isWrite } = use;
  const kind = names.declared.get(name);
  if (kind !== undefined && kind !== 'import') return;
  if (kind === undefined && !scope.isVariable(name)) return;
  const refuse = (why: string): never => {
    throw new CellSyntaxError(why, frameOf(source, file, printed.map.placeOf(start)));
  };
  if (isWrite) {
    refuse(
      kind === 'import'
        ? `'${name}' is imported, and can't be assigned.`
        : `A cell that runs on the cluster can't assign '${name}', a variable of the notebook: declare one of its own (let ${name} = …), or return the value.`,
    );
  }
  const refusal = kind === undefined ? scope.refusal(name) : undefined;
  if (refusal !== undefined) refuse(refusal);
  const isPerhaps = kind === undefined && (form === 'typeof' || guarded.has(name));
  if (!isPerhaps && kind === undefined && scope.isUnknown(name))
    throw notDefined(name, file, printed.map.placeOf(start));
  const member = isPerhaps ? `${SCOPE}.${PERHAPS}${name}` : `${kind === 'import' ? IMPORTS : SCOPE}.${name}`;
  if (form === 'shorthand') edits.replace(start, end, `${name}: ${member}`);
  else if (form === 'callee') edits.replace(start, end, `(0, ${member})`);
  else edits.replace(start, end, member);
}

/** As if the cell had run up to there. */
function notDefined(name: string, file: string, { line, column }: Place): ReferenceError {
  const error = new ReferenceError(`${name} is not defined`);
  error.stack = `ReferenceError: ${error.message}\n    at ${file}:${line + 1}:${column + 1}`;
  return error;
}

function rewriteMeta(node: AnyNode, edits: Edits): void {
  for (const child of childrenOf(node)) {
    if (child.type === 'MetaProperty' && child.meta.name === 'import') {
      edits.replace(child.start, child.end, `${IMPORTS}.${META}`);
    } else rewriteMeta(child, edits);
  }
}
