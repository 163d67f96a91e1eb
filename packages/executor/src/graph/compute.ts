/** Lazy values in a structure: computed, or put into the cluster's memory. */
import { Future } from '../future.js';
import type { Session } from '../session/session.js';
import type { View } from '../session/view.js';
import { gatherValues } from '../submit/gather.js';
import type { GatherOptions } from '../submit/gather.js';
import { submitLazy } from './submit-graph.js';
import { Task } from './task.js';

/** A structure with lazy values replaced by their values. */
export type Computed<T> =
  T extends Task<infer Value>
    ? Value
    : T extends Future<infer Value>
      ? Value
      : T extends ReadonlyMap<infer Key, infer Value>
        ? Map<Key, Computed<Value>>
        : T extends ReadonlySet<infer Value>
          ? Set<Computed<Value>>
          : T extends readonly unknown[]
            ? { -readonly [K in keyof T]: Computed<T[K]> }
            : T extends Record<string, unknown>
              ? { [K in keyof T]: Computed<T[K]> }
              : T;

/** A structure with lazy values replaced by futures. */
export type Persisted<T> =
  T extends Task<infer Value>
    ? Future<Value>
    : T extends Future<unknown>
      ? T
      : T extends ReadonlyMap<infer Key, infer Value>
        ? Map<Key, Persisted<Value>>
        : T extends ReadonlySet<infer Value>
          ? Set<Persisted<Value>>
          : T extends readonly unknown[]
            ? { -readonly [K in keyof T]: Persisted<T[K]> }
            : T extends Record<string, unknown>
              ? { [K in keyof T]: Persisted<T[K]> }
              : T;

export function persistLazy<T>(session: Session, view: View, structure: T): Persisted<T> {
  return submitTasks(session, view, structure).persisted as Persisted<T>;
}

export async function computeLazy<T>(
  session: Session,
  view: View,
  structure: T,
  options: GatherOptions,
  maxBytes: number,
): Promise<Computed<T>> {
  const { persisted, futures } = submitTasks(session, view, structure);
  try {
    return (await gatherValues(session, persisted, options, maxBytes)) as Computed<T>;
  } finally {
    for (const future of futures) future.release();
  }
}

/** The structure with futures in the places of tasks, and these futures. */
function submitTasks(session: Session, view: View, structure: unknown) {
  const tasks: Task<unknown>[] = [];
  new Replacer((task) => tasks.push(task)).of(structure);
  const futures = submitLazy(session, view, tasks);
  let next = 0;
  const persisted = new Replacer(() => futures[next++]).of(structure);
  return { persisted, futures };
}

/** Makes a structure anew with each task replaced. Arrays, plain objects, the values of maps, and sets are looked into, each once. */
class Replacer {
  readonly #replace: (task: Task<unknown>) => unknown;
  readonly #made = new Map<object, unknown>();

  constructor(replace: (task: Task<unknown>) => unknown) {
    this.#replace = replace;
  }

  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Task) return this.#replace(value as Task<unknown>);
    if (value instanceof Future) return value;
    if (this.#made.has(value)) return this.#made.get(value);
    if (Array.isArray(value)) {
      const items: unknown[] = this.#keep(value, []);
      for (const item of value) items.push(this.of(item));
      return items;
    }
    if (value instanceof Map) {
      const map = this.#keep(value, new Map<unknown, unknown>());
      for (const [key, item] of value) map.set(key, this.of(item));
      return map;
    }
    if (value instanceof Set) {
      const set = this.#keep(value, new Set<unknown>());
      for (const item of value) set.add(this.of(item));
      return set;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    const object = this.#keep(value, Object.create(prototype) as Record<string, unknown>);
    for (const [name, item] of Object.entries(value)) {
      Object.defineProperty(object, name, {
        value: this.of(item),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return object;
  }

  /** Before it is filled: it may contain itself. */
  #keep<T>(before: object, made: T): T {
    this.#made.set(before, made);
    return made;
  }
}
