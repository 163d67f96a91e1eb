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
      : T extends readonly unknown[]
        ? { -readonly [K in keyof T]: Persisted<T[K]> }
        : T extends Record<string, unknown>
          ? { [K in keyof T]: Persisted<T[K]> }
          : T;

export function persistLazy<T>(session: Session, view: View, structure: T): Persisted<T> {
  const tasks: Task<unknown>[] = [];
  replaceTasks(structure, (task) => tasks.push(task));
  const futures = submitLazy(session, view, tasks);
  let next = 0;
  return replaceTasks(structure, () => futures[next++]) as Persisted<T>;
}

export async function computeLazy<T>(
  session: Session,
  view: View,
  structure: T,
  options: GatherOptions,
  maxBytes: number,
): Promise<Computed<T>> {
  const made: Future<unknown>[] = [];
  const persisted = persistLazy(session, view, structure);
  collectMade(structure, persisted, made);
  try {
    return (await gatherValues(session, persisted, options, maxBytes)) as Computed<T>;
  } finally {
    for (const future of made) future.release();
  }
}

/** The structure anew with each task replaced; arrays and plain objects are looked into. */
function replaceTasks(value: unknown, replace: (task: Task<unknown>) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Task) return replace(value as Task<unknown>);
  if (value instanceof Future) return value;
  if (Array.isArray(value)) return value.map((item) => replaceTasks(item, replace));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaceTasks(item, replace)]));
}

/** Finds the futures that took the places of tasks; those that were in the structure before are their owner's. */
function collectMade(before: unknown, after: unknown, made: Future<unknown>[]): void {
  if (before instanceof Task) {
    if (after instanceof Future) made.push(after);
  } else if (Array.isArray(before)) {
    before.forEach((item, i) => collectMade(item, (after as unknown[])[i], made));
  } else if (typeof before === 'object' && before !== null && !(before instanceof Future) && before !== after) {
    for (const [name, item] of Object.entries(before)) {
      collectMade(item, (after as Record<string, unknown>)[name], made);
    }
  }
}
