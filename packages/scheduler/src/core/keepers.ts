/** Holders of tasks that are no clients: published datasets, queues, variables; each by a name of its own. */
import type { CoreState } from './core-state.js';
import { Flag } from './task-table.js';

/** Has `keeper` hold a task. Answers whether it didn't before. */
export function addKeeper(s: CoreState, slot: number, keeper: string): boolean {
  let slots = s.keepers.get(keeper);
  if (slots === undefined) {
    slots = new Set();
    s.keepers.set(keeper, slots);
  }
  if (slots.has(slot)) return false;
  slots.add(slot);
  (s.tasks.coldOf(slot).keepers ??= new Set()).add(keeper);
  s.tasks.set(slot, Flag.kept);
  return true;
}

/** Ends a holder's interest in a task. */
export function removeKeeper(s: CoreState, slot: number, keeper: string): void {
  const slots = s.keepers.get(keeper);
  if (slots?.delete(slot) !== true) return;
  if (slots.size === 0) s.keepers.delete(keeper);
  const names = s.tasks.coldIfAny(slot)!.keepers!;
  names.delete(keeper);
  if (names.size === 0) s.tasks.clear(slot, Flag.kept);
  s.slack.push(slot);
}

/** Ends every such holder's interest in a task. */
export function dropKeepers(s: CoreState, slot: number): void {
  for (const keeper of [...(s.tasks.coldIfAny(slot)?.keepers ?? [])]) removeKeeper(s, slot, keeper);
}
