/**
 * Results that hold futures keep the tasks of those: each such result is a keeper (keepers.ts) with a name of its own.
 *
 * The tasks are held from before the worker says that the attempt is done, by a name of the attempt's; with the result, that becomes
 * the result's. A result that is lost and still needed keeps them until it has been computed again: equal calls find their tasks then.
 */
import type { AttemptId, ClientTaskId } from '@covey/protocol/internal';
import type { Client } from './clients.js';
import type { CoreState } from './core-state.js';
import { removeKeeper } from './keepers.js';
import type { Cold } from './task-table.js';
import { Flag } from './task-table.js';

/** How the keepers of this file are named, so that people read in `wantedBy` what keeps a task. */
export const RESULT_KEEPER = 'the result of ';

/** Why a result can't hold tasks: its attempt is over, its client holds no such task, or one of them holds this result. */
export type HoldRefusal = 'over' | 'unknown' | 'circular';

/** What an attempt's result would hold, or why it can't. */
export function tasksForResult(
  s: CoreState,
  client: Client,
  attempt: AttemptId,
  ids: readonly ClientTaskId[],
): { readonly keeper: string; readonly slots: readonly number[] } | HoldRefusal {
  const slot = s.attempts.get(attempt);
  if (slot === -1) return 'over';
  const slots = ids.map((id) => client.tasks.get(id));
  if (slots.includes(-1)) return 'unknown';
  if (holdAmongThem(s, slots, slot)) return 'circular';
  return { keeper: `${RESULT_KEEPER}${s.keys.text(slot)} (attempt ${attempt})`, slots };
}

/** A result, once it is there, holds what its attempt held. What it held before, it holds no longer. */
export function passHolds(s: CoreState, slot: number): void {
  const cold = s.tasks.coldIfAny(slot);
  if (cold === undefined || (cold.attemptHolds === undefined && cold.resultHolds === undefined)) return;
  const before = cold.resultHolds;
  delete cold.resultHolds;
  if (cold.attemptHolds !== undefined) cold.resultHolds = cold.attemptHolds;
  delete cold.attemptHolds;
  if (before !== undefined) dropKeeper(s, before);
}

/** An attempt ends without a result. */
export function dropAttemptHolds(s: CoreState, slot: number): void {
  dropHolds(s, s.tasks.coldIfAny(slot), 'attemptHolds');
}

/** A result isn't needed any more, or will not come. */
export function dropResultHolds(s: CoreState, slot: number): void {
  dropHolds(s, s.tasks.coldIfAny(slot), 'resultHolds');
}

/** Whether the result of a task holds others. */
export function holdsTasks(s: CoreState, slot: number): boolean {
  return s.tasks.has(slot, Flag.cold) && s.tasks.cold.get(slot)!.resultHolds !== undefined;
}

function dropHolds(s: CoreState, cold: Cold | undefined, which: 'attemptHolds' | 'resultHolds'): void {
  const keeper = cold?.[which];
  if (cold === undefined || keeper === undefined) return;
  delete cold[which];
  dropKeeper(s, keeper);
}

function dropKeeper(s: CoreState, keeper: string): void {
  for (const slot of [...(s.keepers.get(keeper) ?? [])]) removeKeeper(s, slot, keeper);
}

/** Whether a task is among others, or held by their results: results that hold each other would never go. */
function holdAmongThem(s: CoreState, slots: readonly number[], wanted: number): boolean {
  const seen = new Set(slots);
  for (const slot of seen) {
    if (slot === wanted) return true;
    const cold = s.tasks.coldIfAny(slot);
    for (const keeper of [cold?.attemptHolds, cold?.resultHolds]) {
      // Sets are walked in the order of insertion, additions included.
      for (const held of (keeper !== undefined && s.keepers.get(keeper)) || []) seen.add(held);
    }
  }
  return false;
}
