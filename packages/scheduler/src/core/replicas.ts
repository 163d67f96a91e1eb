/** Copies of results: those that workers make by fetching, and those that are ordered (replicate, rebalance, retire). */
import type { TaskId } from '@covey/protocol/internal';
import { peersWith } from './assignment.js';
import type { CoreState, Move } from './core-state.js';
import { addHolder, holderCount, isHolder, removeHolder } from './holders.js';
import { mayBeLostResult } from './result-holds.js';
import { State } from './states.js';
import { stopAttempt } from './stop.js';
import { Flag } from './task-table.js';
import { dropNeeds, endAttempt, enterMemory, leaveQueue } from './transitions.js';
import type { Worker } from './workers.js';

/** A worker fetched a copy and keeps it. */
export function gainCopy(s: CoreState, taskId: TaskId, worker: Worker): void {
  const { tasks } = s;
  const slot = tasks.find(taskId);
  if (slot === -1) {
    s.freeId(worker, taskId);
    return;
  }
  const state = tasks.state[slot];
  if (state === State.memory) {
    if (mayBeLostResult(s, slot, worker.id)) {
      s.free(worker, slot);
      return;
    }
    addHolder(s, slot, worker);
    finishMove(s, slot, worker);
    return;
  }
  const isRunningHere = state === State.processing && tasks.place[slot] === worker.id;
  const isReady = state === State.queued || state === State.noWorker;
  if (state !== State.waiting && !isReady && !isRunningHere) {
    s.free(worker, slot);
    return;
  }
  // The last copy was thought lost while this one was being made: nothing need be computed again.
  if (isReady) leaveQueue(s, slot);
  else if (isRunningHere) {
    stopAttempt(s, slot, 'a copy of its result turned up');
    endAttempt(s, slot, worker);
  }
  dropNeeds(s, slot);
  enterMemory(s, slot, worker, null);
}

/** Orders a copy on `target`; once it is there, `dropFrom` may drop its own. */
export function startMove(s: CoreState, slot: number, target: Worker, dropFrom: Worker | null): void {
  const moves = s.moves.get(slot) ?? [];
  if (isHolder(s, slot, target.id) || moves.some((move) => move.target === target)) return;
  moves.push({ slot, target, dropFrom });
  s.moves.set(slot, moves);
  s.output.acquire(target.id, s.tasks.taskId(slot), s.tasks.nbytes[slot]!, peersWith(s, slot, target));
}

/** A copy is there, however it came. */
export function finishMove(s: CoreState, slot: number, target: Worker): void {
  const move = takeMove(s, slot, (candidate) => candidate.target === target);
  if (move?.dropFrom == null || !isHolder(s, slot, move.dropFrom.id)) return;
  dropCopy(s, slot, move.dropFrom);
}

/** Drops a copy that isn't the last. */
function dropCopy(s: CoreState, slot: number, worker: Worker): void {
  if (holderCount(s, slot) < 2 || !isHolder(s, slot, worker.id)) return;
  removeHolder(s, slot, worker);
  s.free(worker, slot);
}

function takeMove(s: CoreState, slot: number, isIt: (move: Move) => boolean): Move | undefined {
  const moves = s.moves.get(slot);
  const at = moves?.findIndex(isIt) ?? -1;
  if (moves === undefined || at === -1) return undefined;
  const [move] = moves.splice(at, 1);
  if (moves.length === 0) s.moves.delete(slot);
  return move;
}

/** A copy could not be made; whoever still wants one orders it again. */
export function dropMove(s: CoreState, slot: number, target: Worker): void {
  takeMove(s, slot, (move) => move.target === target);
}

/** A worker is gone: nothing moves to it or away from it any more. */
export function dropMovesOf(s: CoreState, worker: Worker): void {
  for (const [slot, moves] of s.moves) {
    const left = moves.filter((move) => move.target !== worker && move.dropFrom !== worker);
    if (left.length === 0) s.moves.delete(slot);
    else s.moves.set(slot, left);
  }
}

/** Forgets moves of results that are no longer there. To be called when a batch ends. */
export function pruneMoves(s: CoreState): void {
  for (const slot of s.moves.keys()) if (s.tasks.state[slot] !== State.memory) s.moves.delete(slot);
}

/** Sees to `n` copies of a result on workers of `among`; drops copies on them beyond that, if `drops`. */
export function replicateTo(s: CoreState, slot: number, n: number, among: readonly Worker[], drops: boolean): void {
  if (s.tasks.state[slot] !== State.memory || s.tasks.has(slot, Flag.pinned)) return;
  const byRoom = [...among].sort((a, b) => a.heldBytes - b.heldBytes);
  let copies = among.filter((worker) => hasOrGets(s, slot, worker)).length;
  for (const worker of byRoom) {
    if (copies >= n) break;
    if (worker.retiring || hasOrGets(s, slot, worker)) continue;
    startMove(s, slot, worker, null);
    copies++;
  }
  if (!drops) return;
  const holders = byRoom.filter((worker) => isHolder(s, slot, worker.id));
  for (let excess = holders.length - Math.max(1, n); excess > 0; excess--)
    dropCopy(s, slot, holders[holders.length - excess]!);
}

/** A copy is there, or under way. */
function hasOrGets(s: CoreState, slot: number, worker: Worker): boolean {
  return isHolder(s, slot, worker.id) || s.moves.get(slot)?.some((move) => move.target === worker) === true;
}

/** A move of so many times the bytes to the receiver must not make it hold more than the giver did. */
const WORTH_MOVING = 1.1;

/** Moves results of `slots` from workers above the mean of held bytes to workers below it. */
export function rebalanceAmong(s: CoreState, slots: readonly number[], among: readonly Worker[]): void {
  if (among.length < 2) return;
  const planned = new Map(among.map((worker) => [worker, worker.heldBytes]));
  const mean = [...planned.values()].reduce((sum, bytes) => sum + bytes, 0) / among.length;
  for (const slot of slots) {
    if (s.tasks.state[slot] !== State.memory || s.tasks.has(slot, Flag.pinned) || s.moves.has(slot)) continue;
    const nbytes = s.tasks.nbytes[slot]!;
    const from = s.workers.get(s.tasks.holder[slot]!)!;
    const fromBytes = planned.get(from);
    if (fromBytes === undefined || nbytes === 0 || fromBytes <= mean) continue;
    let target: Worker | undefined;
    for (const worker of among) {
      if (worker.retiring || worker.paused || isHolder(s, slot, worker.id)) continue;
      if (target === undefined || planned.get(worker)! < planned.get(target)!) target = worker;
    }
    // Worth it only if the two are clearly nearer to each other afterwards: otherwise results would go to and fro.
    if (target === undefined || planned.get(target)! + nbytes * WORTH_MOVING > fromBytes) continue;
    planned.set(from, fromBytes - nbytes);
    planned.set(target, planned.get(target)! + nbytes);
    startMove(s, slot, target, from);
  }
}
