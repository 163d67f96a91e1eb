/** Task options by content: sessions and tasks share one record for each distinct set. */
import type { TaskOptions } from '@covey/protocol/internal';
import type { RestrictionClass, RestrictionClasses } from './restrictions.js';
import { SERIALS } from './task-table.js';
import type { Worker } from './workers.js';

/** Options with their defaults, as the scheduler uses them. */
export interface OptionSet {
  readonly index: number;
  readonly identity: string;
  readonly priority: number;
  /** The priority's part of a task's order. */
  readonly orderBase: number;
  readonly retries: number;
  readonly timeoutMs: number;
  /** 0 a plain task, 1 an actor. */
  readonly kind: number;
  readonly wanted: boolean;
  /** Equal keys are equal tasks: definitions need no comparing. */
  readonly contentKeys: boolean;
  readonly restrictions: RestrictionClass | null;
  /** Sessions that defined it and tasks that have it. */
  uses: number;
}

const LARGEST_PRIORITY = 32_767;

export class OptionSets {
  readonly #sets: (OptionSet | null)[] = [];
  readonly #free: number[] = [];
  readonly #byIdentity = new Map<string, OptionSet>();
  readonly #classes: RestrictionClasses;

  constructor(classes: RestrictionClasses) {
    this.#classes = classes;
  }

  /** The record of these options, with one use more. `boost` is added to their priority. */
  use(options: TaskOptions, boost: number, workers: Iterable<Worker>): OptionSet {
    const asked = Math.trunc(options.priority ?? 0) + boost;
    const priority = Math.max(-LARGEST_PRIORITY - 1, Math.min(LARGEST_PRIORITY, asked));
    const retries = options.retries ?? 0;
    const timeoutMs = options.timeoutMs ?? 0;
    const kind = options.actor === true ? 1 : 0;
    const wanted = options.wanted !== false;
    const contentKeys = options.contentKeys === true;
    const restrictions = this.#classes.use(options, workers);
    const plain = [priority, retries, timeoutMs, kind, wanted, contentKeys];
    const identity = JSON.stringify([...plain, restrictions?.identity ?? null]);
    let found = this.#byIdentity.get(identity);
    if (found === undefined) {
      const index = this.#free.pop() ?? this.#sets.length;
      const orderBase = -priority * SERIALS;
      const uses = 0;
      found = {
        index,
        identity,
        priority,
        orderBase,
        retries,
        timeoutMs,
        kind,
        wanted,
        contentKeys,
        restrictions,
        uses,
      };
      this.#sets[index] = found;
      this.#byIdentity.set(identity, found);
    } else if (restrictions !== null) this.#classes.drop(restrictions);
    found.uses++;
    return found;
  }

  at(index: number): OptionSet {
    return this.#sets[index]!;
  }

  drop(index: number, uses = 1): void {
    const set = this.#sets[index]!;
    set.uses -= uses;
    if (set.uses > 0) return;
    this.#byIdentity.delete(set.identity);
    this.#sets[index] = null;
    this.#free.push(index);
    if (set.restrictions !== null) this.#classes.drop(set.restrictions);
  }

  /** All uses, for validation. */
  totalUses(): number {
    let total = 0;
    for (const set of this.#byIdentity.values()) total += set.uses;
    return total;
  }
}
