/**
 * Which names a function uses that it doesn't declare itself, and how: a scope analysis over the syntax tree. It knows
 * every place where JavaScript binds a name (parameters and their defaults, patterns, catch clauses, loops, class and
 * function names, `var` and sloppy functions that hoist), and nothing about values.
 */
import type { AnyNode, Class, Function as FunctionNode, Identifier, Pattern } from 'acorn';
import { isClass } from './parse-function.js';

/** One occurrence of a free name; positions are those of the parsed text. */
export interface NameUse {
  readonly start: number;
  readonly end: number;
  /** What has to be minded when the name is replaced: `{a}`, `a()`, or nothing. */
  readonly form: 'plain' | 'shorthand' | 'callee';
  readonly isWrite: boolean;
  /** The property that is read from it, when that is all that is done with it here. */
  readonly member: string | undefined;
  /** The property that is read from the member, when that is all that is done with it. */
  readonly inner?: string;
  /** The property of it that is assigned here. */
  readonly written?: string;
}

export interface SpecialUse {
  readonly kind: 'import.meta' | 'import()';
  readonly start: number;
  readonly end: number;
  /** Of `import('text')`, when the specifier is a plain string. */
  readonly specifier: string | undefined;
}

/** What a function takes from around it. */
export interface FreeNames {
  readonly names: ReadonlyMap<string, readonly NameUse[]>;
  /** Names that stand in the heritage, computed keys or decorators of a class: needed to make it. */
  readonly eager: ReadonlySet<string>;
  readonly special: readonly SpecialUse[];
  /** `this`, `super`, `new.target`, `arguments` that belong to a function around it. */
  readonly lexical: ReadonlySet<'this' | 'super' | 'new.target' | 'arguments'>;
  /** `super` of the function itself, when it is a method. */
  readonly usesSuper: boolean;
  /** Private names that are used but not declared in it. */
  readonly privateNames: ReadonlySet<string>;
  readonly hasDirectEval: boolean;
}

class Scope {
  readonly names = new Set<string>();
  constructor(
    readonly parent: Scope | undefined,
    readonly isFunction: boolean,
  ) {}

  has(name: string): boolean {
    return this.names.has(name) || (this.parent?.has(name) ?? false);
  }

  get functionScope(): Scope {
    return this.isFunction || this.parent === undefined ? this : this.parent.functionScope;
  }
}

/** Where `this` and its kin come from: how many ordinary functions are around, not counting the root's own. */
interface Surroundings {
  readonly ownThis: boolean;
  readonly ownArguments: boolean;
  readonly ownSuper: boolean;
}

export function findFreeNames(root: FunctionNode | Class, isMethod: boolean, isSloppy: boolean): FreeNames {
  const finder = new Finder(isSloppy);
  finder.run(root, isMethod);
  return finder;
}

class Finder implements FreeNames {
  readonly names = new Map<string, NameUse[]>();
  readonly eager = new Set<string>();
  readonly special: SpecialUse[] = [];
  readonly lexical = new Set<'this' | 'super' | 'new.target' | 'arguments'>();
  readonly privateNames = new Set<string>();
  usesSuper = false;
  hasDirectEval = false;
  #scope = new Scope(undefined, true);
  #surroundings: Surroundings = { ownThis: false, ownArguments: false, ownSuper: false };
  #privateScopes: Set<string>[] = [];
  #eagerDepth = 0;
  #rootIsMethod = false;

  constructor(readonly isSloppy: boolean) {}

  run(root: FunctionNode | Class, isMethod: boolean): void {
    this.#rootIsMethod = isMethod;
    if (isClass(root)) this.#class(root, true);
    else this.#function(root, isMethod, true);
  }

  #in(scope: Scope, body: () => void): void {
    const outer = this.#scope;
    this.#scope = scope;
    body();
    this.#scope = outer;
  }

  #within(surroundings: Surroundings, body: () => void): void {
    const outer = this.#surroundings;
    this.#surroundings = surroundings;
    body();
    this.#surroundings = outer;
  }

  #function(node: FunctionNode, isMethod = false, isRoot = false): void {
    const isArrow = node.type === 'ArrowFunctionExpression';
    let parent: Scope = this.#scope;
    if (node.type === 'FunctionExpression' && node.id != null && !isRoot) {
      // The name of a function expression is bound in a scope of its own around it. Of the root nobody knows here
      // whether it was an expression or a declaration: its own name is free, and the capture finds out.
      parent = new Scope(parent, false);
      parent.names.add(node.id.name);
    }
    const scope = new Scope(parent, true);
    if (!isArrow) scope.names.add('arguments');
    for (const parameter of node.params) declarePattern(parameter, scope);
    const own = { ownThis: true, ownArguments: true, ownSuper: isMethod };
    const eagerDepth = this.#eagerDepth;
    this.#eagerDepth = 0;
    this.#within(isArrow ? this.#surroundings : own, () => {
      this.#in(scope, () => {
        for (const parameter of node.params) this.#pattern(parameter);
        if (node.body.type === 'BlockStatement') {
          // A body with parameter expressions has a scope of its own; declaring in the same one hides the same names.
          this.#hoist(node.body.body, scope);
          for (const statement of node.body.body) this.#visit(statement);
        } else {
          this.#visit(node.body);
        }
      });
    });
    this.#eagerDepth = eagerDepth;
  }

  #class(node: Class, isRoot = false): void {
    const scope = new Scope(this.#scope, false);
    if (node.id != null) scope.names.add(node.id.name);
    const declared = new Set<string>();
    for (const member of node.body.body) {
      if (member.type !== 'StaticBlock' && member.key.type === 'PrivateIdentifier') declared.add(member.key.name);
    }
    this.#in(scope, () => {
      // The heritage of the root is replaced by the class itself; it isn't evaluated again.
      if (node.superClass != null && !isRoot) this.#visit(node.superClass);
      this.#privateScopes.push(declared);
      for (const member of node.body.body) this.#classMember(member, isRoot);
      this.#privateScopes.pop();
    });
  }

  #classMember(member: Class['body']['body'][number], ofRoot: boolean): void {
    // The static state of the root travels as it is: what made it isn't evaluated again.
    const isStaticState = member.type === 'StaticBlock' || (member.type === 'PropertyDefinition' && member.static);
    if (ofRoot && isStaticState) return;
    const inside = { ownThis: true, ownArguments: true, ownSuper: true };
    if (member.type === 'StaticBlock') {
      const scope = new Scope(this.#scope, true);
      this.#within(inside, () => {
        this.#in(scope, () => {
          this.#hoist(member.body, scope);
          for (const statement of member.body) this.#visit(statement);
        });
      });
      return;
    }
    // The computed name of a root's method is what it is; only a field's is computed again.
    if (member.computed && !(ofRoot && member.type === 'MethodDefinition')) {
      if (ofRoot) this.#eagerDepth++;
      this.#visit(member.key);
      if (ofRoot) this.#eagerDepth--;
    }
    if (member.value == null) return;
    if (member.type === 'MethodDefinition') {
      this.#function(member.value, true);
    } else {
      const { value } = member;
      this.#within(inside, () => {
        this.#in(new Scope(this.#scope, true), () => {
          this.#visit(value);
        });
      });
    }
  }

  /** Declares what a list of statements declares: lexical names here, `var` in the function. */
  #hoist(statements: readonly AnyNode[], scope: Scope): void {
    for (const statement of statements) {
      this.#declareLexical(statement, scope);
      this.#declareVar(statement, scope.functionScope);
    }
  }

  #declareLexical(statement: AnyNode, scope: Scope): void {
    switch (statement.type) {
      case 'VariableDeclaration':
        if (statement.kind === 'var') return;
        for (const { id } of statement.declarations) declarePattern(id, scope);
        return;
      case 'FunctionDeclaration':
        if (statement.id === null) return;
        scope.names.add(statement.id.name);
        // In sloppy mode a function in a block is a variable of the function too.
        if (this.isSloppy) scope.functionScope.names.add(statement.id.name);
        return;
      case 'ClassDeclaration':
        if (statement.id !== null) scope.names.add(statement.id.name);
        return;
      case 'LabeledStatement':
        this.#declareLexical(statement.body, scope);
        return;
      default:
    }
  }

  #declareVar(node: AnyNode, scope: Scope): void {
    switch (node.type) {
      case 'VariableDeclaration':
        if (node.kind === 'var') for (const { id } of node.declarations) declarePattern(id, scope);
        return;
      case 'BlockStatement':
        for (const inner of node.body) this.#declareVar(inner, scope);
        return;
      case 'IfStatement':
        this.#declareVar(node.consequent, scope);
        if (node.alternate != null) this.#declareVar(node.alternate, scope);
        return;
      case 'ForStatement':
        if (node.init != null) this.#declareVar(node.init, scope);
        this.#declareVar(node.body, scope);
        return;
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#declareVar(node.left, scope);
        this.#declareVar(node.body, scope);
        return;
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'LabeledStatement':
      case 'WithStatement':
        this.#declareVar(node.body, scope);
        return;
      case 'TryStatement':
        this.#declareVar(node.block, scope);
        if (node.handler != null) this.#declareVar(node.handler.body, scope);
        if (node.finalizer != null) this.#declareVar(node.finalizer, scope);
        return;
      case 'SwitchStatement':
        for (const branch of node.cases) for (const inner of branch.consequent) this.#declareVar(inner, scope);
        return;
      default:
    }
  }

  #block(statements: readonly AnyNode[]): void {
    const scope = new Scope(this.#scope, false);
    this.#in(scope, () => {
      this.#hoist(statements, scope);
      for (const statement of statements) this.#visit(statement);
    });
  }

  #visit(node: AnyNode): void {
    switch (node.type) {
      case 'Identifier':
        this.#use(node, { form: 'plain', isWrite: false, member: undefined });
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#class(node);
        return;
      case 'BlockStatement':
        this.#block(node.body);
        return;
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#loop(node);
        return;
      case 'SwitchStatement':
        this.#visit(node.discriminant);
        this.#switchBody(node.cases);
        return;
      case 'CatchClause': {
        const scope = new Scope(this.#scope, false);
        if (node.param != null) declarePattern(node.param, scope);
        this.#in(scope, () => {
          if (node.param != null) this.#pattern(node.param);
          this.#block(node.body.body);
        });
        return;
      }
      case 'VariableDeclaration':
        for (const declaration of node.declarations) {
          this.#pattern(declaration.id);
          if (declaration.init != null) this.#visit(declaration.init);
        }
        return;
      case 'MemberExpression':
        this.#member(node);
        return;
      case 'CallExpression':
        this.#call(node);
        return;
      case 'TaggedTemplateExpression':
        if (node.tag.type === 'Identifier') this.#use(node.tag, { form: 'callee', isWrite: false, member: undefined });
        else this.#visit(node.tag);
        this.#visit(node.quasi);
        return;
      case 'AssignmentExpression':
        if (node.operator === '=') this.#target(node.left);
        else this.#update(node.left);
        this.#visit(node.right);
        return;
      case 'UpdateExpression':
        this.#update(node.argument);
        return;
      case 'Property':
        this.#property(node);
        return;
      case 'LabeledStatement':
        this.#visit(node.body);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'ThisExpression':
        if (!this.#surroundings.ownThis) this.lexical.add('this');
        return;
      case 'Super':
        if (!this.#surroundings.ownSuper) this.lexical.add('super');
        else if (this.#rootIsMethod) this.usesSuper = true;
        return;
      case 'MetaProperty':
        if (node.meta.name === 'import') {
          this.special.push({ kind: 'import.meta', start: node.start, end: node.end, specifier: undefined });
        } else if (!this.#surroundings.ownThis) {
          this.lexical.add('new.target');
        }
        return;
      case 'ImportExpression': {
        const { source } = node;
        const specifier = source.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined;
        this.special.push({ kind: 'import()', start: node.start, end: node.start + 'import'.length, specifier });
        this.#children(node);
        return;
      }
      case 'PrivateIdentifier':
        if (!this.#privateScopes.some((names) => names.has(node.name))) this.privateNames.add(node.name);
        return;
      default:
        this.#children(node);
    }
  }

  #children(node: AnyNode): void {
    for (const value of Object.values(node) as unknown[]) {
      if (Array.isArray(value)) {
        for (const item of value) if (isNode(item)) this.#visit(item);
      } else if (isNode(value)) {
        this.#visit(value);
      }
    }
  }

  #loop(node: Extract<AnyNode, { type: 'ForStatement' | 'ForInStatement' | 'ForOfStatement' }>): void {
    const scope = new Scope(this.#scope, false);
    this.#in(scope, () => {
      const head = node.type === 'ForStatement' ? node.init : node.left;
      if (head?.type === 'VariableDeclaration') {
        this.#declareLexical(head, scope);
        this.#visit(head);
      } else if (head != null) {
        if (node.type === 'ForStatement') this.#visit(head);
        else this.#target(head as Pattern);
      }
      if (node.type === 'ForStatement') {
        if (node.test != null) this.#visit(node.test);
        if (node.update != null) this.#visit(node.update);
      } else {
        this.#visit(node.right);
      }
      this.#visit(node.body);
    });
  }

  #switchBody(cases: Extract<AnyNode, { type: 'SwitchStatement' }>['cases']): void {
    const scope = new Scope(this.#scope, false);
    this.#in(scope, () => {
      for (const branch of cases) this.#hoist(branch.consequent, scope);
      for (const branch of cases) {
        if (branch.test != null) this.#visit(branch.test);
        for (const statement of branch.consequent) this.#visit(statement);
      }
    });
  }

  #property(node: Extract<AnyNode, { type: 'Property' }>): void {
    if (node.computed) this.#visit(node.key);
    const { value } = node;
    if (node.shorthand && value.type === 'Identifier') {
      this.#use(value, { form: 'shorthand', isWrite: false, member: undefined });
    } else if (value.type === 'FunctionExpression' && (node.method || node.kind !== 'init')) {
      this.#function(value, true);
    } else {
      this.#visit(value);
    }
  }

  #member(node: Extract<AnyNode, { type: 'MemberExpression' }>): void {
    const { object, property } = node;
    const base = object.type === 'MemberExpression' && object.object.type === 'Identifier' ? object.object : undefined;
    const member = base === undefined ? undefined : memberName(object as typeof node);
    const inner = member === undefined ? undefined : memberName(node);
    const read = { form: 'plain', isWrite: false } as const;
    if (object.type === 'Identifier') this.#use(object, { ...read, member: memberName(node) });
    else if (base !== undefined && inner !== undefined) this.#use(base, { ...read, member, inner });
    else this.#visit(object);
    if (node.computed || property.type === 'PrivateIdentifier') this.#visit(property);
  }

  #call(node: Extract<AnyNode, { type: 'CallExpression' }>): void {
    const { callee } = node;
    if (callee.type === 'Identifier') {
      if (callee.name === 'eval' && !this.#scope.has('eval')) this.hasDirectEval = true;
      this.#use(callee, { form: 'callee', isWrite: false, member: undefined });
    } else {
      this.#visit(callee);
    }
    for (const argument of node.arguments) this.#visit(argument);
  }

  /** The target of `+=`, `++` and their kin: read and written. */
  #update(target: AnyNode): void {
    if (target.type === 'Identifier') this.#use(target, { form: 'plain', isWrite: true, member: undefined });
    else if (target.type === 'MemberExpression' && target.object.type === 'Identifier') {
      const written = memberName(target);
      const how = { form: 'plain', isWrite: false, member: undefined } as const;
      this.#use(target.object, written === undefined ? how : { ...how, written });
      if (target.computed || target.property.type === 'PrivateIdentifier') this.#visit(target.property);
    } else this.#visit(target);
  }

  /** What is assigned to: names in it are written, not read. */
  #target(target: Pattern): void {
    switch (target.type) {
      case 'Identifier':
        this.#use(target, { form: 'plain', isWrite: true, member: undefined });
        return;
      case 'MemberExpression':
        this.#update(target);
        return;
      case 'ObjectPattern':
        for (const property of target.properties) {
          if (property.type === 'RestElement') {
            this.#target(property.argument);
            continue;
          }
          if (property.computed) this.#visit(property.key);
          if (property.shorthand) this.#shorthandTarget(property.value);
          else this.#target(property.value);
        }
        return;
      case 'ArrayPattern':
        for (const element of target.elements) if (element != null) this.#target(element);
        return;
      case 'AssignmentPattern':
        this.#target(target.left);
        this.#visit(target.right);
        return;
      case 'RestElement':
        this.#target(target.argument);
        return;
      default:
        this.#visit(target);
    }
  }

  #shorthandTarget(value: Pattern): void {
    const name = value.type === 'AssignmentPattern' ? value.left : value;
    if (name.type === 'Identifier') this.#use(name, { form: 'shorthand', isWrite: true, member: undefined });
    if (value.type === 'AssignmentPattern') this.#visit(value.right);
  }

  /** A pattern that declares: only its defaults and computed keys use names. */
  #pattern(pattern: Pattern): void {
    switch (pattern.type) {
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') continue;
          if (property.computed) this.#visit(property.key);
          this.#pattern(property.value);
        }
        return;
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element != null) this.#pattern(element);
        return;
      case 'AssignmentPattern':
        this.#pattern(pattern.left);
        this.#visit(pattern.right);
        return;
      case 'RestElement':
        this.#pattern(pattern.argument);
        return;
      default:
    }
  }

  #use(node: Identifier, how: Omit<NameUse, 'start' | 'end'>): void {
    const { name } = node;
    if (this.#scope.has(name)) return;
    if (name === 'arguments') {
      if (!this.#surroundings.ownArguments) this.lexical.add('arguments');
      return;
    }
    if (this.#eagerDepth > 0) this.eager.add(name);
    const use = { ...how, start: node.start, end: node.end };
    const uses = this.names.get(name);
    if (uses === undefined) this.names.set(name, [use]);
    else uses.push(use);
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

function declarePattern(pattern: Pattern, scope: Scope): void {
  switch (pattern.type) {
    case 'Identifier':
      scope.names.add(pattern.name);
      return;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        declarePattern(property.type === 'RestElement' ? property.argument : property.value, scope);
      }
      return;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element != null) declarePattern(element, scope);
      return;
    case 'AssignmentPattern':
      declarePattern(pattern.left, scope);
      return;
    case 'RestElement':
      declarePattern(pattern.argument, scope);
      return;
    default:
  }
}

/** The name of the property, when it stands in the text. */
function memberName({ computed, property }: Extract<AnyNode, { type: 'MemberExpression' }>): string | undefined {
  if (!computed && property.type === 'Identifier') return property.name;
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined;
}
