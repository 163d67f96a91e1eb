/**
 * What a module's text says about its names: which come from where, which leave under which name. Read once a script, from
 * the source as V8 runs it.
 */
import { parse } from 'acorn';
import type { ModuleDeclaration, Program } from 'acorn';
import { inspect } from '../v8/inspector.js';
import { wrapperStart } from './rewrite.js';

export interface ImportedName {
  readonly specifier: string;
  /** The name that it is exported under; `*` for the namespace. */
  readonly imported: string;
}

export interface ModuleFile {
  readonly url: string;
  readonly isModule: boolean;
  /** Modules, and files that begin with the directive. */
  readonly isStrict: boolean;
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** Exported names and the local names behind them. */
  readonly exports: ReadonlyMap<string, string>;
  /** Exported names that are other modules'. */
  readonly forwarded: ReadonlyMap<string, ImportedName>;
}

const files = new Map<string, ModuleFile>();

/** What is known about the file of a script. */
export function moduleFile(scriptId: string): ModuleFile {
  let file = files.get(scriptId);
  if (file === undefined) {
    file = read(scriptId);
    files.set(scriptId, file);
  }
  return file;
}

function read(scriptId: string): ModuleFile {
  const script = inspect().script(scriptId);
  const empty = { url: script?.url ?? '', isModule: script?.isModule ?? false };
  const imports = new Map<string, ImportedName>();
  const exports = new Map<string, string>();
  const forwarded = new Map<string, ImportedName>();
  if (script === undefined) return { ...empty, isStrict: false, imports, exports, forwarded };
  const source = inspect().source(scriptId);
  if (!script.isModule)
    return { ...empty, isStrict: beginsStrict(source) || isStrictWrapper(source), imports, exports, forwarded };
  for (const statement of bodyOf(source, 'module')) {
    readStatement(statement as ModuleDeclaration, imports, exports, forwarded);
  }
  return { ...empty, isStrict: true, imports, exports, forwarded };
}

/**
 * Whether a script begins with the directive, also behind jest's wrapper. Blanks and comments are stepped over one by one: a
 * pattern for all of them would try every way of taking a file of many comments apart.
 */
function beginsStrict(source: string): boolean {
  const start = afterBlanks(source, matchEnd(/#![^\n]*/y, source, 0) ?? 0);
  const inside = matchEnd(/\(\{"Object\.<anonymous>":function\([^)]*\)\{/y, source, start);
  const first = inside === undefined ? start : afterBlanks(source, inside);
  return matchEnd(/'use strict'|"use strict"/y, source, first) !== undefined;
}

function afterBlanks(source: string, start: number): number {
  let position = start;
  for (;;) {
    const end = matchEnd(/\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y, source, position);
    if (end === undefined) return position;
    position = end;
  }
}

function matchEnd(sticky: RegExp, source: string, start: number): number | undefined {
  sticky.lastIndex = start;
  return sticky.test(source) ? sticky.lastIndex : undefined;
}

/** The text around a function that was decoded in this process. */
function isStrictWrapper(source: string): boolean {
  return source.startsWith(wrapperStart) && source.slice(0, source.indexOf('\n')).includes('"use strict"');
}

function bodyOf(source: string, sourceType: 'module' | 'script'): Program['body'] {
  try {
    return parse(source, { ecmaVersion: 'latest', sourceType, allowHashBang: true }).body;
  } catch (error) {
    // Syntax newer than the parser: names then travel by value, which is right, if larger.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function readStatement(
  statement: ModuleDeclaration,
  imports: Map<string, ImportedName>,
  exports: Map<string, string>,
  forwarded: Map<string, ImportedName>,
): void {
  switch (statement.type) {
    case 'ImportDeclaration':
      for (const item of statement.specifiers) {
        const imported =
          item.type === 'ImportNamespaceSpecifier'
            ? '*'
            : item.type === 'ImportDefaultSpecifier'
              ? 'default'
              : nameOf(item.imported);
        imports.set(item.local.name, { specifier: String(statement.source.value), imported });
      }
      return;
    case 'ExportNamedDeclaration': {
      const { declaration, source } = statement;
      if (declaration?.type === 'VariableDeclaration') {
        for (const { id } of declaration.declarations) if (id.type === 'Identifier') exports.set(id.name, id.name);
      } else if (declaration != null) {
        exports.set(declaration.id.name, declaration.id.name);
      }
      for (const { local, exported } of statement.specifiers) {
        if (source == null) exports.set(nameOf(exported), nameOf(local));
        else forwarded.set(nameOf(exported), { specifier: String(source.value), imported: nameOf(local) });
      }
      return;
    }
    case 'ExportDefaultDeclaration': {
      const { declaration } = statement;
      if (declaration.type === 'Identifier') exports.set('default', declaration.name);
      else if ('id' in declaration && declaration.id != null) exports.set('default', declaration.id.name);
      else exports.set('default', '*default*');
      return;
    }
    case 'ExportAllDeclaration':
      if (statement.exported != null) {
        forwarded.set(nameOf(statement.exported), { specifier: String(statement.source.value), imported: '*' });
      }
      return;
    default:
  }
}

function nameOf(node: { type: string; name?: string; value?: unknown }): string {
  return node.name ?? String(node.value);
}

/** Whether a place in a module stands outside of all functions and classes. Asked rarely: nothing of it is kept. */
export function isTopLevelOfModule(scriptId: string, line: number, column: number): boolean {
  if (!moduleFile(scriptId).isModule) return false;
  const source = inspect().source(scriptId);
  const lines = source.split('\n');
  const position = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, column);
  let isInside = false;
  walk(bodyOf(source, 'module'), ({ type, start, end }) => {
    if (isInside || position < start || position >= end) return false;
    isInside = type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ClassBody';
    return !isInside;
  });
  return !isInside;
}

/** Whether a text stands in a function expression that has this name. Asked rarely: nothing of it is kept. */
export function isInExpressionNamed(name: string, scriptId: string, text: string): boolean {
  const source = inspect().source(scriptId);
  let isFound = false;
  walk(bodyOf(source, moduleFile(scriptId).isModule ? 'module' : 'script'), (node) => {
    if (node.type === 'FunctionExpression' && node.id?.name === name) {
      const at = source.indexOf(text, node.start + 1);
      isFound ||= at >= 0 && at + text.length <= node.end;
    }
    return !isFound;
  });
  return isFound;
}

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly id?: { readonly name?: string } | null;
}

/** Visits syntax from the outside; `enter` says whether to go on inside. */
function walk(syntax: unknown, enter: (node: SyntaxNode) => boolean): void {
  if (typeof syntax !== 'object' || syntax === null) return;
  if (!Array.isArray(syntax) && 'type' in syntax && !enter(syntax as SyntaxNode)) return;
  for (const inner of Object.values(syntax)) walk(inner, enter);
}
