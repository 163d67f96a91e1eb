/**
 * Where the parts of a class stand in its text that change when it is made again elsewhere: its heritage is a value by
 * then, its static state was computed long ago, and its instances are made without running anybody's constructor.
 */
import type { Class, Expression, MethodDefinition } from 'acorn';
import { plainConstruction } from './plain-construction.js';

export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface ClassShape {
  readonly isDerived: boolean;
  readonly heritage: Range | undefined;
  /** Where its closing brace stands. */
  readonly bodyEnd: number;
  readonly staticBlocks: readonly Range[];
  readonly staticValues: readonly Range[];
  /** Public ones, with their whole texts. */
  readonly staticFields: readonly Range[];
  /** What initializers of fields compute; a function is made without running anybody's code, and named after its field. */
  readonly instanceValues: readonly Range[];
  /** Behind the opening brace of the constructor's body. */
  readonly constructorBody: number | undefined;
  /** The code that runs with a new instance as its `this`: the constructor and the initializers of fields. */
  readonly ofNewInstance: readonly Range[];
  /** Methods and accessors that are properties, with their whole texts; without a name those of which it is computed. */
  readonly methods: readonly { readonly name: string | undefined; readonly text: string; readonly isStatic: boolean }[];
  /** Methods with computed names: where the brackets stand, and the text of the method itself. */
  readonly computedMethods: readonly (Range & { readonly text: string; readonly isStatic: boolean })[];
  /** Private fields in the order in which they are installed. */
  readonly privateFields: readonly string[];
  readonly privateStatics: readonly string[];
  /** Methods and accessors too count: an object must be branded for them. */
  readonly hasPrivateInstanceMembers: boolean;
  /** Set when its constructor does nothing but fill its instance, as long as these names mean the language's own classes. */
  readonly plainConstruction: ReadonlySet<string> | undefined;
}

export function shapeOfClass(node: Class, offset: number, text: string): ClassShape {
  const range = ({ start, end }: Range): Range => ({ start: start - offset, end: end - offset });
  const staticBlocks: Range[] = [];
  const staticValues: Range[] = [];
  const staticFields: Range[] = [];
  const instanceValues: Range[] = [];
  const privateFields: string[] = [];
  const privateStatics: string[] = [];
  const methods: ClassShape['methods'][number][] = [];
  const computedMethods: ClassShape['computedMethods'][number][] = [];
  const ofNewInstance: Range[] = [];
  let constructorBody: number | undefined;
  let hasPrivateInstanceMembers = false;
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') {
      staticBlocks.push(range(member));
      continue;
    }
    const isPrivate = member.key.type === 'PrivateIdentifier';
    if (isPrivate && !member.static) hasPrivateInstanceMembers = true;
    if (member.type === 'MethodDefinition') {
      if (!isPrivate && member.kind !== 'constructor') {
        const whole = text.slice(member.start - offset, member.end - offset);
        methods.push({ name: nameOf(member), text: whole, isStatic: member.static });
      }
      if (member.computed) computedMethods.push(computedMethod(member, offset, text));
      if (member.kind === 'constructor') {
        constructorBody = member.value.body.start + 1 - offset;
        ofNewInstance.push(range(member.value.body));
      }
      continue;
    }
    if (member.static && !isPrivate) staticFields.push(range(member));
    if (member.value != null) {
      (member.static ? staticValues : ofNewInstance).push(range(member.value));
      if (!member.static && !isFunction(member.value)) instanceValues.push(range(member.value));
    }
    if (member.key.type === 'PrivateIdentifier') (member.static ? privateStatics : privateFields).push(member.key.name);
  }
  return {
    isDerived: node.superClass != null,
    heritage: node.superClass == null ? undefined : range(node.superClass),
    bodyEnd: node.body.end - 1 - offset,
    staticBlocks,
    staticValues,
    staticFields,
    instanceValues,
    constructorBody,
    ofNewInstance,
    methods,
    computedMethods,
    privateFields,
    privateStatics,
    hasPrivateInstanceMembers,
    plainConstruction: plainConstruction(node),
  };
}

export function constructorIn(node: Class): MethodDefinition | undefined {
  return node.body.body.find((member) => member.type === 'MethodDefinition' && member.kind === 'constructor') as
    MethodDefinition | undefined;
}

function isFunction({ type }: Expression): boolean {
  return type === 'ArrowFunctionExpression' || type === 'FunctionExpression';
}

function nameOf({ key, computed }: MethodDefinition): string | undefined {
  if (computed) return undefined;
  return key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined;
}

function computedMethod(member: MethodDefinition, offset: number, text: string): ClassShape['computedMethods'][number] {
  const start = text.lastIndexOf('[', member.key.start - offset);
  const end = text.indexOf(']', member.key.end - offset) + 1;
  const whole = text.slice(member.start - offset, member.end - offset);
  return { start, end, text: member.static ? whole.replace(/^static\b\s*/, '') : whole, isStatic: member.static };
}
