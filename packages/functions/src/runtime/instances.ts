/**
 * Instances without construction. An ordinary object takes its prototype and its fields; one of a class with private
 * members must go through the constructors, which do nothing then: the text of decoded classes asks `raw` first.
 */
import { textOf } from '../any-function.js';
import { leaveConstructor, leaveDerived } from '../capture/rewrite.js';
import { emptied, isMadeHere, makeInstance } from './home-instances.js';
import { sink } from './sink.js';

type Constructor = new (...args: unknown[]) => object;

/** What a decoded class lets others do to its private members. */
export interface Hooks {
  field?: (instance: object, name: string, value: unknown) => void;
  static?: (constructor: object, name: string, value: unknown) => void;
}

/**
 * While `on`, constructors and initializers of decoded classes do nothing, and pass on to the class that they extend what it
 * needs: `builtIn` when that reaches a built-in class.
 */
export const raw = {
  on: false,
  builtIn: [] as readonly unknown[],
  argumentsFor: (superclass: unknown): readonly unknown[] => (hasConstructor(superclass) ? anything : raw.builtIn),
};

/** Parameters with patterns need something to take apart. */
const anything: readonly unknown[] = Array<unknown>(8).fill(sink);

const hooksOfClass = new WeakMap<object, Hooks>();
const branded = /#[\p{ID_Start}_$]/u;

export function setHooks(constructor: object, hooks: Hooks): void {
  hooksOfClass.set(constructor, hooks);
}

export function hooksOf(constructor: object): Hooks | undefined {
  return hooksOfClass.get(constructor);
}

export function construct(
  constructor: Constructor,
  builtIn: Constructor | undefined,
  args: readonly unknown[],
): object {
  if (hasPrivates(constructor)) return constructRaw(constructor, args);
  if (isMadeHere(constructor)) return makeInstance(constructor);
  if (builtIn !== undefined) return Reflect.construct<readonly unknown[], object>(builtIn, args, constructor);
  return Object.create(constructor.prototype as object) as object;
}

function constructRaw(constructor: Constructor, args: readonly unknown[]): object {
  const before = { on: raw.on, builtIn: raw.builtIn };
  raw.on = true;
  raw.builtIn = args;
  try {
    // Fields are there without their values, and a class from here that it extends may have filled it.
    return emptied(Reflect.construct<readonly unknown[], object>(constructor, raw.argumentsFor(constructor)));
  } finally {
    Object.assign(raw, before);
  }
}

/** Whether a class that was made here, or one that it extends, has a constructor in its text: it takes the arguments. */
function hasConstructor(constructor: unknown): boolean {
  for (let current = constructor; typeof current === 'function'; current = Object.getPrototypeOf(current)) {
    if (!hooksOfClass.has(current)) continue;
    const text = textOf(current);
    if (text.includes(leaveConstructor) || text.includes(leaveDerived)) return true;
  }
  return false;
}

function hasPrivates(constructor: Constructor): boolean {
  for (let current: unknown = constructor; typeof current === 'function'; current = Object.getPrototypeOf(current)) {
    if (hooksOfClass.has(current) && branded.test(textOf(current))) return true;
  }
  return false;
}
