/**
 * The names that a text assigns, whatever they mean there.
 */
import type ts from 'typescript';

export function assignedNames(source: ts.SourceFile, typescript: typeof ts): Set<string> {
  const { SyntaxKind } = typescript;
  const names = new Set<string>();
  const target = (node: ts.Node): void => {
    if (typescript.isIdentifier(node)) names.add(node.text);
    else if (typescript.isParenthesizedExpression(node) || typescript.isNonNullExpression(node))
      target(node.expression);
    else if (typescript.isSpreadElement(node) || typescript.isSpreadAssignment(node)) target(node.expression);
    else if (typescript.isArrayLiteralExpression(node)) node.elements.forEach(target);
    else if (typescript.isObjectLiteralExpression(node)) node.properties.forEach(target);
    else if (typescript.isShorthandPropertyAssignment(node)) target(node.name);
    else if (typescript.isPropertyAssignment(node)) target(node.initializer);
    else if (typescript.isBinaryExpression(node)) target(node.left);
  };
  const visit = (node: ts.Node): void => {
    if (typescript.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment) target(node.left);
    } else if (typescript.isPrefixUnaryExpression(node) || typescript.isPostfixUnaryExpression(node)) {
      const { operator, operand } = node;
      if (operator === SyntaxKind.PlusPlusToken || operator === SyntaxKind.MinusMinusToken) target(operand);
    } else if (typescript.isForOfStatement(node) || typescript.isForInStatement(node)) target(node.initializer);
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return names;
}
