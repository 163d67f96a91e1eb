/**
 * What check-arrows must know of a source file: the modules that it names, and its uses of clocks, timers, randomness
 * and the process. Read from the syntax tree, so that comments and strings are never mistaken for code.
 */
import ts from 'typescript';

const impureGlobals = new Set([
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  ...['performance', 'process', 'crypto', 'queueMicrotask', 'fetch', 'console'],
]);
const globalObjects = new Set(['globalThis', 'global']);
const mockCalls = new Set(['mock', 'unmock', 'doMock', 'dontMock', 'requireActual', 'requireMock']);

/**
 * @returns {{ imports: { specifier: string, typeOnly: boolean, line: number }[], impure: { what: string, line: number }[] }}
 */
export function sourceFacts(fileName, text) {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const declared = declaredNames(source);
  const imports = [];
  const impure = [];
  const lineOf = (node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
  const visit = (node) => {
    const named = namedModule(node);
    if (named) imports.push({ ...named, line: lineOf(node) });
    const what = impureUse(node, declared);
    if (what) impure.push({ what, line: lineOf(node) });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { imports, impure };
}

/** The module that a node names: by import, export, import type, `import()`, `require()`, `require.resolve()`, `jest.mock()`. */
function namedModule(node) {
  const named = (literal, typeOnly) =>
    literal && ts.isStringLiteralLike(literal) ? { specifier: literal.text, typeOnly } : undefined;
  if (ts.isImportDeclaration(node)) return named(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isExternalModuleReference(node)) return named(node.expression, node.parent.isTypeOnly === true);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return named(node.argument.literal, true);
  if (!ts.isCallExpression(node)) return undefined;
  const { expression: callee } = node;
  const isImport = callee.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(callee) && callee.text === 'require';
  const isMethod = (object, has) =>
    ts.isPropertyAccessExpression(callee) && callee.expression.getText() === object && has(callee.name.text);
  const isResolve =
    isMethod('require', (name) => name === 'resolve') || isMethod('import.meta', (name) => name === 'resolve');
  const isMock = isMethod('jest', (name) => mockCalls.has(name));
  return isImport || isRequire || isResolve || isMock ? named(node.arguments[0], false) : undefined;
}

function impureUse(node, declared) {
  const isGlobal = (candidate, name) => ts.isIdentifier(candidate) && candidate.text === name && !declared.has(name);
  // Date.now(), Date() and new Date() read the clock; new Date(ms) does not.
  if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && isGlobal(node.expression, 'Date')) {
    return ts.isCallExpression(node) || !node.arguments?.length ? 'Date' : undefined;
  }
  const member = memberAccess(node);
  if (member) {
    if (isGlobal(member.object, 'Date') && member.name === 'now') return 'Date.now';
    if (isGlobal(member.object, 'Math') && member.name === 'random') return 'Math.random';
    const ofGlobalObject = ts.isIdentifier(member.object) && globalObjects.has(member.object.text);
    if (ofGlobalObject && impureGlobals.has(member.name)) return member.name;
  }
  if (ts.isIdentifier(node) && impureGlobals.has(node.text) && !declared.has(node.text) && isValueReference(node)) {
    return node.text;
  }
  return undefined;
}

/** `object.name`, `object['name']` and each name of `const { name } = object`. */
function memberAccess(node) {
  if (ts.isPropertyAccessExpression(node)) return { object: node.expression, name: node.name.text };
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return { object: node.expression, name: node.argumentExpression.text };
  }
  const declaration =
    ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) ? node.parent.parent : undefined;
  if (declaration && ts.isVariableDeclaration(declaration) && declaration.initializer) {
    return { object: declaration.initializer, name: (node.propertyName ?? node.name).getText() };
  }
  return undefined;
}

/** An identifier that stands for a value, and is not the name of a member, a label, a type or a declaration. */
function isValueReference(node) {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) {
    return (parent.expression ?? parent.left) === node && !ts.isQualifiedName(parent);
  }
  if (ts.isTypeReferenceNode(parent) || ts.isTypeQueryNode(parent)) return false;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false;
  if (ts.isNamedTupleMember(parent) || ts.isMetaProperty(parent)) return false;
  return parent.name !== node;
}

/**
 * Names that the file itself declares anywhere: `process` as a parameter of a function is not the global one. Coarser
 * than scopes, which is enough here: a core that declares `process` and uses the global one too would be a riddle.
 */
function declaredNames(source) {
  const names = new Set();
  const visit = (node) => {
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isFunctionExpression(node) ||
      ts.isClassDeclaration(node) ||
      ts.isImportSpecifier(node) ||
      ts.isImportClause(node) ||
      ts.isNamespaceImport(node);
    // A parameter of a function *type* names nothing that code could use.
    const ofType = ts.isParameter(node) && (ts.isFunctionTypeNode(node.parent) || ts.isTypeElement(node.parent));
    if (declares && !ofType && node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}
