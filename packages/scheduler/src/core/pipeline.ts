/**
 * Policy: a task whose missing inputs are all being made on one worker is sent there behind the attempts that make them. So a chain, or
 * the lower part of a tree, goes on without asking the scheduler after each task.
 *
 * Only where nobody loses by it: no result that many wait for (they would rather spread), nothing restricted, nothing long, nothing that
 * would have to be fetched, nothing while more urgent tasks wait. What was sent so isn't counted in the worker's window until its inputs
 * are there, so it keeps no thread from other work; should an attempt before it end without a result, it is taken back.
 */
import type { CoreState } from './core-state.js';
import { isHolder } from './holders.js';
import { State } from './states.js';
import { stopAttempt } from './stop.js';
import { Flag } from './task-table.js';
import type { Worker } from './workers.js';

/** Tasks with more inputs, and results with more dependents, take the usual way. */
const MOST_EDGES = 4;
/** What is sent while so many are to be looked at takes the usual way. */
const MOST_LEADS = 4096;
/** An attempt that won't simply go on to a result that its worker can use. */
const UNSURE = Flag.suspended | Flag.stopping | Flag.suspect | Flag.recalled;

/** Notes that dependents of a running task may be sent behind it. Cheap: every task that is sent passes through here. */
export function noteLead(s: CoreState, slot: number): void {
  const { tasks } = s;
  if (tasks.firstDependent[slot] === -1 || tasks.charge[slot]! >= s.config.windowMs) return;
  const worker = s.workers.get(tasks.place[slot]!)!;
  if (worker.leads.length === MOST_LEADS) return;
  if (worker.leads.length === 0) s.leading.add(worker);
  worker.leads.push(tasks.attempt[slot]!);
}

/** Sends what can follow; `send` makes a waiting task processing, and so perhaps a lead itself. To be called after windows are filled. */
export function fillPipelines(s: CoreState, send: (s: CoreState, slot: number, worker: Worker) => void): void {
  for (const worker of s.leading) {
    const { leads } = worker;
    const takesMore = worker.isRunning && !worker.reserved && worker.stallMs === 0;
    let at = takesMore ? 0 : leads.length;
    while (at < leads.length && sendFollowers(s, s.attempts.get(leads[at]!), worker, send)) at++;
    // Those for which there is no room now are looked at again in the next batch.
    leads.splice(0, at);
    if (leads.length === 0) s.leading.delete(worker);
  }
}

/** Sends what can follow a task; false when there is no room for all of it. */
function sendFollowers(
  s: CoreState,
  maker: number,
  worker: Worker,
  send: (s: CoreState, slot: number, worker: Worker) => void,
): boolean {
  const { tasks, edges } = s;
  if (maker === -1 || hasManyDependents(s, maker)) return true;
  for (let edge = tasks.firstDependent[maker]!; edge !== -1; edge = edges.next[edge]!) {
    const slot = edges.from[edge]!;
    if (!mayFollow(s, slot, worker)) continue;
    if (!s.workers.mayPipeline(worker, estimate(s, slot))) return false;
    send(s, slot, worker);
  }
  return true;
}

function hasManyDependents({ tasks, edges }: CoreState, slot: number): boolean {
  let count = 0;
  for (let edge = tasks.firstDependent[slot]!; edge !== -1; edge = edges.next[edge]!) {
    if (++count > MOST_EDGES) return true;
  }
  return false;
}

/** Whether a task can be sent to a worker before its inputs are there, since all of them will be. */
function mayFollow(s: CoreState, slot: number, worker: Worker): boolean {
  const { tasks, edges } = s;
  const count = tasks.edgeCount[slot]!;
  if (tasks.state[slot] !== State.waiting || count > MOST_EDGES) return false;
  const first = tasks.firstEdge[slot]!;
  for (let edge = first; edge < first + count; edge++) if (!willBeAt(s, edges.to[edge]!, worker)) return false;
  const options = s.options.at(tasks.options[slot]!);
  if (options.restrictions !== null || options.kind === 1) return false;
  if ((tasks.coldIfAny(slot)?.suspicion ?? 0) > 0 || estimate(s, slot) >= s.config.windowMs) return false;
  return !isUrgent(s, s.ready.peek(), slot) && !isUrgent(s, worker.queue.peek(), slot);
}

/** Whether a result is at hand on a worker, or will soon be made there. */
function willBeAt(s: CoreState, slot: number, worker: Worker): boolean {
  const { tasks } = s;
  if (tasks.state[slot] === State.memory)
    return !tasks.has(slot, Flag.pinned) && (tasks.cached[slot] !== -1 || isHolder(s, slot, worker.id));
  if (tasks.state[slot] !== State.processing || tasks.place[slot] !== worker.id) return false;
  if (tasks.has(slot, UNSURE) || tasks.charge[slot]! >= s.config.windowMs) return false;
  return s.options.at(tasks.options[slot]!).kind === 0;
}

function isUrgent({ tasks }: CoreState, other: number, slot: number): boolean {
  return other !== -1 && tasks.order[other]! < tasks.order[slot]!;
}

function estimate(s: CoreState, slot: number): number {
  return s.functions.estimateMs(s.tasks.fn[slot]!, s.config.unknownDurationMs, s.config.windowMs);
}

/** An attempt is sent before it can run. */
export function enterPipeline(s: CoreState, slot: number, worker: Worker): void {
  s.tasks.set(slot, Flag.pipelined);
  worker.pipelined++;
  worker.pipelinedMs += s.tasks.charge[slot]!;
}

/** It counts in the window from now on, or has ended. */
export function leavePipeline(s: CoreState, slot: number, worker: Worker): void {
  s.tasks.clear(slot, Flag.pipelined);
  worker.pipelined--;
  worker.pipelinedMs = worker.pipelined === 0 ? 0 : worker.pipelinedMs - s.tasks.charge[slot]!;
}

/** An input of an attempt is there. If it was the last one, the attempt waits for a thread like others, or has one. */
export function enterWindow(s: CoreState, slot: number): void {
  const { tasks, edges } = s;
  const first = tasks.firstEdge[slot]!;
  for (let edge = first; edge < first + tasks.edgeCount[slot]!; edge++) {
    if (tasks.state[edges.to[edge]!] !== State.memory) return;
  }
  joinWindow(s, slot, s.workers.get(tasks.place[slot]!)!);
}

/** An attempt can run, or does. */
export function joinWindow(s: CoreState, slot: number, worker: Worker): void {
  leavePipeline(s, slot, worker);
  worker.load += s.tasks.charge[slot]!;
  s.workers.update(worker);
}

/** An attempt has ended without a result: what was sent behind it, and behind that, is taken back. */
export function stopPipelined(s: CoreState, slot: number): void {
  const { tasks, edges } = s;
  const stack = [slot];
  while (stack.length > 0) {
    const maker = stack.pop()!;
    for (let edge = tasks.firstDependent[maker]!; edge !== -1; edge = edges.next[edge]!) {
      const dependent = edges.from[edge]!;
      if (!tasks.has(dependent, Flag.pipelined) || tasks.has(dependent, Flag.stopping)) continue;
      stopAttempt(s, dependent, 'the task that it was sent behind ended without a result');
      stack.push(dependent);
    }
  }
}
