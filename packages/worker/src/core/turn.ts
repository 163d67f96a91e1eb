/** What a turn ends with: ready attempts go to threads, what was handed over is reported, fetches start. */
import type { ComputeThread } from './compute-thread.js';
import type { CoreState } from './core-state.js';
import type { WorkerTask } from './task.js';
import { handOver } from './transitions.js';

export function endTurn(s: CoreState, now: number): void {
  const { isPaused } = s;
  const give = (task: WorkerTask, thread: ComputeThread) => handOver(s, task, thread, now);
  const isStuck = isPaused && isStuckForMemory(s);
  if (!isPaused) s.threads.assign(give);
  else if (isStuck) s.threads.assignOne(give, lastSuspended(s));
  if (s.started.length > 0) {
    s.output.started(s.started);
    s.started = [];
  }
  s.data.flush(!isPaused || (isStuck && s.counts.executing === 0));
}

/**
 * Memory is short, and all that was started here waits for tasks of its own. These may be here too: unless they run, one at a time, what
 * is suspended would hold its memory for ever.
 */
function isStuckForMemory(s: CoreState): boolean {
  const { executing, suspended } = s.counts;
  return suspended > 0 && executing === 0 && !s.isPausedByScheduler && !s.isClosing;
}

/** The priority of the last suspended task in order. What is before it may be waited for; what comes after was submitted later, by others. */
function lastSuspended(s: CoreState): number {
  let last = -Infinity;
  for (const thread of s.threads) for (const { compute } of thread.suspended) last = Math.max(last, compute.priority);
  return last;
}
