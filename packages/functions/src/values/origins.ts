/**
 * Which symbol and which class is which across processes. Each local symbol and each class that travels by value gets an
 * id where it was made; what comes back under a known id *is* the original, so that a result is `instanceof` the class of
 * the notebook that sent it, and two tasks in one thread agree on a class. Held per thread; ids are random per thread.
 */
import { randomBytes } from 'node:crypto';
import type { AnyFunction } from '../any-function.js';

/** Made at first use: most threads need none, and it takes a while to load what makes it. */
let prefix: string | undefined;
let count = 0;

/** A two-way table between things and their ids that keeps nothing alive. */
class OriginTable<T extends WeakKey> {
  readonly #ids = new WeakMap<T, string>();
  readonly #things = new Map<string, WeakRef<T>>();
  readonly #dropped = new FinalizationRegistry<string>((id) => {
    if (this.#things.get(id)?.deref() === undefined) this.#things.delete(id);
  });

  idOf(thing: T): string {
    let id = this.#ids.get(thing);
    if (id === undefined) {
      prefix ??= randomBytes(6).toString('base64url');
      id = `${prefix}${(count++).toString(36)}`;
      this.adopt(id, thing);
    }
    return id;
  }

  find(id: string): T | undefined {
    return this.#things.get(id)?.deref();
  }

  /** Gives a thing the id of another, without being found by it. */
  name(id: string, thing: T): void {
    this.#ids.set(thing, id);
  }

  adopt(id: string, thing: T): void {
    this.#ids.set(thing, id);
    this.#things.set(id, new WeakRef(thing));
    this.#dropped.register(thing, id);
  }
}

const symbols = new OriginTable<WeakKey>();
const classes = new OriginTable<object>();
const doubles = new WeakMap<object, object>();
const doublesByPrototype = new WeakMap<object, AnyFunction>();
const fingerprints = new WeakMap<object, string>();

export function symbolId(symbol: symbol): string {
  return symbols.idOf(symbol);
}

/** The symbol with an id, made when this thread hasn't met it. */
export function symbolOf(id: string, description: string): symbol {
  const known = symbols.find(id);
  if (known !== undefined) return known as unknown as symbol;
  const symbol = Symbol(description);
  symbols.adopt(id, symbol);
  return symbol;
}

export function classId(constructor: object): string {
  return classes.idOf(constructor);
}

/** Whether a class was made in this thread, not decoded from elsewhere. */
function isNative(id: string): boolean {
  return prefix !== undefined && id.startsWith(prefix);
}

/**
 * The class with an id: the original, or what was decoded with the same definition. Where instances of an original can't
 * be made from outside of it, they belong to its *double*.
 */
export function classOf(
  id: string,
  fingerprint: string,
  needsDouble: (original: AnyFunction) => boolean,
): object | undefined {
  const known = classes.find(id);
  if (known === undefined) return undefined;
  const wanted = isNative(id) && needsDouble(known as AnyFunction) ? doubles.get(known) : known;
  if (wanted === known && isNative(id)) return known;
  return wanted !== undefined && fingerprint !== '' && fingerprints.get(wanted) === fingerprint ? wanted : undefined;
}

/** Makes a decoded class known under its id. */
export function adoptClass(id: string, fingerprint: string, constructor: AnyFunction): void {
  fingerprints.set(constructor, fingerprint);
  const original = isNative(id) ? (classes.find(id) as AnyFunction | undefined) : undefined;
  if (original === undefined || original === constructor) {
    classes.adopt(id, constructor);
    return;
  }
  classes.name(id, constructor);
  doubles.set(original, constructor);
  // Its instances say that they are of the original.
  const prototype = constructor.prototype as object;
  Object.defineProperty(prototype, 'constructor', { value: original, writable: true, configurable: true });
  doublesByPrototype.set(prototype, constructor);
  // A class that is frozen can't learn of its double: its instances arrive all the same.
  if (Object.isExtensible(original)) {
    Object.defineProperty(original, Symbol.hasInstance, { value: isInstance, configurable: true });
  }
}

/** The double to which a prototype belongs. */
export function doubleWithPrototype(prototype: object): AnyFunction | undefined {
  return doublesByPrototype.get(prototype);
}

const ordinaryIsInstance = Function.prototype[Symbol.hasInstance];

/** `instanceof` an original holds for what its double makes; inherited by subclasses. */
function isInstance(this: AnyFunction, value: unknown): boolean {
  if (ordinaryIsInstance.call(this, value)) return true;
  const double = doubles.get(this);
  return double !== undefined && ordinaryIsInstance.call(double as AnyFunction, value);
}

/** Whether a property of a class is what `adoptClass` gave it. */
export function isOwnHasInstance(value: unknown): boolean {
  return value === isInstance;
}
