/** Which clients know a task, under which number, and which of them want its result; and what they are told. */
import type { ClientTaskId, ErrorReport, Opaque } from '@covey/protocol/internal';
import type { Client, Refusal } from './clients.js';
import type { CoreState } from './core-state.js';
import { State } from './states.js';
import { Flag } from './task-table.js';
import type { Wish } from './task-table.js';

/** Gives a task a number of a client. The first is in the table's columns, others are in the side table. */
export function addWish(s: CoreState, slot: number, client: Client, id: ClientTaskId, wanted: boolean): void {
  const { tasks } = s;
  client.tasks.set(id, slot);
  if (tasks.client[slot] === 0) {
    tasks.client[slot] = client.id;
    tasks.clientTask[slot] = id;
    if (wanted) tasks.set(slot, Flag.wanted);
    return;
  }
  const cold = tasks.coldOf(slot);
  (cold.wishes ??= []).push({ client: client.id, id, wanted });
  if (wanted) tasks.set(slot, Flag.wantedToo);
}

/** Makes a client's number one for the result. */
export function wantResult(s: CoreState, slot: number, client: Client, id: ClientTaskId): void {
  const { tasks } = s;
  if (tasks.client[slot] === client.id && tasks.clientTask[slot] === id) {
    tasks.set(slot, Flag.wanted);
    return;
  }
  for (const wish of tasks.coldIfAny(slot)?.wishes ?? []) {
    if (wish.client === client.id && wish.id === id) wish.wanted = true;
  }
  tasks.set(slot, Flag.wantedToo);
}

/** Takes a client's number from a task. Whether the task is still needed is looked at when the stimulus ends. */
export function removeWish(s: CoreState, slot: number, client: Client, id: ClientTaskId): void {
  const { tasks } = s;
  client.tasks.delete(id);
  s.slack.push(slot);
  const others = tasks.coldIfAny(slot)?.wishes;
  if (tasks.client[slot] === client.id && tasks.clientTask[slot] === id) {
    const next = others?.pop();
    tasks.client[slot] = next?.client ?? 0;
    tasks.clientTask[slot] = next?.id ?? 0;
    tasks.clear(slot, Flag.wanted);
    if (next?.wanted === true) tasks.set(slot, Flag.wanted);
  } else if (others !== undefined) {
    const at = others.findIndex((wish) => wish.client === client.id && wish.id === id);
    if (at !== -1) others.splice(at, 1);
  }
  if (tasks.has(slot, Flag.wantedToo) && others?.some((wish) => wish.wanted) !== true) {
    tasks.clear(slot, Flag.wantedToo);
  }
}

/** Every number that clients have for a task. A copy: the task may be changed meanwhile. */
export function wishesOf(s: CoreState, slot: number): Wish[] {
  const { tasks } = s;
  if (tasks.client[slot] === 0) return [];
  const first: Wish = {
    client: tasks.client[slot] as Wish['client'],
    id: tasks.clientTask[slot] as ClientTaskId,
    wanted: tasks.has(slot, Flag.wanted),
  };
  return [first, ...(tasks.coldIfAny(slot)?.wishes ?? [])];
}

/** Tells everybody who wants the task that it has a result. */
export function tellDone(s: CoreState, slot: number, inline: Opaque | null): void {
  const { tasks } = s;
  const nbytes = tasks.nbytes[slot]!;
  const type = s.types.at(tasks.type[slot]!);
  if (tasks.has(slot, Flag.wanted)) {
    s.output.done(tasks.client[slot] as Wish['client'], tasks.clientTask[slot] as ClientTaskId, nbytes, type, inline);
  }
  if (!tasks.has(slot, Flag.wantedToo)) return;
  for (const wish of tasks.coldIfAny(slot)!.wishes!) {
    if (wish.wanted) s.output.done(wish.client, wish.id, nbytes, type, inline);
  }
}

/** Tells everybody who wants the task why it has none. */
export function tellErred(s: CoreState, slot: number, error: ErrorReport): void {
  for (const wish of wishesOf(s, slot)) if (wish.wanted) s.output.erred(wish.client, wish.id, error);
}

/** Tells everybody who wants the task that it is computed again. */
export function tellPending(s: CoreState, slot: number): void {
  for (const wish of wishesOf(s, slot)) if (wish.wanted) s.output.pending(wish.client, wish.id);
}

/** Tells one client how a task of its stands. */
export function tellState(s: CoreState, slot: number, client: Client, id: ClientTaskId): void {
  const { tasks } = s;
  if (tasks.state[slot] === State.memory) {
    s.output.done(client.id, id, tasks.nbytes[slot]!, s.types.at(tasks.type[slot]!), s.cache.get(slot));
  } else if (tasks.state[slot] === State.erred) {
    s.output.erred(client.id, id, tasks.coldIfAny(slot)!.error!);
  }
}

/** Notes that a number of the client stands for no task, and tells it why if it wanted the result. */
export function refuse(s: CoreState, client: Client, id: ClientTaskId, wanted: boolean, refusal: Refusal): void {
  client.refused.set(id, refusal);
  if (!wanted) return;
  if (refusal.kind === 'erred') s.output.erred(client.id, id, refusal.error);
  else s.output.cancelled(client.id, id, refusal.code, refusal.reason);
}
