/**
 * Which captured variables are one and the same. V8 shows each function's scopes as copies without identity, so two
 * closures over one `let` and two closures over two equal `let`s look alike. They are told apart by evidence: the same
 * place in the same script, equal values of all variables, the same scopes around; and a function literal is evaluated
 * once in each instance of the scope directly around it, so a second closure of the same literal means a second scope.
 */
import { variableIn, type FunctionView } from '../v8/inspector.js';

/** One evaluation of a scope, and those of its variables that are captured. */
export class ScopeInstance {
  readonly variables = new Map<string, Variable>();
  /** The instances of scopes directly within, by script and description. */
  readonly inner = new Map<string, ScopeInstance[]>();
  readonly #literals = new Map<string, unknown>();
  readonly #names: readonly string[];

  constructor(readonly values: Readonly<Record<string, unknown>>) {
    this.#names = Object.keys(values);
  }

  /** Whether a closure can belong here: its literal has no other closure in this instance. */
  admits(literal: string, subject: unknown): boolean {
    return !this.#literals.has(literal) || this.#literals.get(literal) === subject;
  }

  settle(literal: string, subject: unknown): void {
    this.#literals.set(literal, subject);
  }

  /** Whether the scope's variables, under these names, have these values. */
  looksLike(names: readonly string[], values: Readonly<Record<string, unknown>>): boolean {
    if (names.length !== this.#names.length) return false;
    return names.every(
      (name) => name in this.values && Object.is(variableIn(this.values, name), variableIn(values, name)),
    );
  }
}

/** A captured variable: read once for all functions that share it. */
export interface Variable {
  readonly name: string;
  readonly value: unknown;
  /** How many captured functions use it, and whether one of them assigns to it. */
  users: number;
  isWritten: boolean;
  /** Its number in the encoding, given when it is first used. */
  index: number;
}

export class ScopeInstances {
  /** Around all scopes that are in no module. */
  readonly #outermost = new ScopeInstance({});
  readonly #modules = new Map<string, ScopeInstance>();

  /** The instances of a function's scopes, from the innermost; the global scope is left out. */
  place(subject: unknown, view: FunctionView): ScopeInstance[] {
    const script = view.location?.scriptId ?? '';
    const literal = `${script}:${view.location?.line}:${view.location?.column}`;
    const local = view.scopes.filter(({ description }) => description !== 'Global');
    const placed: ScopeInstance[] = [];
    let outer = this.#outermost;
    for (let at = local.length - 1; at >= 0; at--) {
      const { description, variables } = local[at] as FunctionView['scopes'][number];
      const isInnermost = at === 0;
      if (description === 'Module') outer = this.module(script, variables);
      else outer = this.#find(script, description, variables, outer, isInnermost ? literal : undefined, subject);
      placed.unshift(outer);
    }
    return placed;
  }

  /** The one instance of a module's scope. */
  module(script: string, values: Readonly<Record<string, unknown>>): ScopeInstance {
    let instance = this.#modules.get(script);
    if (instance === undefined) {
      instance = new ScopeInstance(values);
      this.#modules.set(script, instance);
    }
    return instance;
  }

  #find(
    script: string,
    description: string,
    values: Readonly<Record<string, unknown>>,
    outer: ScopeInstance,
    literal: string | undefined,
    subject: unknown,
  ): ScopeInstance {
    const place = `${script}:${description}`;
    let alike = outer.inner.get(place);
    if (alike === undefined) outer.inner.set(place, (alike = []));
    const names = Object.keys(values);
    let instance = alike.find(
      (known) => (literal === undefined || known.admits(literal, subject)) && known.looksLike(names, values),
    );
    if (instance === undefined) alike.push((instance = new ScopeInstance(values)));
    if (literal !== undefined) instance.settle(literal, subject);
    return instance;
  }
}

/** The variable with a name in an instance, made at first use. */
export function variableOf(instance: ScopeInstance, name: string, value: unknown): Variable {
  let variable = instance.variables.get(name);
  if (variable === undefined) {
    variable = { name, value, users: 0, isWritten: false, index: -1 };
    instance.variables.set(name, variable);
  }
  return variable;
}
