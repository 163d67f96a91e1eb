/**
 * Suspects run one at a time, each alone on its worker: so that when it dies again, the one that did it is known.
 *
 * A worker is reserved for the first suspect, gets nothing new, and runs it once its other attempts have ended.
 */
import { assign } from './assignment.js';
import type { CoreState } from './core-state.js';
import { isActor } from './holders.js';
import { chooseQueue, replaceQueue } from './placement.js';
import { hasFree } from './restrictions.js';
import { Flag } from './task-table.js';
import { becomeUnready } from './transitions.js';
import type { Worker } from './workers.js';

/** Reserves a worker for the first suspect, or sends it there. To be called before windows are filled. */
export function tendQuarantine(s: CoreState): void {
  if (s.quarantine !== null && s.quarantine.slot !== -1) return;
  const slot = s.suspects.peek();
  if (slot === -1) {
    if (s.quarantine !== null) release(s, s.quarantine.worker);
    return;
  }
  if (s.quarantine !== null && !mayRun(s, slot, s.quarantine.worker)) release(s, s.quarantine.worker);
  if (s.quarantine === null) {
    const worker = leastBusy(s, slot);
    if (worker === null) {
      // Restrictions that nobody meets any more: it waits (or fails) like any other task, and holds up no other suspect.
      if ([...s.workers.all()].some((other) => other.isRunning)) {
        becomeUnready(s, slot);
        chooseQueue(s, slot);
      }
      return;
    }
    s.quarantine = { worker, slot: -1 };
    worker.reserved = true;
    s.workers.update(worker);
    replaceQueue(s, worker);
  }
  const { worker } = s.quarantine;
  if (worker.active > 0) return;
  const { restrictions } = s.options.at(s.tasks.options[slot]!);
  if (restrictions !== null && !hasFree(worker, restrictions)) {
    // What it needs is in the hands of a suspended task, which may be waiting for this very one: better not alone than never.
    release(s, worker);
    becomeUnready(s, slot);
    chooseQueue(s, slot);
    return;
  }
  s.tasks.set(slot, Flag.suspect);
  assign(s, slot, worker);
  s.quarantine.slot = slot;
}

/** A suspect waits for tasks of its own: those must be able to run anywhere, or nothing would ever go on. */
export function suspendSuspect(s: CoreState, slot: number): void {
  if (!s.tasks.has(slot, Flag.suspect)) return;
  s.tasks.clear(slot, Flag.suspect);
  release(s, s.quarantine!.worker);
}

function release(s: CoreState, worker: Worker): void {
  s.quarantine = null;
  worker.reserved = false;
  s.workers.update(worker);
  s.workers.markDirty(worker);
}

function leastBusy(s: CoreState, slot: number): Worker | null {
  let best: Worker | null = null;
  for (const worker of s.workers.all()) {
    if (!mayRun(s, slot, worker)) continue;
    // One that nothing is suspended on, if there is: what is suspended there would die with it.
    if (best === null || worker.processing < best.processing) best = worker;
  }
  return best;
}

function mayRun(s: CoreState, slot: number, worker: Worker): boolean {
  if (!worker.isRunning) return false;
  const { restrictions } = s.options.at(s.tasks.options[slot]!);
  if (restrictions !== null && !restrictions.eligible.has(worker.id)) return false;
  const first = s.tasks.firstEdge[slot]!;
  const end = first + s.tasks.edgeCount[slot]!;
  for (let edge = first; edge < end; edge++) {
    const dependency = s.edges.to[edge]!;
    if (!s.tasks.has(dependency, Flag.pinned) || isActor(s, dependency)) continue;
    if (s.tasks.holder[dependency] !== worker.id) return false;
  }
  return true;
}
