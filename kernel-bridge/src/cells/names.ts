/**
 * Which names of a cell's text mean the notebook's variables: those that the cell declares at its top, and those that
 * nothing around their use declares. Names that belong to the inside of functions and blocks are never reported.
 */
import type { PrintedCode } from './printed-code.js';
import { childrenOf, isFunction, namesIn } from './syntax-tree.js';
import type { AnyNode } from './syntax-tree.js';

export type DeclarationKind = 'let' | 'const' | 'var' | 'function' | 'class' | 'import';

export interface NameUse {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** How it stands there decides how it can be replaced. */
  readonly form: 'plain' | 'callee' | 'shorthand' | 'typeof';
  readonly isWrite: boolean;
}

export interface CellNames {
  readonly declared: ReadonlyMap<string, DeclarationKind>;
  readonly uses: readonly NameUse[];
  /** Whether the top of the cell waits: `await`, `for await`, a static import. */
  readonly isAsync: boolean;
  /** What the compiler declared at the top for itself. */
  readonly ownNames: ReadonlySet<string>;
  /** Positions of the operands of `await` at the top of the cell. */
  readonly awaited: readonly { readonly start: number; readonly end: number }[];
}

/**
 * Names that nobody knows, and whose text asks by `typeof` whether somebody does: what comes behind such a question is no
 * mistake.
 */
export function guardedNames({ uses }: CellNames, isUnknown: (name: string) => boolean): ReadonlySet<string> {
  const asked = uses.filter(({ name, form }) => form === 'typeof' && isUnknown(name));
  return new Set(asked.map(({ name }) => name));
}

interface Scope {
  readonly names: Set<string>;
  readonly parent: Scope | undefined;
}

export function namesOfCell({ program, isWritten }: PrintedCode): CellNames {
  return new NameFinder(isWritten).find(program);
}

class NameFinder {
  readonly #isWritten: (name: string) => boolean;
  readonly #top: Scope = { names: new Set(), parent: undefined };
  readonly #declared = new Map<string, DeclarationKind>();
  readonly #uses: NameUse[] = [];
  readonly #awaited: { start: number; end: number }[] = [];
  #isAsync = false;
  #functionDepth = 0;

  constructor(isWritten: (name: string) => boolean) {
    this.#isWritten = isWritten;
  }

  find(program: AnyNode): CellNames {
    for (const statement of childrenOf(program)) this.#declareTop(statement);
    this.#declareVars(program);
    for (const statement of childrenOf(program)) this.#visit(statement, this.#top);
    return {
      declared: this.#declared,
      uses: this.#uses,
      isAsync: this.#isAsync,
      ownNames: this.#top.names,
      awaited: this.#awaited,
    };
  }

  #declareTop(node: AnyNode): void {
    switch (node.type) {
      case 'VariableDeclaration':
        for (const { id } of node.declarations) {
          for (const name of namesIn(id)) {
            if (!this.#isWritten(name)) this.#top.names.add(name);
            else this.#declared.set(name, node.kind === 'var' ? 'var' : kindOf(node.kind));
          }
        }
        return;
      case 'FunctionDeclaration':
        if (node.id !== null) this.#declared.set(node.id.name, 'function');
        return;
      case 'ClassDeclaration':
        if (node.id !== null) this.#declared.set(node.id.name, 'class');
        return;
      case 'ImportDeclaration':
        this.#isAsync = true;
        for (const { local } of node.specifiers) this.#declared.set(local.name, 'import');
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration != null) this.#declareTop(node.declaration);
        return;
      case 'ExportDefaultDeclaration':
        this.#declareTop(node.declaration);
        return;
      default:
    }
  }

  /** `var` in blocks of the top level belongs to the top level. */
  #declareVars(node: AnyNode): void {
    for (const child of childrenOf(node)) {
      if (isFunction(child) || child.type === 'ClassBody') continue;
      if (child.type === 'VariableDeclaration' && child.kind === 'var') {
        for (const { id } of child.declarations) {
          for (const name of namesIn(id)) {
            if (!this.#declared.has(name) && !this.#top.names.has(name)) this.#declared.set(name, 'var');
          }
        }
      }
      this.#declareVars(child);
    }
  }

  #visit(node: AnyNode, scope: Scope | undefined): void {
    switch (node.type) {
      case 'Identifier':
        this.#use(node, scope, 'plain', false);
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#visitFunction(node, scope);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#visitClass(node, scope);
        return;
      case 'BlockStatement':
      case 'StaticBlock':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'SwitchStatement': {
        if (node.type === 'ForOfStatement' && node.await && this.#functionDepth === 0) this.#isAsync = true;
        const inner = blockScope(node, scope);
        const isStatic = node.type === 'StaticBlock';
        if (isStatic) this.#functionDepth++;
        for (const child of childrenOf(node)) {
          const isTarget = 'left' in node && child === node.left && child.type !== 'VariableDeclaration';
          if (isTarget) this.#visitTarget(child, inner);
          else this.#visit(child, inner);
        }
        if (isStatic) this.#functionDepth--;
        return;
      }
      case 'CatchClause': {
        const inner: Scope = { names: new Set(namesIn(node.param ?? null)), parent: scope };
        if (node.param != null) this.#visit(node.param, inner);
        this.#visit(node.body, inner);
        return;
      }
      case 'AwaitExpression':
        if (this.#functionDepth === 0) {
          this.#isAsync = true;
          this.#awaited.push({ start: node.argument.start, end: node.argument.end });
        }
        this.#visit(node.argument, scope);
        return;
      case 'MemberExpression':
        this.#visit(node.object, scope);
        if (node.computed) this.#visit(node.property, scope);
        return;
      case 'Property':
        this.#visitProperty(node, scope);
        return;
      case 'PropertyDefinition':
      case 'MethodDefinition':
        if (node.computed) this.#visit(node.key, scope);
        if (node.value != null) {
          // A field's initializer is a function of its own: it can't await, and has no names.
          this.#functionDepth++;
          this.#visit(node.value, scope);
          this.#functionDepth--;
        }
        return;
      case 'AssignmentExpression':
        this.#visitTarget(node.left, scope);
        this.#visit(node.right, scope);
        return;
      case 'UpdateExpression':
        this.#visitTarget(node.argument, scope);
        return;
      case 'VariableDeclaration':
        if (node.kind === 'await using' && this.#functionDepth === 0) this.#isAsync = true;
        for (const declarator of node.declarations) this.#visit(declarator, scope);
        return;
      case 'VariableDeclarator':
        this.#visitTarget(node.id, scope, true);
        if (node.init != null) this.#visit(node.init, scope);
        return;
      case 'CallExpression':
      case 'TaggedTemplateExpression': {
        const callee = node.type === 'CallExpression' ? node.callee : node.tag;
        if (callee.type === 'Identifier') this.#use(callee, scope, 'callee', false);
        else this.#visit(callee, scope);
        for (const child of childrenOf(node)) if (child !== callee) this.#visit(child, scope);
        return;
      }
      case 'UnaryExpression':
        if (node.operator === 'typeof' && node.argument.type === 'Identifier') {
          this.#use(node.argument, scope, 'typeof', false);
        } else {
          this.#visit(node.argument, scope);
        }
        return;
      case 'LabeledStatement':
        this.#visit(node.body, scope);
        return;
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration != null) this.#visit(node.declaration, scope);
        return;
      default:
        for (const child of childrenOf(node)) this.#visit(child, scope);
    }
  }

  #visitFunction(node: AnyNode, scope: Scope | undefined): void {
    if (!('params' in node)) return;
    const names = new Set<string>(node.params.flatMap(namesIn));
    if (node.type !== 'ArrowFunctionExpression') names.add('arguments');
    if (node.type === 'FunctionExpression' && node.id != null) names.add(node.id.name);
    collectVars(node.body, names);
    const inner: Scope = { names, parent: scope };
    this.#functionDepth++;
    for (const parameter of node.params) this.#visitTarget(parameter, inner, true);
    this.#visit(node.body, inner);
    this.#functionDepth--;
  }

  #visitClass(node: AnyNode, scope: Scope | undefined): void {
    if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return;
    const inner: Scope = { names: new Set(node.id == null ? [] : [node.id.name]), parent: scope };
    if (node.superClass != null) this.#visit(node.superClass, inner);
    for (const member of node.body.body) this.#visit(member, inner);
  }

  #visitProperty(node: AnyNode, scope: Scope | undefined): void {
    if (node.type !== 'Property') return;
    if (node.computed) this.#visit(node.key, scope);
    if (node.shorthand && node.value.type === 'Identifier') this.#use(node.value, scope, 'shorthand', false);
    else this.#visit(node.value, scope);
  }

  /** What is assigned to, or declared. */
  #visitTarget(node: AnyNode, scope: Scope | undefined, isDeclaration = false): void {
    switch (node.type) {
      case 'Identifier':
        this.#use(node, scope, 'plain', !isDeclaration);
        return;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') {
            this.#visitTarget(property.argument, scope, isDeclaration);
            continue;
          }
          if (property.computed) this.#visit(property.key, scope);
          const { value } = property;
          if (!property.shorthand) {
            this.#visitTarget(value, scope, isDeclaration);
            continue;
          }
          const name = value.type === 'AssignmentPattern' ? value.left : value;
          if (name.type === 'Identifier') this.#use(name, scope, 'shorthand', !isDeclaration);
          if (value.type === 'AssignmentPattern') this.#visit(value.right, scope);
        }
        return;
      case 'ArrayPattern':
        for (const element of node.elements) if (element !== null) this.#visitTarget(element, scope, isDeclaration);
        return;
      case 'RestElement':
        this.#visitTarget(node.argument, scope, isDeclaration);
        return;
      case 'AssignmentPattern':
        this.#visitTarget(node.left, scope, isDeclaration);
        this.#visit(node.right, scope);
        return;
      default:
        this.#visit(node, scope);
    }
  }

  #use(
    node: { name: string; start: number; end: number },
    scope: Scope | undefined,
    form: NameUse['form'],
    isWrite: boolean,
  ): void {
    for (let at = scope; at !== undefined; at = at.parent) if (at.names.has(node.name)) return;
    this.#uses.push({ name: node.name, start: node.start, end: node.end, form, isWrite });
  }
}

function kindOf(kind: string): DeclarationKind {
  return kind === 'let' ? 'let' : 'const';
}

/** What a block, a loop's head or a switch declares for itself. */
function blockScope(node: AnyNode, parent: Scope | undefined): Scope {
  const names = new Set<string>();
  const declare = (statement: AnyNode | null | undefined): void => {
    if (statement?.type === 'VariableDeclaration' && statement.kind !== 'var') {
      for (const { id } of statement.declarations) for (const name of namesIn(id)) names.add(name);
    } else if (statement?.type === 'FunctionDeclaration' || statement?.type === 'ClassDeclaration') {
      if (statement.id !== null) names.add(statement.id.name);
    }
  };
  if (node.type === 'ForStatement') declare(node.init);
  else if (node.type === 'ForInStatement' || node.type === 'ForOfStatement') declare(node.left);
  else if (node.type === 'SwitchStatement') for (const { consequent } of node.cases) consequent.forEach(declare);
  else if (node.type === 'BlockStatement' || node.type === 'StaticBlock') node.body.forEach(declare);
  if (node.type === 'StaticBlock') collectVars(node, names);
  return { names, parent };
}

/** `var` and function declarations of a function's body, however deep in its blocks. */
function collectVars(node: AnyNode, names: Set<string>): void {
  for (const child of childrenOf(node)) {
    if (child.type === 'VariableDeclaration' && child.kind === 'var') {
      for (const { id } of child.declarations) for (const name of namesIn(id)) names.add(name);
    }
    if (!isFunction(child) && child.type !== 'ClassBody') collectVars(child, names);
  }
}
