/**
 * What the language brings along, as it was before the first cell. Cells may replace and add to it (`Array.prototype.map =
 * …`), for themselves and for packages; the kernel's own work on them goes on with the originals.
 */
interface Original {
  readonly holder: Record<PropertyKey, unknown>;
  readonly key: PropertyKey;
  readonly value: unknown;
  readonly property: PropertyDescriptor;
}

interface Inherited {
  readonly holder: object;
  /** The names that were there before. */
  readonly known: Readonly<Record<PropertyKey, true>>;
}

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { ownKeys, deleteProperty } = Reflect;

export class OriginalBuiltins {
  readonly #originals: readonly Original[];
  /** What all objects, or all lists, inherit: names that are added here are seen everywhere. */
  readonly #inherited: readonly Inherited[];

  constructor() {
    this.#originals = holders().flatMap((holder) => originalsOf(holder as Record<PropertyKey, unknown>));
    this.#inherited = [Object.prototype, Array.prototype].map((holder) => {
      const known = Object.create(null) as Record<PropertyKey, true>;
      for (const key of ownKeys(holder)) known[key] = true;
      return { holder, known };
    });
  }

  /** Cells had changed some of it, when it was last looked at. */
  isChanged = false;

  /** Runs what is the kernel's own; what cells changed is there again afterwards. Only synchronous code. */
  with<T>(work: () => T): T {
    const changes = this.#changes();
    this.isChanged ||= changes.length > 0;
    if (changes.length === 0) return work();
    for (let at = 0; at < changes.length; at++) {
      const { holder, key, original } = changes[at] as Change;
      put(holder, key, original);
    }
    try {
      return work();
    } finally {
      for (let at = 0; at < changes.length; at++) {
        const { holder, key, changed } = changes[at] as Change;
        put(holder, key, changed);
      }
    }
  }

  /** By plain loops: what the methods of lists do, and walking through them, is what is in question here. */
  #changes(): Change[] {
    const changes: Change[] = [];
    let count = 0;
    for (let at = 0; at < this.#originals.length; at++) {
      const { holder, key, value, property } = this.#originals[at] as Original;
      if (holder[key] === value) continue;
      changes[count++] = { holder, key, original: property, changed: getOwnPropertyDescriptor(holder, key) };
    }
    for (let at = 0; at < this.#inherited.length; at++) {
      const { holder, known } = this.#inherited[at] as Inherited;
      const keys = ownKeys(holder);
      for (let index = 0; index < keys.length; index++) {
        const key = keys[index] as PropertyKey;
        if (known[key] === true) continue;
        const changed = getOwnPropertyDescriptor(holder, key);
        if (changed?.configurable === true) changes[count++] = { holder, key, original: undefined, changed };
      }
    }
    return changes;
  }
}

interface Change {
  readonly holder: object;
  readonly key: PropertyKey;
  /** Nothing where there was none. */
  readonly original: PropertyDescriptor | undefined;
  readonly changed: PropertyDescriptor | undefined;
}

function put(holder: object, key: PropertyKey, property: PropertyDescriptor | undefined): void {
  if (property === undefined) deleteProperty(holder, key);
  else defineProperty(holder, key, property);
}

function holders(): object[] {
  const classes = [Object, Function, Array, String, Number, RegExp, Error, Promise, Map, Set, WeakMap, Buffer];
  const iterators = [[].values(), new Map().keys(), new Set().keys(), ''[Symbol.iterator](), 'a'.matchAll(/a/g)];
  const generator = getPrototypeOf(function* () {}.prototype as object) as object;
  return [
    ...classes,
    ...classes.map(({ prototype }) => prototype as object),
    ...[Reflect, JSON, generator, getPrototypeOf(Uint8Array.prototype) as object],
    ...iterators.map((iterator) => getPrototypeOf(iterator) as object),
  ];
}

function originalsOf(holder: Record<PropertyKey, unknown>): Original[] {
  return ownKeys(holder).flatMap((key) => {
    const property = getOwnPropertyDescriptor(holder, key);
    // How stacks are written is for whoever sets it.
    const isHook = key === 'prepareStackTrace';
    const isChangeable = property?.configurable === true && typeof property.value === 'function' && !isHook;
    // Without a prototype: a name added to that of all objects would be taken for a part of it.
    return isChangeable
      ? [
          {
            holder,
            key,
            value: property.value as unknown,
            property: Object.assign(Object.create(null) as object, property),
          },
        ]
      : [];
  });
}
