/**
 * Policy: what was sent ahead to a worker that makes no progress is asked back when others have nothing to do.
 *
 * A window is sent ahead on the belief that its tasks take about as long as others of their functions did. When one of
 * them runs for ever, those behind it would wait as long. A worker gives back what hasn't begun to run; the rest it keeps.
 * This is the seed of stealing: it looks at what is stuck, not yet at what would merely be faster elsewhere.
 */
import { RECALLED } from '@covey/protocol/internal';
import type { AttemptId } from '@covey/protocol/internal';
import type { CoreState } from './core-state.js';
import { isActor } from './holders.js';
import { bytesToMove, moveMs, pinnedDependency } from './placement.js';
import { Flag } from './task-table.js';
import type { Worker } from './workers.js';

/** Attempts asked back at a time: what goes to the shared queue is shared fairly, however much it is. */
const MOST = 256;
/** What waits for a task of its worker is of no use elsewhere; the rest is asked already, or begun. */
const NOT_RECALLED = Flag.recalled | Flag.suspended | Flag.stopping | Flag.pipelined;
/** Idle workers among which somebody must be able to run what is asked back. */
const THIEVES = 8;

/** Asks attempts back from workers that are stuck, if there are idle threads. To be called when a batch ends. */
export function recallStranded(s: CoreState): void {
  const { workers, config } = s;
  if (workers.idleThreads === 0 || s.now < s.nextRecallMs) return;
  let soonest = Infinity;
  const stuck = new Set<Worker>();
  for (const worker of workers.all()) {
    if (worker.active <= (worker.isRunning ? worker.nthreads : 0)) continue;
    const due = worker.progressMs + config.recallAfterMs;
    if (due <= s.now) {
      stuck.add(worker);
      // Its tasks have taken this long; they may well take as long again.
      worker.stallMs = s.now - worker.progressMs;
      workers.update(worker);
    } else soonest = Math.min(soonest, due);
  }
  if (stuck.size > 0) {
    recallFrom(s, stuck);
    // The longer nothing helps, the more seldom it is tried.
    for (const { stallMs } of stuck) soonest = Math.min(soonest, s.now + Math.max(config.recallAfterMs, stallMs / 2));
  }
  s.nextRecallMs = s.now + config.recallAfterMs / 2;
  if (soonest < Infinity) s.wakeAt('recall', soonest);
}

function recallFrom(s: CoreState, stuck: ReadonlySet<Worker>): void {
  const { tasks, workers } = s;
  const thieves: Worker[] = [];
  for (let i = Math.min(THIEVES, workers.idle.size); i > 0; i--) {
    const worker = workers.idle.next()!;
    if (!stuck.has(worker)) thieves.push(worker);
  }
  if (thieves.length === 0) return;
  let count = 0;
  // Attempts are visited in the order in which they were made, so what has waited longest comes first.
  s.attempts.forEach((attempt, slot) => {
    if (count === MOST || tasks.has(slot, NOT_RECALLED)) return;
    const worker = workers.get(tasks.place[slot]!)!;
    if (!stuck.has(worker) || isActor(s, slot) || pinnedDependency(s, slot) !== -1) return;
    const { restrictions } = s.options.at(tasks.options[slot]!);
    const waitedMs = s.now - worker.progressMs;
    const isWelcome = thieves.some(
      (thief) =>
        (restrictions === null || restrictions.eligible.has(thief.id)) &&
        moveMs(s, thief, bytesToMove(s, slot, thief.id)) <= waitedMs,
    );
    if (!isWelcome) return;
    tasks.set(slot, Flag.recalled);
    count++;
    s.output.cancelAttempt(worker.id, tasks.taskId(slot), attempt as AttemptId, RECALLED);
  });
}
