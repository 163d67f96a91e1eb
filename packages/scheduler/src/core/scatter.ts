/** Data that clients give: it becomes a task without a function, and can't be computed again. */
import type { ClientTaskId, Opaque, ScatterItem, TaskId, WorkerId } from '@covey/protocol/internal';
import { ProtocolError } from '@covey/protocol';
import type { Client } from './clients.js';
import type { CoreState } from './core-state.js';
import { keyConflict } from './error-reports.js';
import { finishMove } from './replicas.js';
import { join } from './submit.js';
import { State } from './states.js';
import { Flag } from './task-table.js';
import { enterMemory } from './transitions.js';
import { addWish, refuse } from './wishes.js';
import type { Worker } from './workers.js';
import { addHolder } from './holders.js';

export interface Scattered {
  readonly taskId: TaskId;
  readonly addresses: readonly string[];
  /** There is no worker yet that could take it: to be asked again by {@link placeScattered} when there is one. */
  readonly unplaced?: true;
}

let turn = 0;

/** Makes a task of a piece of data, and says where it is to be uploaded. `copies` of `among` get it. */
export function scatterItem(
  s: CoreState,
  client: Client,
  item: ScatterItem,
  among: readonly Worker[],
  copies: number,
): Scattered {
  const { tasks } = s;
  const { id, key } = item;
  if (client.tasks.get(id) !== -1 || client.refused.has(id)) {
    throw new ProtocolError(`Client ${client.id} (${client.name}) scattered under the id ${id}, which is in use`);
  }
  const existing = s.keys.find(key);
  if (existing !== -1) return joinScattered(s, client, item, existing);
  const slot = tasks.allocate(0);
  s.keys.add(slot, key);
  tasks.set(slot, Flag.scattered);
  tasks.nbytes[slot] = item.nbytes;
  tasks.type[slot] = s.types.of(item.type);
  addWish(s, slot, client, id, true);
  tasks.coldOf(slot).sources = [{ client: client.id, id }];
  s.move(slot, State.waiting);
  tasks.waiting[slot] = 1;
  return place(s, slot, item, among, copies);
}

/** Says where to upload a piece for which there was no worker before. */
export function placeScattered(
  s: CoreState,
  client: Client,
  item: ScatterItem,
  among: readonly Worker[],
  copies: number,
): Scattered {
  const { tasks } = s;
  const slot = client.tasks.get(item.id);
  if (slot === -1) return { taskId: 0 as TaskId, addresses: [] };
  const isUnplaced = tasks.state[slot] === State.waiting && tasks.coldIfAny(slot)?.uploads === undefined;
  return isUnplaced ? place(s, slot, item, among, copies) : uploadsOf(s, slot);
}

function place(s: CoreState, slot: number, item: ScatterItem, among: readonly Worker[], copies: number): Scattered {
  const { tasks } = s;
  const targets = chooseTargets(among, copies);
  if (targets.length === 0) return { taskId: tasks.taskId(slot), addresses: [], unplaced: true };
  if (item.inline !== undefined) {
    for (const worker of targets) s.output.store(worker.id, tasks.taskId(slot), item.type, item.inline);
    arrive(s, slot, targets[0]!, item.inline);
    for (const worker of targets.slice(1)) addHolder(s, slot, worker);
    return { taskId: tasks.taskId(slot), addresses: [] };
  }
  tasks.coldOf(slot).uploads = targets.map((worker) => worker.id);
  return { taskId: tasks.taskId(slot), addresses: targets.map((worker) => worker.address) };
}

/** waiting → memory: scattered data arrived at a worker. */
export function receiveUpload(s: CoreState, taskId: TaskId, worker: Worker, nbytes: number, type: string): void {
  const { tasks } = s;
  const slot = tasks.find(taskId);
  if (slot === -1 || !tasks.has(slot, Flag.scattered)) {
    s.freeId(worker, taskId);
    return;
  }
  noteUpload(s, slot, worker.id);
  if (tasks.state[slot] === State.memory) {
    addHolder(s, slot, worker);
    finishMove(s, slot, worker);
    return;
  }
  if (tasks.state[slot] !== State.waiting) {
    s.freeId(worker, taskId);
    return;
  }
  tasks.nbytes[slot] = nbytes;
  tasks.type[slot] = s.types.of(type);
  arrive(s, slot, worker, null);
}

/** waiting → memory: data is at a worker; nobody need bring it any more. */
function arrive(s: CoreState, slot: number, worker: Worker, inline: Opaque | null): void {
  const { tasks } = s;
  tasks.waiting[slot] = 0;
  delete tasks.coldOf(slot).sources;
  enterMemory(s, slot, worker, inline);
}

/** A client is gone: what it was uploading and nobody else can bring is lost. */
export function abandonUploads(s: CoreState, client: Client): void {
  const { tasks } = s;
  client.tasks.forEach((_, slot) => {
    if (tasks.state[slot] !== State.waiting || !tasks.has(slot, Flag.scattered)) return;
    const cold = tasks.coldOf(slot);
    const sources = cold.sources ?? [];
    cold.sources = sources.filter((source) => source.client !== client.id);
    if (sources.length > 0 && cold.sources.length === 0) loseUpload(s, slot);
  });
}

/** waiting → released: scattered data will not arrive. */
export function loseUpload(s: CoreState, slot: number): void {
  s.move(slot, State.released);
  s.lostData.push(slot);
}

/** Whether scattered data that is waited for may still arrive: it is under way, or somebody who has it still wants it. */
export function mayArrive(s: CoreState, slot: number): boolean {
  const cold = s.tasks.coldIfAny(slot);
  if (cold?.uploads !== undefined) return true;
  return cold?.sources?.some(({ client, id }) => s.clients.get(client)?.tasks.get(id) === slot) === true;
}

function noteUpload(s: CoreState, slot: number, worker: WorkerId): void {
  const cold = s.tasks.coldIfAny(slot);
  if (cold?.uploads === undefined) return;
  cold.uploads = cold.uploads.filter((id) => id !== worker);
  if (cold.uploads.length === 0) delete cold.uploads;
}

function joinScattered(s: CoreState, client: Client, item: ScatterItem, slot: number): Scattered {
  const { tasks } = s;
  const id: ClientTaskId = item.id;
  if (!tasks.has(slot, Flag.scattered)) {
    refuse(s, client, id, true, { kind: 'erred', error: keyConflict(item.key) });
    return { taskId: 0 as TaskId, addresses: [] };
  }
  join(s, slot, client, id, true);
  if (tasks.state[slot] === State.waiting) (tasks.coldOf(slot).sources ??= []).push({ client: client.id, id });
  // The first client may never finish its upload: until there is a copy, each one brings the data.
  return uploadsOf(s, slot);
}

function uploadsOf(s: CoreState, slot: number): Scattered {
  const { tasks } = s;
  const taskId = tasks.taskId(slot);
  if (tasks.state[slot] !== State.waiting) return { taskId, addresses: [] };
  const uploads = tasks.coldIfAny(slot)?.uploads;
  if (uploads === undefined) return { taskId, addresses: [], unplaced: true };
  return { taskId, addresses: uploads.map((worker) => s.workers.get(worker)!.address) };
}

/** Workers in turn, so that scattered lists spread. */
function chooseTargets(among: readonly Worker[], copies: number): Worker[] {
  const usable = among.filter((worker) => !worker.retiring);
  const count = Math.min(copies, usable.length);
  const targets: Worker[] = [];
  for (let i = 0; i < count; i++) targets.push(usable[(turn + i) % usable.length]!);
  turn++;
  return targets;
}
