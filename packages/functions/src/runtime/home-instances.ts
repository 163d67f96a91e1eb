/**
 * Instances with private members of classes that were made in this thread. Only their own constructors give an object private members, so a constructor
 * that does nothing else is called for that; V8's inspector then sets them. Of other classes a double has to do.
 */
import { analyse } from '../analysis/analysis.js';
import { textOf } from '../any-function.js';
import type { AnyFunction } from '../any-function.js';
import { inspect } from '../v8/inspector.js';

type Constructor = new (...args: unknown[]) => object;

const makeable = new WeakMap<object, boolean>();

/** Whether instances of a class, and all of their private fields, can be made here. Tried once. */
export function canMakeInstances(constructor: AnyFunction): boolean {
  let known = makeable.get(constructor);
  if (known === undefined) {
    known = tryToMake(constructor);
    makeable.set(constructor, known);
  }
  return known;
}

/** Whether a class is one of those: asked for each instance. */
export function isMadeHere(constructor: object): boolean {
  return makeable.get(constructor) === true;
}

/** An instance with nothing in it but its private members. */
export function makeInstance(constructor: Constructor): object {
  return emptied(Reflect.construct(constructor, []));
}

/** Without the properties that its construction gave it; taken in reverse, V8 keeps it as fast as it was. */
export function emptied(instance: object): object {
  for (const key of Reflect.ownKeys(instance).reverse()) Reflect.deleteProperty(instance, key);
  return instance;
}

function tryToMake(constructor: AnyFunction): boolean {
  const names = privateFieldsOf(constructor);
  // The inspector knows private members by their names alone.
  if (names === undefined || new Set(names).size !== names.length) return false;
  try {
    const instance = makeInstance(constructor as unknown as Constructor);
    inspect().setPrivates(names.map((name) => ({ instance, name: `#${name}`, value: undefined })));
    return true;
  } catch {
    // A constructor that needs its arguments, or a V8 that does not offer it.
    return false;
  }
}

/** The private fields of a class and of those that it extends; nothing when constructing an instance might be noticed. */
function privateFieldsOf(constructor: AnyFunction): string[] | undefined {
  const names: string[] = [];
  for (let current: unknown = constructor; ; current = Object.getPrototypeOf(current)) {
    if (typeof current !== 'function') return undefined;
    const shape = shapeOf(current);
    if (shape?.plainConstruction === undefined) return undefined;
    if (shape.plainConstruction.size > 0 && declares(current, shape.plainConstruction)) return undefined;
    names.push(...shape.privateFields);
    if (!shape.isDerived) return names;
  }
}

function shapeOf(constructor: AnyFunction): ReturnType<typeof analyse>['class'] {
  try {
    return analyse(textOf(constructor), false).class;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether variables around a class have one of some names of the language's own classes. */
function declares(constructor: AnyFunction, names: ReadonlySet<string>): boolean {
  const { scopes } = inspect().look(constructor);
  inspect().release();
  return scopes.some(
    ({ description, variables }) =>
      description !== 'Global' && [...names].some((name) => Object.hasOwn(variables, name)),
  );
}
