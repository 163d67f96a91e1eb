/**
 * The notebook's variables: one object whose own properties they are. Behind it stand the globals, so that a name that no
 * cell declared means what it means everywhere, and one that nobody declared is an error as in any program.
 *
 * It calls itself a module. To what ships functions to a cluster, `$nb.total` then is the member `total` of a module of the
 * user's own: only the members that a function uses travel with it.
 */

export type Variables = Record<string, unknown>;

export class NotebookScope {
  readonly variables: Variables;
  /** What the kernel itself put there; users may declare the names all the same. */
  readonly #own = new Set<string>();

  constructor() {
    this.variables = Object.create(behindVariables()) as Variables;
    Object.defineProperty(this.variables, Symbol.toStringTag, { value: 'Module' });
  }

  /** Whether a name in a cell means a variable of the notebook: also when nobody has declared it yet. */
  isVariable(name: string): boolean {
    return Object.hasOwn(this.variables, name) || !(name in globalThis);
  }

  /** The names that cells declared. */
  names(): string[] {
    return Object.keys(this.variables).filter((name) => !this.#own.has(name));
  }

  /** A value of the kernel's that cells use like a global. */
  provide(name: string, value: unknown): void {
    this.#own.add(name);
    Object.defineProperty(this.variables, name, { value, configurable: true, enumerable: false, writable: true });
  }

  /** A value that is made at its first use. */
  provideLazily(name: string, make: () => unknown): void {
    this.#own.add(name);
    Object.defineProperty(this.variables, name, {
      configurable: true,
      enumerable: false,
      get: () => {
        const value = make();
        this.provide(name, value);
        return value;
      },
      set: (value: unknown) => this.declare(name, value),
    });
  }

  /** Before a cell runs: what it declares are variables from now on, and keep the values that they have. */
  prepare(names: readonly string[]): void {
    for (const name of names) {
      const isOwn = this.#own.has(name);
      if (isOwn || !Object.hasOwn(this.variables, name)) this.declare(name, undefined);
    }
  }

  declare(name: string, value: unknown): void {
    this.#own.delete(name);
    Object.defineProperty(this.variables, name, { value, configurable: true, enumerable: true, writable: true });
  }

  /** A variable that follows what it was imported from. */
  follow(name: string, get: () => unknown): void {
    Object.defineProperty(this.variables, name, {
      configurable: true,
      enumerable: true,
      get,
      set: (value: unknown) => this.declare(name, value),
    });
  }

  remove(name: string): void {
    Reflect.deleteProperty(this.variables, name);
  }
}

function behindVariables(): object {
  const global = globalThis as Variables;
  return new Proxy(Object.create(null) as object, {
    has: (_, name) => name in global,
    get: (_, name) => {
      if (name in global || typeof name === 'symbol') return global[name as string];
      throw new ReferenceError(`${name} is not defined`);
    },
    set: (_, name, value) => {
      if (!(name in global))
        throw new ReferenceError(`${String(name)} is not defined: declare it, as in let ${String(name)} = …`);
      return Reflect.set(global, name, value);
    },
  });
}
