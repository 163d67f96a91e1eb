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
  readonly #provided = new Map<string, unknown>();
  /** Of these names, those that cells declared. */
  readonly #taken = new Set<string>();
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
    return Object.keys(this.variables).filter((name) => !this.isProvided(name));
  }

  /** A value of the kernel's that cells use like a global. */
  provide(name: string, value: unknown): void {
    this.#provided.set(name, value);
    this.#taken.delete(name);
    Object.defineProperty(this.variables, name, { value, configurable: true, enumerable: false, writable: true });
  }

  /** Whether a name still is the kernel's own: no cell declared it. */
  isProvided(name: string): boolean {
    return this.#provided.has(name) && !this.#taken.has(name);
  }

  /** Before a cell runs: what it declares are variables from now on, and keep the values that they have. */
  prepare(names: readonly string[]): void {
    for (const name of names) {
      if (this.isProvided(name) || !Object.hasOwn(this.variables, name)) this.declare(name, undefined);
    }
  }

  /** A value that is made before the first cell that names it runs. */
  provideWhenNamed(name: string, make: () => Promise<unknown>): void {
    if (!this.isProvided(name)) this.provide(name, undefined);
    this.#onName.set(name, make);
  }

  /** Which of these names stand for values that have to be made before a cell that uses them can run. */
  unmade(names: readonly string[]): string[] {
    return names.filter((name) => this.isProvided(name) && this.#onName.has(name));
  }

  /** Makes what these names stand for. */
  async make(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const value = await this.#onName.get(name)?.();
      this.#onName.delete(name);
      if (this.#taken.has(name)) this.#provided.set(name, value);
      else this.provide(name, value);
    }
  }

  declare(name: string, value: unknown): void {
    this.#taken.add(name);
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

  /** What a variable holds, for who only looks at it. The only getters here are those of imports: no code of the user's runs. */
  valueOf(name: string): unknown {
    try {
      return Object.hasOwn(this.variables, name) ? this.variables[name] : undefined;
    } catch {
      // Its module hasn't it.
      return undefined;
    }
  }

  /** Forgets a variable; a name of the kernel's means again what it meant before a cell declared it. */
  remove(name: string): void {
    if (this.#provided.has(name)) this.provide(name, this.#provided.get(name));
    else Reflect.deleteProperty(this.variables, name);
  }
}

/**
 * `typeof name` of a name that may not be there is read as this member: undefined then, and the variable's value otherwise. A
 * member, not a question by `in`, so that functions that travel take no more along than the variable.
 */
export const PERHAPS = '$perhaps$';

/** What code asks any object, to see what it is. */
const asked: Readonly<Record<string, unknown>> = Object.assign(Object.create(null) as object, {
  ...{ default: true, then: true, __esModule: true, toJSON: true },
});

/* eslint-disable @typescript-eslint/unbound-method -- bound as they were: cells run here, which may replace them */
const { call } = Function.prototype;
const startsWith = call.bind(String.prototype.startsWith) as (text: string, start: string) => boolean;
const slice = call.bind(String.prototype.slice) as (text: string, start: number) => string;
/* eslint-enable @typescript-eslint/unbound-method */
const { hasOwn } = Object;

function behindVariables(variables: () => Variables): object {
  const global = globalThis as Variables;
  const perhaps = (name: string | symbol): string | undefined =>
    typeof name === 'string' && startsWith(name, PERHAPS) ? slice(name, PERHAPS.length) : undefined;
  return new Proxy(Object.create(null) as object, {
    has: (_, name) => {
      const own = perhaps(name);
      return name in global || name === HELPERS || (own !== undefined && hasOwn(variables(), own));
    },
    get: (_, name) => {
      if (name in global || typeof name === 'symbol' || asked[name] === true) return global[name as string];
      if (name === HELPERS) return runtimeHelpers;
      const own = perhaps(name);
      if (own !== undefined) return hasOwn(variables(), own) ? variables()[own] : global[own];
      throw new ReferenceError(`${name} is not defined`);
    },
    set: (_, name, value) => {
      if (!(name in global))
        throw new ReferenceError(`${String(name)} is not defined: declare it, as in let ${String(name)} = …`);
      return Reflect.set(global, name, value);
    },
  });
}
