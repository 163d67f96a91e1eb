/**
 * Results that hold futures keep the tasks of those: each such result is a keeper (keepers.ts) with a name of its own.
 *
 * The tasks are held from before the worker says that the attempt is done, by a name of the attempt's; with the result, that becomes
 * the result's. A result that is lost and still needed keeps them until it has been computed again: equal calls find their tasks then.
 *
 * A copy of a lost result may be on its way to attempts that need it, and names the tasks that it held, not those of the result that takes
 * its place. So these attempts keep what it held until they end; what has not begun begins again with the other; and the copy is none.
 */
import type { AttemptId, ClientTaskId, WorkerId } from '@covey/protocol/internal';
import type { Client } from './clients.js';
import type { CoreState } from './core-state.js';
import { addKeeper, removeKeeper } from './keepers.js';
import { State } from './states.js';
import { stopAttempt } from './stop.js';
import type { Cold } from './task-table.js';
import { Flag } from './task-table.js';

/** How the keepers of this file are named, so that people read in `wantedBy` what keeps a task. */
export const RESULT_KEEPER = 'the result of ';
export const ARGUMENT_KEEPER = 'an argument of ';

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

/** An attempt has ended. What its result holds, if there is one, was passed on before. */
export function dropAttemptHolds(s: CoreState, slot: number): void {
  const cold = s.tasks.coldIfAny(slot);
  dropHolds(s, cold, 'attemptHolds');
  dropHolds(s, cold, 'argumentHolds');
}

/** The last copy of a result is lost, as far as is known: see to the attempts that may have it all the same. */
export function leaveToReaders(s: CoreState, slot: number): void {
  const { tasks, edges } = s;
  const cold = tasks.coldIfAny(slot);
  if (cold?.resultHolds === undefined) return;
  const held = s.keepers.get(cold.resultHolds) ?? [];
  const readers: AttemptId[] = [];
  for (let edge = tasks.firstDependent[slot]!; edge !== -1; edge = edges.next[edge]!) {
    const dependent = edges.from[edge]!;
    if (tasks.state[dependent] !== State.processing) continue;
    const attempt = tasks.attempt[dependent]! as AttemptId;
    const keeper = `${ARGUMENT_KEEPER}${s.keys.text(dependent)} (attempt ${attempt})`;
    tasks.coldOf(dependent).argumentHolds = keeper;
    for (const task of held) addKeeper(s, task, keeper);
    readers.push(attempt);
    if (!tasks.has(dependent, Flag.started))
      stopAttempt(s, dependent, 'a result that it needs is being computed again');
  }
  cold.readers = readers;
}

/** Whether what a worker says it has may be an earlier result of the task, which was lost. Its attempts tell how they ended after that. */
export function mayBeLostResult(s: CoreState, slot: number, worker: WorkerId): boolean {
  const readers = s.tasks.coldIfAny(slot)?.readers ?? [];
  return readers.some((attempt) => {
    const reader = s.attempts.get(attempt);
    return reader !== -1 && s.tasks.place[reader] === worker;
  });
}

/** A result isn't needed any more, or will not come. */
export function dropResultHolds(s: CoreState, slot: number): void {
  dropHolds(s, s.tasks.coldIfAny(slot), 'resultHolds');
}

/** Whether the result of a task holds others. */
export function holdsTasks(s: CoreState, slot: number): boolean {
  return s.tasks.has(slot, Flag.cold) && s.tasks.cold.get(slot)!.resultHolds !== undefined;
}

function dropHolds(
  s: CoreState,
  cold: Cold | undefined,
  which: 'attemptHolds' | 'argumentHolds' | 'resultHolds',
): void {
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
