/**
 * Parses the text of one function as `toString` gives it. That text is an expression for functions, arrows and classes, but
 * only a fragment for methods and accessors (`async *foo() {}`, `get x() {}`, `['a' + b]() {}`), so it is put into the
 * surroundings in which it parses.
 */
import { parse } from 'acorn';
import type { AnyNode, Class, Function as FunctionNode, MethodDefinition, Options, Property } from 'acorn';

/** How the text has to be embedded to mean what it meant. */
export type Embedding = 'expression' | 'member' | 'classMember';

export interface ParsedFunction {
  readonly embedding: Embedding;
  /** The function or class; of a method, its function. */
  readonly node: FunctionNode | Class;
  /** The method or accessor around it. */
  readonly member: Property | MethodDefinition | undefined;
  /** Where the text begins in the positions of the nodes. */
  readonly offset: number;
}

const options: Options = {
  ecmaVersion: 'latest',
  sourceType: 'script',
  allowImportExportEverywhere: true,
  allowSuperOutsideMethod: true,
  allowReserved: true,
  checkPrivateFields: false,
};

const surroundings: readonly (readonly [Embedding, string, string])[] = [
  // The method around an expression makes `new.target` and `super` parse in arrows.
  ['expression', '({$(){return (', '\n)}})'],
  ['member', '({', '\n})'],
  ['classMember', '(class{', '\n})'],
];

export function isClass(node: FunctionNode | Class): node is Class {
  return node.type === 'ClassExpression' || node.type === 'ClassDeclaration';
}

/** @throws SyntaxError when the text is no function that the parser knows. */
export function parseFunction(text: string): ParsedFunction {
  let failure: SyntaxError | undefined;
  for (const [embedding, before, after] of surroundings) {
    try {
      const program = parse(before + text + after, options);
      const found = locate(program, embedding);
      if (found !== undefined) return { ...found, embedding, offset: before.length };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // The most telling failure is the one that got furthest.
      failure ??= error;
    }
  }
  throw failure ?? new SyntaxError('The text is not one function.');
}

function locate(program: AnyNode, embedding: Embedding): Pick<ParsedFunction, 'node' | 'member'> | undefined {
  if (program.type !== 'Program' || program.body.length !== 1) return undefined;
  const statement = program.body[0] as AnyNode;
  if (statement.type !== 'ExpressionStatement') return undefined;
  const { expression } = statement;
  if (embedding === 'classMember') {
    if (expression.type !== 'ClassExpression') return undefined;
    const member = expression.body.body[0];
    return expression.body.body.length === 1 && member?.type === 'MethodDefinition'
      ? { node: member.value, member }
      : undefined;
  }
  if (expression.type !== 'ObjectExpression' || expression.properties.length !== 1) return undefined;
  const property = expression.properties[0];
  if (property?.type !== 'Property' || property.value.type !== 'FunctionExpression') return undefined;
  if (embedding === 'member') {
    return property.method || property.kind !== 'init' ? { node: property.value, member: property } : undefined;
  }
  const only = property.value.body.body[0];
  if (property.value.body.body.length !== 1 || only?.type !== 'ReturnStatement') return undefined;
  const node = only.argument;
  switch (node?.type) {
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ClassExpression':
      return { node, member: undefined };
    default:
      return undefined;
  }
}
