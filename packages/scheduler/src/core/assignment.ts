/**
 * From queues to workers: fills the windows of the workers that have room, at the end of each batch.
 *
 * First threads that are free, evenly, in runs of neighbouring tasks (which then meet again in a reduction); then what is
 * sent ahead; then workers with nothing to do take from the queues of others.
 */
import type { AttemptId, DependencyWhere, WorkerId } from '@covey/protocol/internal';
import type { CoreState } from './core-state.js';
import { holdersOf, isHolder } from './holders.js';
import { enterPipeline, fillPipelines, noteLead } from './pipeline.js';
import { bytesToMove, moveMs } from './placement.js';
import type { RestrictionClass } from './restrictions.js';
import { hasFree } from './restrictions.js';
import { State } from './states.js';
import { Flag, SHARED_QUEUE } from './task-table.js';
import type { Cold } from './task-table.js';
import { leaveQueue, noteProgress } from './transitions.js';
import type { Worker } from './workers.js';

/** Triples `TaskId, nbytes or AttemptId, DependencyWhere`. */
type ComputeDependencies = (number | Exclude<DependencyWhere, 0 | 1>)[];

/** Holders named to a worker that has to fetch something. */
const MOST_HOLDERS = 4;
/** Queues of others that a worker looks into before it stays idle. */
const VICTIMS = 4;
/** Workers in a row that found nothing to take, after which the search ends for this batch. */
const GIVE_UP = 8;

const NO_CLASSES: readonly RestrictionClass[] = [];

/** Gives every worker that has room what it should run next. */
export function fillWindows(s: CoreState): void {
  const { workers } = s;
  fillIdleThreads(s);
  offerFreshClasses(s);
  // What workers have room for beyond their threads: their own queues first by priority, the shared one in fair shares.
  for (let i = 0; i < workers.dirty.length; i++) {
    const worker = workers.dirty[i]!;
    if (worker.isOpen && (worker.queue.live > 0 || s.activeClasses.size > 0)) refill(s, worker, 0, null, Infinity);
  }
  fillAhead(s);
  if (workers.backlogged.size > 0) takeFromOthers(s);
  if (s.leading.size > 0) fillPipelines(s, send);
  for (const worker of workers.dirty) worker.dirty = false;
  workers.dirty.length = 0;
}

/** Free threads take from the shared queue, each worker a run of neighbours in proportion to its free threads. */
function fillIdleThreads(s: CoreState): void {
  const { workers, ready } = s;
  while (ready.live > 0 && workers.idle.size > 0) {
    const worker = workers.idle.next()!;
    const share = Math.ceil((ready.live * worker.countedIdle) / workers.idleThreads);
    if (refill(s, worker, share, null, Infinity) === 0) break;
  }
}

/** Windows take what is left of the shared queue, in proportion to the workers' threads. */
function fillAhead(s: CoreState): void {
  const { workers, ready } = s;
  while (ready.live > 0 && workers.open.size > 0) {
    const worker = workers.open.next()!;
    const share = Math.ceil((ready.live * worker.nthreads) / workers.openThreads);
    if (refill(s, worker, share, null, Infinity) === 0) break;
  }
}

/** Restricted tasks that came since the last batch: to free threads in even shares, then to windows. */
function offerFreshClasses(s: CoreState): void {
  for (const restrictions of s.freshClasses) {
    restrictions.fresh = false;
    if (restrictions.queue.live === 0) continue;
    const eligible: Worker[] = [];
    let threads = 0;
    for (const worker of s.workers.open) {
      if (!restrictions.eligible.has(worker.id)) continue;
      eligible.push(worker);
      threads += worker.countedIdle;
    }
    for (const worker of eligible) {
      const idle = worker.countedIdle;
      if (idle === 0 || restrictions.queue.live === 0) continue;
      refill(s, worker, 0, restrictions, Math.ceil((restrictions.queue.live * idle) / threads));
      threads -= idle;
    }
    for (const worker of eligible) {
      if (restrictions.queue.live === 0) break;
      refill(s, worker, 0, restrictions, Math.ceil(restrictions.queue.live / eligible.length));
    }
  }
  s.freshClasses.length = 0;
}

/**
 * Sends tasks to a worker while its window has room: always the first by priority of its own queue, of the shared one (at
 * most `shared` of them) and of the classes it belongs to (`limited` at most `limit` times). Answers how many.
 */
function refill(s: CoreState, worker: Worker, shared: number, limited: RestrictionClass | null, limit: number): number {
  const { tasks } = s;
  const { order } = tasks;
  const classes = s.activeClasses.size === 0 ? NO_CLASSES : classesOf(s, worker);
  let count = 0;
  while (worker.isOpen) {
    let slot = worker.queue.peek();
    if (slot !== -1 && !canTakeOwn(s, slot, worker)) slot = -1;
    let source: RestrictionClass | null = null;
    if (shared > 0) {
      const other = s.ready.peek();
      if (other !== -1 && (slot === -1 || order[other]! < order[slot]!)) slot = other;
    }
    for (const restrictions of classes) {
      if (restrictions === limited && limit <= 0) continue;
      const other = restrictions.queue.peek();
      if (other === -1 || (slot !== -1 && order[other]! >= order[slot]!)) continue;
      if (!hasFree(worker, restrictions)) continue;
      slot = other;
      source = restrictions;
    }
    if (slot === -1) break;
    if (source !== null && source === limited) limit--;
    if (tasks.place[slot] === SHARED_QUEUE) shared--;
    assign(s, slot, worker);
    count++;
  }
  return count;
}

/** The classes with something to do that a worker may do; looked up once for all that it takes. */
function classesOf(s: CoreState, worker: Worker): RestrictionClass[] {
  const classes: RestrictionClass[] = [];
  for (const restrictions of s.activeClasses) {
    if (restrictions.eligible.has(worker.id) && hasFree(worker, restrictions)) classes.push(restrictions);
  }
  return classes;
}

/** A bound task in the worker's own queue may still have to wait for resources. */
function canTakeOwn(s: CoreState, slot: number, worker: Worker): boolean {
  if (!s.tasks.has(slot, Flag.bound)) return true;
  const { restrictions } = s.options.at(s.tasks.options[slot]!);
  return restrictions === null || hasFree(worker, restrictions);
}

/** Workers that have nothing left to take look into the queues of others. */
function takeFromOthers(s: CoreState): void {
  const { workers } = s;
  let failures = 0;
  for (let i = 0; i < workers.dirty.length && workers.backlogged.size > 0; i++) {
    const worker = workers.dirty[i]!;
    if (worker.isOpen && worker.queue.live === 0) takeSome(s, worker);
  }
  for (let i = workers.idle.size; i > 0 && failures < GIVE_UP && workers.backlogged.size > 0; i--) {
    const worker = workers.idle.next();
    if (worker === undefined) break;
    failures = takeSome(s, worker) ? 0 : failures + 1;
  }
}

/** Takes up to half of somebody's queue, as long as each task would start earlier here, its data's way included. */
function takeSome(s: CoreState, thief: Worker): boolean {
  const { workers, tasks } = s;
  let found = false;
  for (let i = Math.min(VICTIMS, workers.backlogged.size); i > 0 && thief.isOpen; i--) {
    const victim = workers.backlogged.next();
    if (victim === undefined) break;
    if (victim === thief) continue;
    for (let share = (victim.queue.live + 1) >> 1; share > 0 && thief.isOpen; share--) {
      const slot = victim.queue.peek();
      if (slot === -1 || tasks.has(slot, Flag.bound)) break;
      const { restrictions } = s.options.at(tasks.options[slot]!);
      if (restrictions !== null && (!restrictions.eligible.has(thief.id) || !hasFree(thief, restrictions))) break;
      // A paused or closing victim would never get round to it.
      const waitMs =
        victim.isRunning && !victim.reserved
          ? (victim.load + tasks.charge[slot]!) / victim.nthreads + victim.stallMs
          : Infinity;
      if (victim.countedIdle > 0 || thief.waitMs + moveMs(s, thief, bytesToMove(s, slot, thief.id)) >= waitMs) break;
      assign(s, slot, thief);
      found = true;
    }
  }
  return found;
}

/** queued → processing: leaves its queue, enters the worker's attempts, and is sent. */
export function assign(s: CoreState, slot: number, worker: Worker): void {
  leaveQueue(s, slot);
  send(s, slot, worker);
}

/** queued or waiting → processing, of a task that is in no queue: enters the worker's attempts, and is sent. */
function send(s: CoreState, slot: number, worker: Worker): void {
  const { tasks, workers, functions } = s;
  const record = functions.at(tasks.fn[slot]!);
  const options = s.options.at(tasks.options[slot]!);
  const attempt = s.nextAttempt++;
  tasks.place[slot] = worker.id;
  tasks.attempt[slot] = attempt;
  s.attempts.set(attempt, slot);
  tasks.charge[slot] = functions.estimateMs(record.index, s.config.unknownDurationMs, s.config.windowMs);
  if (worker.active === 0) noteProgress(s, worker);
  worker.processing++;
  if (tasks.state[slot] === State.waiting) enterPipeline(s, slot, worker);
  else worker.load += tasks.charge[slot];
  if (options.kind === 1) worker.actors++;
  if (options.restrictions !== null) {
    for (const [name, amount] of options.restrictions.resources) {
      worker.resourcesFree.set(name, (worker.resourcesFree.get(name) ?? 0) - amount);
    }
  }
  s.move(slot, State.processing, worker.id);
  workers.update(worker);
  noteLead(s, slot);

  if (!worker.functions.has(record.id)) {
    worker.functions.add(record.id);
    record.knownBy.push(worker.id);
    s.output.sendFunction(worker.id, record.id, record.blob);
  }
  s.output.compute(
    worker.id,
    tasks.taskId(slot),
    attempt as AttemptId,
    s.keys.text(slot),
    record.id,
    tasks.order[slot]!,
    options.timeoutMs,
    options.kind,
    s.args.view(tasks.argsChunk[slot]!, tasks.argsStart[slot]!, tasks.argsEnd[slot]!),
    tasks.edgeCount[slot] === 0 ? null : dependenciesFor(s, slot, worker),
    tasks.has(slot, Flag.cold) ? triesOf(tasks.cold.get(slot)!) : 1,
  );
}

function triesOf({ retriesUsed = 0, suspicion = 0 }: Cold): number {
  return 1 + retriesUsed + suspicion;
}

/** The dependencies of a task as a worker gets them: here already or soon, in the message, or with peers (made known before). */
function dependenciesFor(s: CoreState, slot: number, worker: Worker): ComputeDependencies {
  const { tasks, edges } = s;
  const count = tasks.edgeCount[slot]!;
  const first = tasks.firstEdge[slot]!;
  const dependencies: ComputeDependencies = [];
  for (let edge = first; edge < first + count; edge++) {
    const dependency = edges.to[edge]!;
    if (tasks.state[dependency] === State.processing) {
      dependencies.push(tasks.taskId(dependency), tasks.attempt[dependency]!, 1);
      continue;
    }
    const where = isHolder(s, dependency, worker.id)
      ? 0
      : (s.cache.get(dependency) ?? peersWith(s, dependency, worker));
    dependencies.push(tasks.taskId(dependency), tasks.nbytes[dependency]!, where);
  }
  return dependencies;
}

/** Some of the holders of a result, for a worker that has to fetch it. */
export function peersWith(s: CoreState, slot: number, worker: Worker): WorkerId[] {
  const holders = holdersOf(s, slot).filter((id) => id !== worker.id);
  // Which ones are left out changes from task to task, so that one result's holders share the load.
  if (holders.length > MOST_HOLDERS) {
    const from = s.nextAttempt % holders.length;
    holders.push(...holders.splice(0, from));
    holders.length = MOST_HOLDERS;
  }
  for (const id of holders) {
    if (worker.peers.has(id)) continue;
    worker.peers.add(id);
    s.output.peer(worker.id, id, s.workers.get(id)!.address);
  }
  return holders;
}
