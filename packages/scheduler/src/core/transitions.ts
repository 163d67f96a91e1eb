/**
 * The transitions of tasks: one function for each, which says what the task leaves and enters.
 *
 * They call one another directly where Dask's table of recommendations would look up the next function: a task passes
 * through here a million times a second. `TRANSITIONS` in `states.ts` is the table, and validation and the random
 * tests hold the functions to it. Whether something is still needed is never decided here: functions push what may have
 * lost its last need on `slack`, and `settle` (release.ts) looks at it when the stimulus ends. So nothing recurses, and a
 * graph may be as deep as memory allows.
 */
import type { ErrorReport, Opaque } from '@covey/protocol/internal';
import type { CoreState } from './core-state.js';
import { SUSPECTS_QUEUE } from './core-state.js';
import { addHolder, isActor } from './holders.js';
import { enterWindow, leavePipeline, noteLead, stopPipelined } from './pipeline.js';
import { chooseQueue, enqueueSuspect } from './placement.js';
import { classOfPlace } from './restrictions.js';
import { dropAttemptHolds, dropResultHolds, holdsTasks, passHolds } from './result-holds.js';
import { State } from './states.js';
import { Flag, NOWHERE, SHARED_QUEUE } from './task-table.js';
import { tellDone, tellErred } from './wishes.js';
import type { Worker } from './workers.js';

/**
 * released → waiting, and on to queued when nothing is missing: the task must be computed. So must its released
 * dependencies, all the way up. Enters: `needed` of its dependencies. A task that depends on an erred one errs; one that
 * needs scattered data that is gone is noted in `lostData`.
 */
export function wake(s: CoreState, slot: number): void {
  const { tasks, edges } = s;
  if (tasks.state[slot] !== State.released) return;
  if (tasks.edgeCount[slot] === 0 && !tasks.has(slot, Flag.scattered)) {
    // The hot path of maps: nothing to wait for.
    s.move(slot, State.waiting);
    becomeReady(s, slot);
    return;
  }
  const stack = [slot];
  while (stack.length > 0) {
    const task = stack.pop()!;
    if (tasks.state[task] !== State.released) continue;
    if (tasks.has(task, Flag.scattered)) {
      s.lostData.push(task);
      continue;
    }
    let missing = 0;
    let running = -1;
    let erred = -1;
    const first = tasks.firstEdge[task]!;
    const end = first + tasks.edgeCount[task]!;
    for (let edge = first; edge < end; edge++) {
      const dependency = edges.to[edge]!;
      tasks.needed[dependency]!++;
      const state = tasks.state[dependency];
      if (state === State.memory) continue;
      missing++;
      if (state === State.released) stack.push(dependency);
      else if (state === State.processing) running = dependency;
      else if (state === State.erred) erred = dependency;
    }
    tasks.waiting[task] = missing;
    s.move(task, State.waiting);
    if (erred !== -1) fail(s, task, tasks.coldIfAny(erred)!.error!);
    else if (missing === 0) becomeReady(s, task);
    else if (running !== -1) noteLead(s, running);
  }
}

/** waiting → queued or no-worker: every dependency has a result. Enters one queue. */
export function becomeReady(s: CoreState, slot: number): void {
  if (s.tasks.has(slot, Flag.cold) && (s.tasks.cold.get(slot)!.suspicion ?? 0) > 0) enqueueSuspect(s, slot);
  else chooseQueue(s, slot);
}

/** queued or no-worker → waiting: a dependency's result was lost. Leaves its queue. */
export function becomeUnready(s: CoreState, slot: number): void {
  leaveQueue(s, slot);
  s.move(slot, State.waiting);
}

/** Takes a ready task out of its queue; the caller sets its next state. */
export function leaveQueue(s: CoreState, slot: number): void {
  const { tasks, workers } = s;
  const place = tasks.place[slot]!;
  if (place === SHARED_QUEUE) s.ready.left();
  else if (place > 0) {
    const worker = workers.get(place)!;
    worker.queue.left();
    worker.queuedMs -= tasks.charge[slot]!;
    if (tasks.has(slot, Flag.bound) && isActor(s, slot)) worker.actors--;
    if (worker.queue.live === 0) {
      worker.queuedMs = 0;
      workers.backlogged.delete(worker);
    }
  } else if (place === SUSPECTS_QUEUE) s.suspects.left();
  else {
    const restrictions = s.classes.at(classOfPlace(place));
    restrictions.queue.left();
    if (restrictions.queue.live === 0) s.activeClasses.delete(restrictions);
    if (tasks.state[slot] === State.noWorker) s.unplaceable.delete(slot);
  }
  tasks.place[slot] = NOWHERE;
  tasks.clear(slot, Flag.bound);
}

/** Takes an attempt off its worker, whatever became of it: its thread, its resources, its share of the window. */
export function endAttempt(s: CoreState, slot: number, worker: Worker): void {
  const { tasks, workers } = s;
  s.attempts.delete(tasks.attempt[slot]!);
  worker.processing--;
  // That a stuck worker gives something back doesn't mean that it goes on.
  if (!tasks.has(slot, Flag.recalled)) noteProgress(s, worker);
  if (tasks.has(slot, Flag.suspended)) worker.suspended--;
  else if (tasks.has(slot, Flag.pipelined)) leavePipeline(s, slot, worker);
  else worker.load -= tasks.charge[slot]!;
  if (worker.active === 0) worker.load = 0;
  const options = s.options.at(tasks.options[slot]!);
  if (options.restrictions !== null) {
    for (const [name, amount] of options.restrictions.resources) {
      worker.resourcesFree.set(name, (worker.resourcesFree.get(name) ?? 0) + amount);
    }
  }
  if (options.kind === 1) worker.actors--;
  if (tasks.has(slot, Flag.suspect)) {
    worker.reserved = false;
    s.quarantine = null;
  }
  if (tasks.has(slot, Flag.cold)) dropAttemptHolds(s, slot);
  tasks.clear(slot, Flag.started | Flag.suspended | Flag.stopping | Flag.suspect | Flag.recalled);
  tasks.place[slot] = NOWHERE;
  tasks.attempt[slot] = 0;
  workers.update(worker);
  workers.markDirty(worker);
}

/** A worker began or ended something. */
export function noteProgress(s: CoreState, worker: Worker): void {
  worker.progressMs = s.now;
  worker.stallMs = 0;
}

/**
 * processing → memory: leaves the worker's attempts, enters its results. Its dependencies lose a need, its dependents a
 * missing dependency; those that miss no other become ready.
 */
export function complete(s: CoreState, slot: number, worker: Worker, inline: Opaque | null): void {
  noteProgress(s, worker);
  if (s.tasks.has(slot, Flag.cold)) passHolds(s, slot);
  endAttempt(s, slot, worker);
  worker.completed++;
  dropNeeds(s, slot);
  // Of a result that holds tasks nobody keeps a copy that outlives it: what it refers to may be gone by then.
  enterMemory(s, slot, worker, holdsTasks(s, slot) ? null : inline);
}

/** any state without a result → memory, the result being on a worker. The caller has taken it out of what it was in. */
export function enterMemory(s: CoreState, slot: number, worker: Worker, inline: Opaque | null): void {
  const { tasks, edges } = s;
  s.move(slot, State.memory, worker.id);
  addHolder(s, slot, worker);
  if (inline !== null) s.cache.add(slot, inline);
  const flags = tasks.flags[slot]!;
  if ((flags & Flag.cold) !== 0) {
    const cold = tasks.cold.get(slot)!;
    delete cold.suspicion;
    delete cold.retriesUsed;
    delete cold.threadsLost;
  }
  tellDone(s, slot, inline);
  if ((flags & Flag.untilEnded) !== 0) tasks.clear(slot, Flag.untilEnded);
  for (let edge = tasks.firstDependent[slot]!; edge !== -1; edge = edges.next[edge]!) {
    const dependent = edges.from[edge]!;
    if (tasks.state[dependent] === State.waiting) {
      if (--tasks.waiting[dependent]! === 0) becomeReady(s, dependent);
    } else if (tasks.has(dependent, Flag.pipelined)) enterWindow(s, dependent);
  }
  if (!tasks.isNeeded(slot)) s.slack.push(slot);
}

/** A task stops needing its dependencies: it has a result, has failed, or isn't to be computed. */
export function dropNeeds(s: CoreState, slot: number): void {
  const { tasks, edges } = s;
  const first = tasks.firstEdge[slot]!;
  const end = first + tasks.edgeCount[slot]!;
  for (let edge = first; edge < end; edge++) {
    const dependency = edges.to[edge]!;
    if (--tasks.needed[dependency]! === 0) s.slack.push(dependency);
  }
}

/**
 * waiting, queued, no-worker or processing → released: it isn't to be computed, or has to start over. Leaves its queue or
 * its worker's attempts; its dependencies lose a need.
 */
export function withdraw(s: CoreState, slot: number): void {
  const { tasks } = s;
  const state = tasks.state[slot];
  if (state === State.processing) {
    endAttempt(s, slot, s.workers.get(tasks.place[slot]!)!);
    stopPipelined(s, slot);
  } else if (state !== State.waiting) leaveQueue(s, slot);
  dropNeeds(s, slot);
  s.move(slot, State.released);
  s.slack.push(slot);
}

/**
 * waiting, queued, no-worker or processing → erred, and so its waiting dependents, all the way down, with the same report.
 * Enters: nothing but the side table.
 */
export function fail(s: CoreState, slot: number, error: ErrorReport): void {
  const { tasks, edges } = s;
  const stack = [slot];
  while (stack.length > 0) {
    const task = stack.pop()!;
    const state = tasks.state[task];
    if (state === State.erred || state === State.memory) continue;
    if (state === State.processing) {
      endAttempt(s, task, s.workers.get(tasks.place[task]!)!);
      stopPipelined(s, task);
    } else if (state === State.queued || state === State.noWorker) leaveQueue(s, task);
    dropNeeds(s, task);
    s.move(task, State.erred);
    const cold = tasks.coldOf(task);
    cold.error = error;
    delete cold.suspicion;
    delete cold.threadsLost;
    dropResultHolds(s, task);
    tellErred(s, task, error);
    tasks.clear(task, Flag.untilEnded);
    s.slack.push(task);
    for (let edge = tasks.firstDependent[task]!; edge !== -1; edge = edges.next[edge]!) {
      const dependent = edges.from[edge]!;
      if (tasks.state[dependent] === State.waiting) stack.push(dependent);
    }
  }
}

/** erred → released: it is to be tried again. Leaves its error behind. */
export function forgive(s: CoreState, slot: number): void {
  const cold = s.tasks.coldIfAny(slot)!;
  delete cold.error;
  delete cold.retriesUsed;
  s.move(slot, State.released);
}
