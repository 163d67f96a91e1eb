/** Retirement: a worker gets nothing new, finishes what it runs, and gives away what only it holds before it may go. */
import type { CoreState } from './core-state.js';
import { holdersOf, isActor, isHolder } from './holders.js';
import { replaceQueue } from './placement.js';
import { startMove } from './replicas.js';
import { State } from './states.js';
import { Flag } from './task-table.js';
import type { Worker } from './workers.js';

/** Begins to retire a worker. */
export function beginRetirement(s: CoreState, worker: Worker): void {
  if (worker.retiring) return;
  worker.retiring = true;
  s.retiring.add(worker);
  s.workers.update(worker);
  replaceQueue(s, worker);
  // Copies only, since what it runs may need them: should it have to go before its tasks have ended, this much is safe.
  moveAway(s, worker, null);
}

/** Ends a retirement: the worker goes on. */
export function endRetirement(s: CoreState, worker: Worker): void {
  if (!worker.retiring) return;
  worker.retiring = false;
  worker.isRetired = false;
  s.retiring.delete(worker);
  s.workers.update(worker);
  s.workers.markDirty(worker);
}

/** Results that only retiring workers hold while there is no other worker that could take them: how many, and some of their keys. */
export function strandedResults(s: CoreState, mostKeys: number): { readonly count: number; readonly keys: string[] } {
  const { tasks } = s;
  const keys: string[] = [];
  let count = 0;
  const isAlone = s.retiring.size > 0 && s.retiring.size === s.workers.size;
  for (let slot = 0; isAlone && slot < tasks.used; slot++) {
    if (tasks.state[slot] !== State.memory || tasks.has(slot, Flag.pinned) || isActor(s, slot)) continue;
    if (count++ < mostKeys) keys.push(s.keys.text(slot));
  }
  return { count, keys };
}

/** Goes on with retirements, and says which are complete. To be called when a batch ends. */
export function tendRetirements(s: CoreState): void {
  for (const worker of s.retiring) {
    if (worker.isRetired) continue;
    // Attempts may leave results, so data is looked at when they have ended.
    if (worker.processing > 0) continue;
    if (worker.held > 0 && moveAway(s, worker, worker) > 0) continue;
    worker.isRetired = true;
    s.output.retired(worker.id);
  }
}

/**
 * Orders copies of what only this worker holds, after which `dropFrom` may drop its own; answers how many results still have no
 * holder that stays.
 */
function moveAway(s: CoreState, worker: Worker, dropFrom: Worker | null): number {
  const { tasks } = s;
  const targets = [...s.workers.all()].filter((other) => other.isRunning);
  let left = 0;
  for (let slot = 0; slot < tasks.used; slot++) {
    if (tasks.state[slot] !== State.memory || !isLeftWith(s, slot, worker)) continue;
    // What can't leave its thread is computed again after the worker has gone.
    if (tasks.has(slot, Flag.pinned) || isActor(s, slot)) continue;
    left++;
    if (targets.length === 0 || s.moves.has(slot)) continue;
    const target = targets[left % targets.length]!;
    startMove(s, slot, target, dropFrom);
  }
  return left;
}

/** Whether this worker has the result, and beside it only others that are on their way out too. */
function isLeftWith(s: CoreState, slot: number, worker: Worker): boolean {
  return isHolder(s, slot, worker.id) && holdersOf(s, slot).every((id) => s.workers.get(id)?.retiring === true);
}

/** The workers that would be missed least: fewest bytes held, then fewest attempts. */
export function cheapest(s: CoreState, n: number): Worker[] {
  const running = [...s.workers.all()].filter((worker) => !worker.retiring);
  running.sort((a, b) => a.heldBytes - b.heldBytes || a.processing - b.processing || b.id - a.id);
  return running.slice(0, Math.max(0, n));
}
