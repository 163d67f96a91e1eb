/** Which workers hold a result: the first in the table's column, further ones in the side table. */
import type { WorkerId } from '@covey/protocol/internal';
import type { CoreState } from './core-state.js';
import { Flag } from './task-table.js';
import type { Worker } from './workers.js';

/** Notes that a worker holds a result. */
export function addHolder(s: CoreState, slot: number, worker: Worker): void {
  const { tasks } = s;
  if (tasks.holder[slot] === 0) tasks.holder[slot] = worker.id;
  else {
    if (isHolder(s, slot, worker.id)) return;
    (tasks.coldOf(slot).holders ??= []).push(worker.id);
    tasks.set(slot, Flag.copied);
  }
  worker.held++;
  worker.heldBytes += tasks.nbytes[slot]!;
  if (isActor(s, slot)) worker.actors++;
}

/** Whether the task's result is an actor. */
export function isActor(s: CoreState, slot: number): boolean {
  const options = s.tasks.options[slot]!;
  return options !== -1 && s.options.at(options).kind === 1;
}

export function isHolder(s: CoreState, slot: number, worker: number): boolean {
  const { tasks } = s;
  if (tasks.holder[slot] === worker) return true;
  return tasks.has(slot, Flag.copied) && tasks.cold.get(slot)!.holders!.includes(worker as WorkerId);
}

/** How many workers hold it. */
export function holderCount(s: CoreState, slot: number): number {
  const { tasks } = s;
  if (tasks.holder[slot] === 0) return 0;
  return tasks.has(slot, Flag.copied) ? 1 + tasks.cold.get(slot)!.holders!.length : 1;
}

export function holdersOf(s: CoreState, slot: number): WorkerId[] {
  const { tasks } = s;
  const first = tasks.holder[slot]! as WorkerId;
  if (first === 0) return [];
  return tasks.has(slot, Flag.copied) ? [first, ...tasks.cold.get(slot)!.holders!] : [first];
}

/** Notes that a worker holds a result no longer; answers how many still do. The worker isn't told. */
export function removeHolder(s: CoreState, slot: number, worker: Worker): number {
  const { tasks } = s;
  if (!isHolder(s, slot, worker.id)) return holderCount(s, slot);
  worker.held--;
  worker.heldBytes -= tasks.nbytes[slot]!;
  if (isActor(s, slot)) worker.actors--;
  const cold = tasks.has(slot, Flag.copied) ? tasks.cold.get(slot)! : undefined;
  const others = cold?.holders;
  if (tasks.holder[slot] === worker.id) tasks.holder[slot] = others?.pop() ?? 0;
  else others!.splice(others!.indexOf(worker.id), 1);
  if (others?.length === 0) {
    delete cold!.holders;
    tasks.clear(slot, Flag.copied);
  }
  return holderCount(s, slot);
}

/** Takes a result from everybody who holds it; they are told when the batch ends. */
export function dropAllHolders(s: CoreState, slot: number): void {
  const { tasks } = s;
  if (!tasks.has(slot, Flag.copied)) {
    const worker = s.workers.get(tasks.holder[slot]!)!;
    removeHolder(s, slot, worker);
    s.free(worker, slot);
    return;
  }
  for (const id of holdersOf(s, slot)) {
    const worker = s.workers.get(id)!;
    removeHolder(s, slot, worker);
    s.free(worker, slot);
  }
}
