/**
 * Policy: a task whose last missing input is being made on a worker is sent there behind the attempt that makes it. So a chain
 * goes on from link to link without asking the scheduler after each.
 *
 * Only where nobody loses by it: no task with others that wait for the same result (they would rather spread), nothing restricted,
 * nothing long, nothing that would have to be fetched, nothing while more urgent tasks wait. What was sent so isn't counted in the
 * worker's window until its input is there, so it keeps no thread from other work; should the attempt before it end without a
 * result, it is taken back.
 */
import type { CoreState } from './core-state.js';
import { isHolder } from './holders.js';
import { State } from './states.js';
import { stopAttempt } from './stop.js';
import { Flag } from './task-table.js';
import type { Worker } from './workers.js';

/** An attempt that won't simply go on to a result that its worker can use. */
const UNSURE = Flag.suspended | Flag.stopping | Flag.suspect | Flag.recalled;

/** Notes that a dependent of a running task may be sent behind it. Cheap: every task that is sent passes through here. */
export function noteLead(s: CoreState, slot: number): void {
  const { tasks } = s;
  if (soleDependent(s, slot) === -1 || tasks.charge[slot]! >= s.config.windowMs) return;
  const worker = s.workers.get(tasks.place[slot]!)!;
  if (worker.leads.length === 0) s.leading.add(worker);
  worker.leads.push(tasks.attempt[slot]!);
}

/** Sends what can follow; `send` makes a waiting task processing, and so perhaps a lead itself. To be called after windows are filled. */
export function fillPipelines(s: CoreState, send: (s: CoreState, slot: number, worker: Worker) => void): void {
  for (const worker of s.leading) {
    const { leads } = worker;
    for (let lead = leads.pop(); lead !== undefined; lead = leads.pop()) {
      const follower = followerOf(s, lead, worker);
      if (follower === -1) continue;
      if (s.workers.mayPipeline(worker, estimate(s, follower))) {
        send(s, follower, worker);
        continue;
      }
      // The end of a chain is looked at again when there is room. What follows others will come when it is ready, as usual.
      leads.length = 0;
      leads.push(lead);
      break;
    }
    if (leads.length === 0) s.leading.delete(worker);
  }
}

/** The task to be sent behind an attempt, or -1. */
function followerOf(s: CoreState, lead: number, worker: Worker): number {
  const { tasks, edges } = s;
  const maker = s.attempts.get(lead);
  if (maker === -1 || tasks.has(maker, UNSURE) || !worker.isRunning || worker.reserved || worker.stallMs > 0) return -1;
  const slot = soleDependent(s, maker);
  if (slot === -1 || tasks.state[slot] !== State.waiting || tasks.waiting[slot] !== 1) return -1;
  const options = s.options.at(tasks.options[slot]!);
  if (options.restrictions !== null || options.kind === 1 || s.options.at(tasks.options[maker]!).kind === 1) return -1;
  if ((tasks.coldIfAny(slot)?.suspicion ?? 0) > 0 || estimate(s, slot) >= s.config.windowMs) return -1;
  if (isUrgent(s, s.ready.peek(), slot) || isUrgent(s, worker.queue.peek(), slot)) return -1;
  const first = tasks.firstEdge[slot]!;
  for (let edge = first; edge < first + tasks.edgeCount[slot]!; edge++) {
    const dependency = edges.to[edge]!;
    if (dependency === maker) continue;
    if (tasks.has(dependency, Flag.pinned)) return -1;
    if (tasks.cached[dependency] === -1 && !isHolder(s, dependency, worker.id)) return -1;
  }
  return slot;
}

/** The only task that depends on another, or -1. */
function soleDependent({ tasks, edges }: CoreState, slot: number): number {
  const edge = tasks.firstDependent[slot]!;
  return edge === -1 || edges.next[edge] !== -1 ? -1 : edges.from[edge]!;
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
