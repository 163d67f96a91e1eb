/**
 * The notebook's variables: one object whose own properties they are. Behind it stand the globals, so that a name that no
 * cell declared means what it means everywhere, and one that nobody declared is an error as in any program.
 *
 * It calls itself a module. To what ships functions to a cluster, `$nb.total` then is the member `total` of a module of the
 * user's own: only the members that a function uses travel with it.
 */

import { HELPERS, runtimeHelpers } from './runtime-helpers.js';

export type Variables = Record<string, unknown>;

export class NotebookScope {
  readonly variables: Variables;
  /** What the kernel itself put there; users may declare the names all the same. */
  readonly #own = new Set<string>();
  readonly #onName = new Map<string, () => Promise<unknown>>();

  constructor() {
    this.variables = Object.create(behindVariables(() => this.variables)) as Variables;
    Object.defineProperty(this.variables, Symbol.toStringTag, { value: 'Module' });
  }

  /** Whether a name in a cell means a variable of the notebook: also when nobody has declared it yet. */
  isVariable(name: string): boolean {
    return Object.hasOwn(this.variables, name) || !(name in globalThis);
  }

  /** Neither a variable nor a global: reading it is an error. */
  isUnknown(name: string): boolean {
    return !(name in this.variables);
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

  /** Whether a name still is the kernel's own: no cell declared it. */
  isProvided(name: string): boolean {
    return this.#own.has(name);
  }

  /** Before a cell runs: what it declares are variables from now on, and keep the values that they have. */
  prepare(names: readonly string[]): void {
    for (const name of names) {
      const isOwn = this.#own.has(name);
      if (isOwn || !Object.hasOwn(this.variables, name)) this.declare(name, undefined);
    }
  }

  /** A value that is made before the first cell that names it runs. */
  provideWhenNamed(name: string, make: () => Promise<unknown>): void {
    if (!this.#own.has(name)) this.provide(name, undefined);
    this.#onName.set(name, make);
  }

  /** What has to be made before a cell that uses these names can run; nothing when all of it is there. */
  awaited(names: readonly string[]): Promise<void> | undefined {
    const missing = names.filter((name) => this.#own.has(name) && this.#onName.has(name));
    if (missing.length === 0) return undefined;
    const make = async (name: string): Promise<void> => {
      const value = await this.#onName.get(name)?.();
      this.#onName.delete(name);
      if (this.#own.has(name)) this.provide(name, value);
    };
    return Promise.all(missing.map(make)).then(() => undefined);
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

/**
 * `typeof name` of a name that may not be there is read as this member: undefined then, and the variable's value otherwise. A
 * member, not a question by `in`, so that functions that travel take no more along than the variable.
 */
export const PERHAPS = '$perhaps$';

/** What code asks any object, to see what it is. */
const asked = new Set(['default', 'then', '__esModule', 'toJSON']);

function behindVariables(variables: () => Variables): object {
  const global = globalThis as Variables;
  const perhaps = (name: string | symbol): string | undefined =>
    typeof name === 'string' && name.startsWith(PERHAPS) ? name.slice(PERHAPS.length) : undefined;
  return new Proxy(Object.create(null) as object, {
    has: (_, name) => {
      const asked = perhaps(name);
      return name in global || name === HELPERS || (asked !== undefined && Object.hasOwn(variables(), asked));
    },
    get: (_, name) => {
      if (name in global || typeof name === 'symbol' || asked.has(name)) return global[name as string];
      if (name === HELPERS) return runtimeHelpers;
      const own = perhaps(name);
      if (own !== undefined) return Object.hasOwn(variables(), own) ? variables()[own] : global[own];
      throw new ReferenceError(`${name} is not defined`);
    },
    set: (_, name, value) => {
      if (!(name in global))
        throw new ReferenceError(`${String(name)} is not defined: declare it, as in let ${String(name)} = …`);
      return Reflect.set(global, name, value);
    },
  });
}
