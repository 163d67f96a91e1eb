/**
 * Policy: in which queue a ready task waits, and so where it will run.
 *
 * Tasks without dependencies wait in one queue for all; tasks with dependencies wait for the worker on which they are
 * estimated to start first (its occupancy, and the bytes that would have to be moved there); restricted tasks wait in their
 * class's queue. Idle workers take from the queues of others (assignment.ts), so a choice made early isn't final.
 */
import type { CoreState } from './core-state.js';
import { SUSPECTS_QUEUE } from './core-state.js';
import { pinnedConflict, restrictedPinConflict } from './error-reports.js';
import { isActor } from './holders.js';
import type { RestrictionClass } from './restrictions.js';
import { placeOfClass } from './restrictions.js';
import { State } from './states.js';
import { Flag, SHARED_QUEUE } from './task-table.js';
import { becomeUnready, fail } from './transitions.js';
import type { Worker } from './workers.js';

/** What it costs, in milliseconds, that a small result has to ride in a message instead of being there already. */
const INLINE_COST_MS = 0.1;
/** Idle workers looked at beside the holders of the dependencies. */
const OTHERS = 2;
/** Workers looked at when a choice among many named ones is to be made. */
const SAMPLE = 16;

let marks = 0;
const candidates: Worker[] = [];

/** waiting → queued or no-worker: puts a ready task into the queue from which it will be taken. */
export function chooseQueue(s: CoreState, slot: number): void {
  const { tasks } = s;
  const options = s.options.at(tasks.options[slot]!);
  const { restrictions } = options;
  if (tasks.edgeCount[slot] === 0 && restrictions === null && options.kind === 0) {
    enterShared(s, slot);
    return;
  }
  const pin = pinnedDependency(s, slot);
  if (pin !== -1) {
    const worker = s.workers.get(tasks.holder[pin]!)!;
    const other = conflictingPin(s, slot, pin);
    if (other !== -1) fail(s, slot, pinnedConflict(s, slot, pin, other));
    else if (restrictions !== null && !restrictions.eligible.has(worker.id))
      fail(s, slot, restrictedPinConflict(s, slot, pin));
    else enterWorker(s, slot, worker, true);
    return;
  }
  if (restrictions !== null && restrictions.eligible.size === 0) {
    enterClass(s, slot, restrictions);
    return;
  }
  const hasResources = restrictions !== null && restrictions.resources.length > 0;
  if (hasResources) enterClass(s, slot, restrictions);
  else if (options.kind === 1) placeActor(s, slot, restrictions);
  else if (restrictions === null) placeFreely(s, slot);
  else if (restrictions.loose) {
    const worker = restrictions.preferred.size > 0 ? bestOfNamed(s, slot, restrictions.preferred) : null;
    if (worker === null) placeFreely(s, slot);
    else enterWorker(s, slot, worker, false);
  } else {
    const hasData = tasks.edgeCount[slot]! > 0;
    const worker = hasData ? bestByData(s, slot, restrictions) : soleWorker(s, restrictions);
    if (worker === null) enterClass(s, slot, restrictions);
    else enterWorker(s, slot, worker, false);
  }
}

/** waiting → queued: a task during which workers died waits for its turn to run alone. */
export function enqueueSuspect(s: CoreState, slot: number): void {
  s.tasks.place[slot] = SUSPECTS_QUEUE;
  s.move(slot, State.queued);
  s.suspects.push(slot);
}

function placeFreely(s: CoreState, slot: number): void {
  const worker = s.tasks.edgeCount[slot] === 0 ? null : bestByData(s, slot, null);
  if (worker === null) enterShared(s, slot);
  else enterWorker(s, slot, worker, false);
}

/** The worker that alone may run tasks of a class, if it takes work: its own queue serves as well as the class's. */
function soleWorker(s: CoreState, restrictions: RestrictionClass): Worker | null {
  if (restrictions.eligible.size !== 1) return null;
  for (const id of restrictions.eligible) {
    const worker = s.workers.get(id)!;
    if (worker.isRunning && !worker.reserved) return worker;
  }
  return null;
}

/** On the worker with the fewest actors: actors stay, so this is about the long run and not about who is free now. */
function placeActor(s: CoreState, slot: number, restrictions: RestrictionClass | null): void {
  let best: Worker | null = null;
  for (const worker of s.workers.all()) {
    if (!worker.isRunning || restrictions?.eligible.has(worker.id) === false) continue;
    if (best === null || worker.actors / worker.nthreads < best.actors / best.nthreads) best = worker;
  }
  if (best === null) {
    if (restrictions === null) enterShared(s, slot);
    else enterClass(s, slot, restrictions);
  } else {
    enterWorker(s, slot, best, true);
  }
}

function enterShared(s: CoreState, slot: number): void {
  s.tasks.place[slot] = SHARED_QUEUE;
  s.move(slot, State.queued);
  s.ready.push(slot);
}

function enterWorker(s: CoreState, slot: number, worker: Worker, bound: boolean): void {
  const { tasks, workers } = s;
  const { unknownDurationMs, windowMs } = s.config;
  const charge = s.functions.estimateMs(tasks.fn[slot]!, unknownDurationMs, windowMs);
  tasks.charge[slot] = charge;
  worker.queuedMs += tasks.charge[slot];
  tasks.place[slot] = worker.id;
  if (bound) tasks.set(slot, Flag.bound);
  // Counted at once, so that the actors of one batch spread.
  if (bound && isActor(s, slot)) worker.actors++;
  s.move(slot, State.queued, worker.id);
  if (worker.queue.live === 0) workers.backlogged.add(worker);
  worker.queue.push(slot);
  workers.markDirty(worker);
}

function enterClass(s: CoreState, slot: number, restrictions: RestrictionClass): void {
  const { tasks } = s;
  tasks.place[slot] = placeOfClass(restrictions.index);
  if (restrictions.eligible.size === 0) {
    s.move(slot, State.noWorker);
    noteUnplaceable(s, slot);
    restrictions.queue.push(slot);
    return;
  }
  s.move(slot, State.queued);
  restrictions.queue.push(slot);
  offerClass(s, restrictions);
}

/** Has a class's queue offered to its workers when the batch ends. */
export function offerClass(s: CoreState, restrictions: RestrictionClass): void {
  s.activeClasses.add(restrictions);
  if (restrictions.fresh) return;
  restrictions.fresh = true;
  s.freshClasses.push(restrictions);
}

/** Notes since when there is no worker for a task. */
export function noteUnplaceable(s: CoreState, slot: number): void {
  if (s.config.noWorkerTimeoutMs === 0) return;
  if (s.unplaceable.size === 0) s.wakeAt('no-worker', s.now + s.config.noWorkerTimeoutMs);
  s.unplaceable.add(slot);
  s.tasks.coldOf(slot).noWorkerSince = s.now;
}

/** A dependency that lives in one thread (not an actor: those are called from anywhere), or -1. */
export function pinnedDependency(s: CoreState, slot: number): number {
  const { tasks, edges } = s;
  const first = tasks.firstEdge[slot]!;
  const end = first + tasks.edgeCount[slot]!;
  for (let edge = first; edge < end; edge++) {
    const dependency = edges.to[edge]!;
    if (tasks.has(dependency, Flag.pinned) && !isActor(s, dependency)) return dependency;
  }
  return -1;
}

/** Another pinned dependency, in another thread than `pin`, or -1. */
function conflictingPin(s: CoreState, slot: number, pin: number): number {
  const { tasks, edges } = s;
  const thread = tasks.coldIfAny(pin)?.thread;
  const first = tasks.firstEdge[slot]!;
  const end = first + tasks.edgeCount[slot]!;
  for (let edge = first; edge < end; edge++) {
    const other = edges.to[edge]!;
    if (!tasks.has(other, Flag.pinned) || isActor(s, other)) continue;
    if (tasks.holder[other] !== tasks.holder[pin] || tasks.coldIfAny(other)?.thread !== thread) return other;
  }
  return -1;
}

/** The least waiting of the named workers; of many, of some. */
function bestOfNamed(s: CoreState, slot: number, names: ReadonlySet<number>): Worker | null {
  let best: Worker | null = null;
  let bestMs = Infinity;
  let seen = 0;
  for (const id of names) {
    const worker = s.workers.get(id)!;
    if (!worker.isRunning || worker.reserved) continue;
    const startMs = worker.waitMs + moveMs(s, worker, bytesToMove(s, slot, worker.id));
    if (startMs < bestMs) {
      best = worker;
      bestMs = startMs;
    }
    if (++seen === SAMPLE) break;
  }
  return best;
}

/**
 * The worker on which the task would start first, among the holders of its dependencies and a few idle ones; null when
 * none of them takes work.
 */
function bestByData(s: CoreState, slot: number, restrictions: RestrictionClass | null): Worker | null {
  const { tasks, edges, workers } = s;
  const mark = ++marks;
  let total = 0;
  candidates.length = 0;
  const first = tasks.firstEdge[slot]!;
  const end = first + tasks.edgeCount[slot]!;
  for (let edge = first; edge < end; edge++) {
    const dependency = edges.to[edge]!;
    // What is at hand rides in the message wherever the task goes.
    const nbytes = tasks.cached[dependency] === -1 ? tasks.nbytes[dependency]! : 0;
    total += nbytes;
    noteCandidate(s, tasks.holder[dependency]!, nbytes, mark, restrictions);
    if (!tasks.has(dependency, Flag.copied)) continue;
    for (const holder of tasks.cold.get(dependency)!.holders!) noteCandidate(s, holder, nbytes, mark, restrictions);
  }
  let best: Worker | null = null;
  let bestMs = Infinity;
  for (const worker of candidates) {
    const startMs = worker.waitMs + moveMs(s, worker, total - worker.bytesHere);
    if (startMs < bestMs || (startMs === bestMs && worker.heldBytes < best!.heldBytes)) {
      best = worker;
      bestMs = startMs;
    }
  }
  if (bestMs > INLINE_COST_MS) {
    for (let i = Math.min(OTHERS, workers.idle.size); i > 0; i--) {
      const worker = workers.idle.next()!;
      if (worker.mark === mark || restrictions?.eligible.has(worker.id) === false) continue;
      const startMs = worker.waitMs + Math.max(INLINE_COST_MS, moveMs(s, worker, total));
      if (startMs < bestMs) {
        best = worker;
        bestMs = startMs;
      }
    }
  }
  return best;
}

function noteCandidate(
  s: CoreState,
  holder: number,
  nbytes: number,
  mark: number,
  restrictions: RestrictionClass | null,
): void {
  const worker = s.workers.get(holder);
  if (worker === undefined || !worker.isRunning || worker.reserved) return;
  if (restrictions !== null && !restrictions.eligible.has(worker.id)) return;
  if (worker.mark !== mark) {
    worker.mark = mark;
    worker.bytesHere = 0;
    candidates.push(worker);
  }
  worker.bytesHere += nbytes;
}

/** Bytes of a task's dependencies that a worker would have to fetch. */
export function bytesToMove(s: CoreState, slot: number, worker: number): number {
  const { tasks, edges } = s;
  let bytes = 0;
  const first = tasks.firstEdge[slot]!;
  const end = first + tasks.edgeCount[slot]!;
  for (let edge = first; edge < end; edge++) {
    const dependency = edges.to[edge]!;
    if (tasks.holder[dependency] === worker || tasks.cached[dependency] !== -1) continue;
    if (tasks.has(dependency, Flag.copied) && tasks.cold.get(dependency)!.holders!.includes(worker as never)) continue;
    bytes += tasks.nbytes[dependency]!;
  }
  return bytes;
}

/** Gives the tasks in a worker's own queue another place, but for those that only it may run. */
export function replaceQueue(s: CoreState, worker: Worker): void {
  const slots: number[] = [];
  worker.queue.forEach((slot) => {
    const isMovable = !s.tasks.has(slot, Flag.bound) || pinnedDependency(s, slot) === -1;
    if (isMovable) slots.push(slot);
  });
  slots.sort((a, b) => s.tasks.order[a]! - s.tasks.order[b]!);
  for (const slot of slots) {
    becomeUnready(s, slot);
    chooseQueue(s, slot);
  }
}

/** How long a worker would take to fetch that many bytes. */
export function moveMs(s: CoreState, worker: Worker, bytes: number): number {
  return bytes > 0 ? s.config.fetchLatencyMs + (bytes / worker.bandwidth) * 1000 : 0;
}
