/**
 * Restriction classes: tasks with the same restrictions share one, with a queue of its own, so that what can't run now
 * blocks nothing else and isn't looked at again until something changes for its class.
 */
import type { TaskOptions, WorkerId } from '@covey/protocol/internal';
import { ReadyQueue } from './ready-queue.js';
import type { TaskTable } from './task-table.js';
import type { Worker } from './workers.js';

export interface RestrictionClass {
  readonly index: number;
  readonly identity: string;
  /** Addresses, names and hosts; null when every worker will do. */
  readonly names: ReadonlySet<string> | null;
  /** The names are a preference only. */
  readonly loose: boolean;
  readonly resources: readonly (readonly [name: string, amount: number])[];
  /** Workers that may ever run its tasks (by their whole resources; what is free at the moment is another matter). */
  readonly eligible: Set<WorkerId>;
  /** With loose names: the workers that are named. */
  readonly preferred: Set<WorkerId>;
  readonly queue: ReadyQueue;
  /** Sets of options that name it. */
  uses: number;
  /** Tasks came into the queue since it was last offered to the workers. */
  fresh: boolean;
}

export class RestrictionClasses {
  readonly #classes: (RestrictionClass | null)[] = [];
  readonly #free: number[] = [];
  readonly #byIdentity = new Map<string, RestrictionClass>();
  readonly #tasks: TaskTable;

  constructor(tasks: TaskTable) {
    this.#tasks = tasks;
  }

  /** The class of these options with one use more; null when they restrict nothing. */
  use(options: TaskOptions, workers: Iterable<Worker>): RestrictionClass | null {
    const names = options.workers === undefined || options.workers.length === 0 ? null : [...options.workers].sort();
    const resources = Object.entries(options.resources ?? {})
      .filter(([, amount]) => amount > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    if (names === null && resources.length === 0) return null;
    const loose = names !== null && options.allowOtherWorkers === true;
    const identity = JSON.stringify([names, loose, resources]);
    let found = this.#byIdentity.get(identity);
    if (found === undefined) {
      const index = this.#free.pop() ?? this.#classes.length;
      found = {
        index,
        identity,
        names: names === null ? null : new Set(names),
        loose,
        resources,
        eligible: new Set(),
        preferred: new Set(),
        queue: new ReadyQueue(this.#tasks, placeOfClass(index)),
        uses: 0,
        fresh: false,
      };
      for (const worker of workers) noteWorker(found, worker);
      this.#classes[index] = found;
      this.#byIdentity.set(identity, found);
    }
    found.uses++;
    return found;
  }

  drop(restrictions: RestrictionClass): void {
    if (--restrictions.uses > 0) return;
    this.#byIdentity.delete(restrictions.identity);
    this.#classes[restrictions.index] = null;
    this.#free.push(restrictions.index);
  }

  at(index: number): RestrictionClass {
    return this.#classes[index]!;
  }

  all(): Iterable<RestrictionClass> {
    return this.#byIdentity.values();
  }
}

/** `place` of tasks in a class's queue. */
export function placeOfClass(index: number): number {
  return -1 - index;
}

/** The class in whose queue a task is, by its `place`. */
export function classOfPlace(place: number): number {
  return -1 - place;
}

/** Puts a worker into the sets of a class. */
export function noteWorker(restrictions: RestrictionClass, worker: Worker): void {
  if (!restrictions.resources.every(([name, amount]) => (worker.resources[name] ?? 0) >= amount)) return;
  const { names } = restrictions;
  const isNamed = names === null || names.has(worker.address) || names.has(worker.name) || names.has(worker.host);
  if (isNamed || restrictions.loose) restrictions.eligible.add(worker.id);
  if (isNamed && restrictions.loose) restrictions.preferred.add(worker.id);
}

/** Whether the worker has enough of every resource free now. */
export function hasFree(worker: Worker, restrictions: RestrictionClass): boolean {
  for (const [name, amount] of restrictions.resources) if ((worker.resourcesFree.get(name) ?? 0) < amount) return false;
  return true;
}
