/**
 * Serializers that users add for classes which Covey can't know. They are held per thread: register them in every process
 * that encodes or decodes such values (a worker's preload does for workers).
 */

/** How values of one class travel. Exactly one of `class` and `test` says which values those are. */
export interface Serializer<T = unknown, E = unknown> {
  /** Names the serializer in the bytes; the same in all processes. */
  readonly name: string;
  /** Values that are instances of this class, subclasses included. */
  readonly class?: abstract new (...args: never[]) => T;
  /** Or: values for which this returns true. Asked for every object that isn't plain. */
  test?(value: object): boolean;
  /** Gives what travels in the value's place: anything that can be encoded. */
  encode(value: T): E;
  /** Makes the value again. Values that contain themselves through a serializer are not supported. */
  decode(encoded: E): T;
}

interface Registry {
  /** Serializers of single proxies, which no class or test could tell without waking their traps. */
  readonly proxies: WeakMap<object, Serializer>;
  readonly byName: Map<string, Serializer>;
  asList: readonly Serializer[];
}

/** One for all copies of this package in a thread: a bundle has its own, and user code another. */
function registry(): Registry {
  const holder = globalThis as { [key: symbol]: Registry | undefined };
  return (holder[Symbol.for('covey.serializers')] ??= { proxies: new WeakMap(), byName: new Map(), asList: [] });
}

/**
 * Adds a serializer for a class, or replaces the one with the same name.
 *
 * @returns a function that takes it back
 * @example
 * ```ts
 * registerSerializer({
 *   name: 'decimal.js',
 *   class: Decimal,
 *   encode: (value) => value.toString(),
 *   decode: (text: string) => new Decimal(text),
 * });
 * ```
 */
export function registerSerializer<T, E>(serializer: Serializer<T, E>): () => void {
  if ((serializer.class === undefined) === (serializer.test === undefined)) {
    throw new TypeError(`The serializer '${serializer.name}' needs a class or a test, and not both.`);
  }
  const all = registry();
  const added = serializer as unknown as Serializer;
  all.byName.set(serializer.name, added);
  all.asList = [...all.byName.values()];
  return () => {
    if (all.byName.get(serializer.name) === added) all.byName.delete(serializer.name);
    all.asList = [...all.byName.values()];
  };
}

/** Lets one proxy travel, through a serializer that every process has under the same name; other proxies are refused. */
export function letProxyTravel(proxy: object, serializer: Serializer): void {
  registry().proxies.set(proxy, serializer);
}

export function serializerOfProxy(proxy: object): Serializer | undefined {
  return registry().proxies.get(proxy);
}

/** The serializer that claims a value. */
export function serializerFor(value: object): Serializer | undefined {
  for (const serializer of registry().asList) {
    if (serializer.class === undefined ? serializer.test?.(value) === true : value instanceof serializer.class) {
      return serializer;
    }
  }
  return undefined;
}

export function serializerNamed(name: string): Serializer | undefined {
  return registry().byName.get(name);
}
