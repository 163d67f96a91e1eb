/** Cancelling and trying again. */
import type { ClientTaskId } from '@covey/protocol/internal';
import type { Client } from './clients.js';
import type { CoreState } from './core-state.js';
import { CANCELLED, DATA_LOST } from './error-reports.js';
import { dropKeepers } from './keepers.js';
import { State } from './states.js';
import { stopAttempt } from './stop.js';
import { Flag } from './task-table.js';
import type { Wish } from './task-table.js';
import { forgive, wake, withdraw } from './transitions.js';
import { removeWish, tellPending, wishesOf } from './wishes.js';

/**
 * Takes away the wishes for these tasks and for everything unfinished that depends on them: one client's, or everybody's
 * when `client` is null. What nobody else wants is stopped when the stimulus ends. Answers which tasks they are.
 */
export function cancelTasks(
  s: CoreState,
  slots: readonly number[],
  client: Client | null,
  code: string,
  reason: string,
): ReadonlySet<number> {
  const { tasks, edges } = s;
  const seen = new Set(slots);
  for (const slot of seen) {
    for (let edge = tasks.firstDependent[slot]!; edge !== -1; edge = edges.next[edge]!) {
      const dependent = edges.from[edge]!;
      // Sets are walked in the order of insertion, additions included.
      if (tasks.state[dependent] !== State.memory) seen.add(dependent);
    }
  }
  for (const slot of seen) {
    for (const wish of wishesOf(s, slot)) {
      if (client !== null && wish.client !== client.id) continue;
      cancelWish(s, slot, wish, code, reason);
    }
    if (client === null) dropKeepers(s, slot);
    if (client === null || tasks.client[slot] === 0) tasks.clear(slot, Flag.provisional | Flag.untilEnded);
    s.slack.push(slot);
  }
  return seen;
}

/**
 * Takes away the wishes of these numbers alone. Answers the tasks for which the client has no other number: what it has that
 * depends on them is to be cancelled too.
 */
export function cancelNumbers(
  s: CoreState,
  client: Client,
  ids: readonly ClientTaskId[],
  reason: string,
): readonly number[] {
  const slots = new Set<number>();
  for (const id of ids) {
    const slot = client.tasks.get(id);
    if (slot === -1) continue;
    slots.add(slot);
    cancelWish(s, slot, { client: client.id, id, wanted: true }, CANCELLED, reason);
  }
  return [...slots].filter((slot) => wishesOf(s, slot).every((wish) => wish.client !== client.id));
}

function cancelWish(s: CoreState, slot: number, wish: Wish, code: string, reason: string): void {
  const owner = s.clients.get(wish.client)!;
  removeWish(s, slot, owner, wish.id);
  owner.refused.set(wish.id, { kind: 'cancelled', code, reason });
  if (wish.wanted) s.output.cancelled(wish.client, wish.id, code, reason);
}

/** Cancels what needs scattered data that is gone. To be called when a stimulus ends. */
export function cancelLost(s: CoreState): void {
  while (s.lostData.length > 0) {
    const slot = s.lostData.pop()!;
    if (s.tasks.state[slot] !== State.released) continue;
    const reason = `The scattered data ${s.keys.text(slot)} is lost: the workers that held it are gone, and it can't be computed.`;
    for (const task of cancelTasks(s, [slot], null, DATA_LOST, reason)) {
      const state = s.tasks.state[task];
      // Nothing may go on or wait for what will never come, not even for a dependent that is just being stopped.
      if (state === State.processing) stopAttempt(s, task, reason);
      else if (state === State.waiting || state === State.queued || state === State.noWorker) withdraw(s, task);
    }
  }
}

/** erred → released → …: runs erred tasks again, with the erred tasks that they depend on. */
export function retryTask(s: CoreState, slot: number): void {
  const { tasks, edges } = s;
  if (tasks.state[slot] !== State.erred) return;
  const stack = [slot];
  const forgiven: number[] = [];
  while (stack.length > 0) {
    const task = stack.pop()!;
    if (tasks.state[task] !== State.erred) continue;
    forgive(s, task);
    forgiven.push(task);
    const first = tasks.firstEdge[task]!;
    const end = first + tasks.edgeCount[task]!;
    for (let edge = first; edge < end; edge++) stack.push(edges.to[edge]!);
  }
  for (const task of forgiven) tellPending(s, task);
  for (const task of forgiven) {
    if (tasks.isNeeded(task)) wake(s, task);
    else s.slack.push(task);
  }
}
