/**
 * Makes a cell into one function over the notebook's variables.
 *
 * What a cell declares at its top becomes a property of the scope object, so that later cells may declare it again,
 * older functions see its new value, and a global of the same name stays untouched for everyone but cells. What is
 * inside of functions and blocks stays as it is, and as fast. Lines stay where they were.
 */
import { rewriteDynamicImports } from './dynamic-import.js';
import { Edits } from './edits.js';
import { PERHAPS } from './notebook-scope.js';
import { guardedNames, namesOfCell } from './names.js';
import type { CellNames, NameUse } from './names.js';
import { asObject } from './object-cell.js';
import type { PrintedCode } from './printed-code.js';
import { HELPERS } from './runtime-helpers.js';
import { childrenOf, isDecoration, isFunction, lastStatement, namesIn } from './syntax-tree.js';
import type { AnyNode } from './syntax-tree.js';
import { CellSyntaxError, toJavaScript } from './typescript.js';
import { rewriteUsing } from './using.js';
import type { Around } from './using.js';

/** The variable by which the notebook's variables are reached in compiled cells. */
export const SCOPE = '$nb';
/** What compiled cells are given beside their variables. */
export const PARAMETERS = [SCOPE, '$nbRun'] as const;

export interface CompiledCell {
  /** An expression: a function of `PARAMETERS`. One line longer than the cell, at its beginning. */
  readonly code: string;
  /** What it declares. */
  readonly declared: readonly string[];
  /** The notebook's variables that it uses, or that functions in it do. */
  readonly used: readonly string[];
  /** The line where it first uses a name. */
  readonly lineOf: (name: string) => number;
  /** Its function returns a promise. */
  readonly isAsync: boolean;
}

/**
 * @param isVariable whether a name that the cell doesn't declare means a variable of the notebook.
 * @param isUnknown whether such a variable isn't there yet.
 * @throws {CellSyntaxError}
 */
export function compileCell(
  source: string,
  file: string,
  isVariable: (name: string) => boolean,
  isUnknown: (name: string) => boolean = () => false,
): CompiledCell {
  const printed = compileToJavaScript(source, file);
  const names = namesOfCell(printed);
  const rewriter = new CellRewriter(printed, names, isVariable, guardedNames(names, isUnknown));
  const body = rewriter.rewrite();
  const used = new Set(names.uses.map(({ name }) => name).filter((name) => !names.declared.has(name)));
  const lineOf = (name: string): number => {
    const use = names.uses.find((candidate) => candidate.name === name);
    return printed.map.placeOf(use?.start ?? 0).line + 1;
  };
  const { before, after } = rewriter.around;
  const head = `(${names.isAsync ? 'async ' : ''}function (${PARAMETERS.join(', ')}) { 'use strict';${before} ${rewriter.prologue}`;
  return {
    code: `${head}\n${body}\n${after}})`,
    declared: [...names.declared.keys()],
    used: [...used],
    lineOf,
    isAsync: names.isAsync,
  };
}

/** A cell that is one object in braces is an object, not a block. @throws {CellSyntaxError} */
export function compileToJavaScript(source: string, file: string): PrintedCode {
  const object = asObject(source);
  if (object !== undefined) {
    try {
      const printed = toJavaScript(object, file);
      const [statement, ...others] = childrenOf(printed.program);
      const isObject = statement?.type === 'ExpressionStatement' && statement.expression.type === 'ObjectExpression';
      if (isObject && others.length === 0) return printed;
    } catch (error) {
      if (!(error instanceof CellSyntaxError)) throw error;
    }
  }
  return toJavaScript(source, file);
}

class CellRewriter {
  readonly #printed: PrintedCode;
  readonly #names: CellNames;
  readonly #isVariable: (name: string) => boolean;
  readonly #guarded: ReadonlySet<string>;
  readonly #edits = new Edits();
  readonly #functions: string[] = [];
  readonly #resets: string[] = [];

  constructor(
    printed: PrintedCode,
    names: CellNames,
    isVariable: (name: string) => boolean,
    guarded: ReadonlySet<string>,
  ) {
    this.#printed = printed;
    this.#names = names;
    this.#isVariable = isVariable;
    this.#guarded = guarded;
  }

  /** What comes around all of it. */
  around: Around = { before: '', after: '' };

  /** What comes before the first line. */
  get prologue(): string {
    const functions = this.#functions.map((name) => `${SCOPE}.${name} = ${name};`);
    const resets = this.#resets.map((name) => `${SCOPE}.${name} = undefined;`);
    return [...functions, ...resets].join(' ');
  }

  rewrite(): string {
    const { code, program } = this.#printed;
    const statements = [...childrenOf(program)];
    const last = lastStatement(statements);
    for (const statement of statements) this.#statement(statement, statement === last);
    for (const statement of statements) this.#varsBelow(statement);
    for (const use of this.#names.uses) this.#use(use);
    for (const { start, end } of this.#names.awaited) {
      this.#edits.insert(start, '$nbRun.wait(');
      this.#edits.insert(end, ')');
    }
    if (code.includes('import.meta')) this.#importMeta(program);
    rewriteDynamicImports(this.#printed, this.#edits, `${SCOPE}.${HELPERS}`, undefined);
    this.around = rewriteUsing(this.#printed, this.#edits, `${SCOPE}.${HELPERS}`);
    return this.#printed.onSourceLines(this.#edits);
  }

  #statement(node: AnyNode, isLast: boolean): void {
    const { start, end } = node;
    switch (node.type) {
      case 'VariableDeclaration':
        this.#variables(node);
        return;
      case 'FunctionDeclaration':
        if (node.id !== null) this.#functions.push(node.id.name);
        return;
      case 'ClassDeclaration':
        if (node.id !== null) this.#edits.insert(start, `${SCOPE}.${node.id.name} = `);
        this.#edits.insert(end, ';');
        return;
      case 'ImportDeclaration': {
        const from = JSON.stringify(node.source.value);
        const bound = node.specifiers.map((specifier) => {
          if (specifier.type === 'ImportNamespaceSpecifier') return [specifier.local.name, '*'];
          if (specifier.type === 'ImportDefaultSpecifier') return [specifier.local.name, 'default'];
          const { imported } = specifier;
          return [specifier.local.name, imported.type === 'Identifier' ? imported.name : String(imported.value)];
        });
        this.#edits.replace(start, end, `await $nbRun.import(${from}, ${JSON.stringify(bound)});`);
        return;
      }
      case 'ExportNamedDeclaration':
        if (node.declaration == null) this.#edits.remove(start, end);
        else {
          this.#edits.remove(start, node.declaration.start);
          this.#statement(node.declaration, false);
        }
        return;
      case 'ExportAllDeclaration':
        this.#edits.remove(start, end);
        return;
      case 'ExportDefaultDeclaration': {
        const { declaration } = node;
        if ((declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') && declaration.id) {
          this.#edits.remove(start, declaration.start);
          this.#statement(declaration, false);
        } else {
          this.#edits.replace(start, declaration.start, isLast ? 'return (' : 'void (');
          this.#edits.replace(declaration.end, end, ');');
        }
        return;
      }
      case 'ExpressionStatement':
        if (!isLast || isDecoration(node)) return;
        this.#edits.insert(start, 'return (');
        this.#edits.replace(this.#printed.code[end - 1] === ';' ? end - 1 : end, end, ');');
        return;
      default:
    }
  }

  #variables(node: Extract<AnyNode, { type: 'VariableDeclaration' }>, isInHead = false): void {
    const [first] = node.declarations;
    if (first === undefined || namesIn(first.id).some((name) => this.#names.ownNames.has(name))) return;
    this.#edits.replace(node.start, first.start, isInHead ? '' : ';');
    for (const { id, init, end } of node.declarations) {
      if (init == null) {
        if (isInHead) continue;
        // `var` again is no assignment; its use gives the text before.
        if (id.type === 'Identifier')
          this.#edits.insert(end, node.kind === 'var' ? ` = ${declaredValue(id.name)}` : ' = undefined');
        continue;
      }
      if (id.type !== 'Identifier') {
        this.#edits.insert(id.start, '(');
        this.#edits.insert(end, ')');
        continue;
      }
      if (isEnum(init, id.name)) this.#resets.push(id.name);
      if (isAnonymous(init) && !node.kind.endsWith('using')) {
        // Keeps the name that the function would have had.
        this.#edits.insert(init.start, `{ ${JSON.stringify(id.name)}: `);
        this.#edits.insert(init.end, ` }[${JSON.stringify(id.name)}]`);
      }
    }
  }

  /** `var` in blocks and loops at the top level. */
  #varsBelow(node: AnyNode): void {
    for (const child of childrenOf(node)) {
      if (isFunction(child) || child.type === 'ClassBody' || child.type === 'StaticBlock') continue;
      if (child.type === 'VariableDeclaration' && child.kind === 'var' && node.type !== 'ExportNamedDeclaration') {
        const isInHead = /^For(In|Of)?Statement$/.test(node.type);
        const hasValue = child.declarations.some(({ init }) => init != null);
        if (isInHead && node.type === 'ForStatement' && !hasValue) this.#edits.remove(child.start, child.end);
        else this.#variables(child, isInHead);
      }
      this.#varsBelow(child);
    }
  }

  #use(use: NameUse): void {
    const { name, start, end, form, isWrite } = use;
    const kind = this.#names.declared.get(name);
    if (kind === undefined && !this.#isVariable(name)) return;
    const isPerhaps = kind === undefined && !isWrite && (form === 'typeof' || this.#guarded.has(name));
    const member = isPerhaps ? `${SCOPE}.${PERHAPS}${name}` : `${SCOPE}.${name}`;
    const isConstant = isWrite && (kind === 'const' || kind === 'import');
    const text = isConstant ? `$nbRun.constant(${JSON.stringify(name)}).value` : member;
    if (form === 'shorthand') this.#edits.replace(start, end, `${name}: ${text}`);
    else if (form === 'callee') this.#edits.replace(start, end, `(0, ${text})`);
    else this.#edits.replace(start, end, text);
  }

  #importMeta(node: AnyNode): void {
    for (const child of childrenOf(node)) {
      if (child.type === 'MetaProperty' && child.meta.name === 'import') {
        this.#edits.replace(child.start, child.end, '$nbRun.meta');
      } else {
        this.#importMeta(child);
      }
    }
  }
}

function declaredValue(name: string): string {
  return `(${JSON.stringify(name)} in ${SCOPE} ? ${SCOPE}.${name} : undefined)`;
}

/** A function or class that takes its name from what it is assigned to. */
function isAnonymous(node: AnyNode): boolean {
  if (node.type === 'ArrowFunctionExpression') return true;
  return (node.type === 'FunctionExpression' || node.type === 'ClassExpression') && node.id == null;
}

/** `var E = function (E) { … }(E || {})`: what compilers make of an enum. It must not go on with an older cell's. */
function isEnum(init: AnyNode, name: string): boolean {
  if (init.type !== 'CallExpression' || init.callee.type !== 'FunctionExpression') return false;
  const [argument] = init.arguments;
  return (
    argument?.type === 'LogicalExpression' &&
    argument.operator === '||' &&
    namesIn(argument.left).includes(name) &&
    argument.right.type === 'ObjectExpression'
  );
}
