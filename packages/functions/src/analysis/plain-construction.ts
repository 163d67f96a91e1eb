/**
 * Whether constructing an instance does nothing but fill it: each field, each statement of the constructor sets a member to something whose making can't
 * be noticed. Such a constructor may run, with no arguments, only to get an instance with its private members. What can't be told counts as noticeable.
 */
import type { AssignmentExpression, Class, Expression, FunctionExpression, Pattern, PropertyDefinition } from 'acorn';

type Node = Expression | Pattern | { readonly type: 'Super' | 'PrivateIdentifier' | 'SpreadElement' };

const emptyCollections: ReadonlySet<string> = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array', 'Object', 'Date']);

/** The names that must mean the language's own classes for that to hold; nothing when it does not. */
export function plainConstruction(node: Class): ReadonlySet<string> | undefined {
  const check = new ConstructionCheck();
  return check.isPlainClass(node) ? check.builtIns : undefined;
}

class ConstructionCheck {
  readonly builtIns = new Set<string>();
  /** Undefined when the constructor runs, or what a literal gives. */
  readonly #parameters = new Set<string>();

  isPlainClass(node: Class): boolean {
    return node.body.body.every((member) => {
      if (member.type === 'StaticBlock' || member.static) return true;
      if (member.type === 'PropertyDefinition') return this.#isPlainField(member);
      // An assignment might call it.
      if (member.kind === 'set') return false;
      return member.kind !== 'constructor' || this.#isPlainConstructor(member.value);
    });
  }

  #isPlainField({ value }: PropertyDefinition): boolean {
    return value == null || this.#isPlain(value);
  }

  #isPlainConstructor({ params, body }: FunctionExpression): boolean {
    return (
      params.every((parameter) => this.#isPlainParameter(parameter)) &&
      body.body.every((statement) => {
        if (statement.type !== 'ExpressionStatement') return false;
        const { expression } = statement;
        if (expression.type === 'AssignmentExpression') return this.#isPlainAssignment(expression);
        if (expression.type !== 'CallExpression') return expression.type === 'Literal';
        return expression.callee.type === 'Super' && expression.arguments.every((argument) => this.#isPlain(argument));
      })
    );
  }

  #isPlainParameter(parameter: Pattern): boolean {
    const name = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
    if (name.type !== 'Identifier') return false;
    if (parameter.type === 'AssignmentPattern' && !this.#isPrimitive(parameter.right)) {
      return this.#isPlain(parameter.right);
    }
    this.#parameters.add(name.name);
    return true;
  }

  #isPlainAssignment({ operator, left, right }: AssignmentExpression): boolean {
    if (operator !== '=' || left.type !== 'MemberExpression' || left.computed) return false;
    const isProto = left.property.type === 'Identifier' && left.property.name === '__proto__';
    return left.object.type === 'ThisExpression' && !isProto && this.#isPlain(right);
  }

  #isPlain(node: Node): boolean {
    switch (node.type) {
      case 'Identifier':
      case 'ThisExpression':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return true;
      case 'ArrayExpression':
        return node.elements.every((element) => element === null || this.#isPlain(element));
      case 'ObjectExpression':
        return node.properties.every(
          (property) => property.type === 'Property' && !property.computed && this.#isPlain(property.value),
        );
      case 'LogicalExpression':
        return this.#isPlain(node.left) && this.#isPlain(node.right);
      case 'ConditionalExpression':
        return this.#isPlain(node.test) && this.#isPlain(node.consequent) && this.#isPlain(node.alternate);
      case 'NewExpression':
        if (node.callee.type !== 'Identifier' || !emptyCollections.has(node.callee.name)) return false;
        this.builtIns.add(node.callee.name);
        return node.arguments.every((argument) => this.#isPrimitive(argument));
      default:
        return this.#isPrimitive(node);
    }
  }

  /** Surely no object, whose conversion to text or a number might be code. */
  #isPrimitive(node: Node): boolean {
    switch (node.type) {
      case 'Literal':
        return true;
      case 'Identifier':
        return node.name === 'undefined' || this.#parameters.has(node.name);
      case 'TemplateLiteral':
        return node.expressions.every((expression) => this.#isPrimitive(expression));
      case 'UnaryExpression':
        return node.operator !== 'delete' && this.#isPrimitive(node.argument);
      case 'BinaryExpression':
        return (
          !['in', 'instanceof'].includes(node.operator) && this.#isPrimitive(node.left) && this.#isPrimitive(node.right)
        );
      default:
        return false;
    }
  }
}
