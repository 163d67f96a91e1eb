/**
 * The syntax tree of a cell's JavaScript, as acorn gives it, with the little that is needed to walk it.
 */
import { Parser } from 'acorn';
import type { AnyNode, Options } from 'acorn';
import { HELPERS } from './runtime-helpers.js';

export type { AnyNode } from 'acorn';

let parser: typeof Parser | undefined;

/** Made at first use: not every thread that knows cells parses one. */
function cellParser(): typeof Parser {
  return (parser ??= Parser.extend(
    (Base) =>
      class extends Base {
        checkLocalExport(): void {
          // What is exported may be another cell's: whether it is there shows when it is used.
        }
      },
  ));
}

export function parseModule(code: string, listeners: Pick<Options, 'onToken' | 'onComment'> = {}): AnyNode {
  return cellParser().parse(code, { ...listeners, ecmaVersion: 'latest', sourceType: 'module' });
}

/** The nodes right below a node, in the order of the text. */
export function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const key in node) {
    const value: unknown = node[key as keyof AnyNode];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) yield item;
    } else if (isNode(value)) {
      yield value;
    }
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** The last statement that its author wrote: compilers add `export {}` to a module from which they took the type imports. */
export function lastStatement(statements: readonly AnyNode[]): AnyNode | undefined {
  return statements.findLast((statement) => {
    if (statement.type === 'EmptyStatement') return false;
    return !(
      statement.type === 'ExportNamedDeclaration' &&
      statement.declaration == null &&
      statement.specifiers.length === 0
    );
  });
}

/** What a compiler made of the decorators of a class: no statement of its author's. */
export function isDecoration(node: AnyNode): boolean {
  if (node.type !== 'ExpressionStatement') return false;
  let { expression } = node;
  while (expression.type === 'AssignmentExpression') expression = expression.right;
  if (expression.type !== 'CallExpression' || expression.callee.type !== 'MemberExpression') return false;
  const { object } = expression.callee;
  return object.type === 'Identifier' && object.name === HELPERS;
}

export function isFunction(node: AnyNode): boolean {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

/** The names that a pattern binds. */
export function namesIn(pattern: AnyNode | null): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesIn(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap(namesIn);
    case 'RestElement':
      return namesIn(pattern.argument);
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    default:
      return [];
  }
}
