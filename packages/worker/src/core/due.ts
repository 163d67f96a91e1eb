/** What falls due in a worker's core, and what is done then. */
import type { WorkerId } from '@covey/protocol/internal';
import type { ComputeThread } from './compute-thread.js';
import type { CoreState } from './core-state.js';
import type { Datum } from './datum.js';
import { report } from './start-reports.js';
import { stop } from './stop.js';
import type { WorkerTask } from './task.js';
import { endThread, startThread } from './thread-life.js';
import { recall } from './transitions.js';

/** What falls due. */
export type Due =
  | { readonly kind: 'grace' | 'timeout'; readonly task: WorkerTask }
  | { readonly kind: 'ask'; readonly datum: Datum; readonly holder: WorkerId }
  | { readonly kind: 'watch'; readonly thread: ComputeThread }
  | { readonly kind: 'report' }
  | { readonly kind: 'restart'; readonly slot: number };

/** A thread whose first task runs this long although it was given others behind it is looked at. */
export const WATCH_MS = 20;

/** Does what is to be done at a time that has come. */
export function fallDue(s: CoreState, due: Due, now: number): void {
  switch (due.kind) {
    case 'grace': {
      const { thread } = due.task;
      if (isRunning(due.task) && thread !== undefined) endThread(s, thread, now);
      break;
    }
    case 'timeout':
      checkTimeout(s, due.task, now);
      break;
    case 'ask':
      s.data.ask(due.datum, due.holder);
      break;
    case 'watch':
      watch(s, due.thread, now);
      break;
    case 'report':
      report(s, now);
      break;
    case 'restart':
      startThread(s, due.slot, false);
      break;
  }
}

function checkTimeout(s: CoreState, task: WorkerTask, now: number): void {
  if (!isTimed(task)) return;
  const { timeoutMs } = task.compute;
  // Behind others in its thread, it has not begun: then its time has not either.
  const dueMs = (task.startedMs === 0 ? now : task.startedMs) + timeoutMs;
  if (dueMs > now) s.due(dueMs, { kind: 'timeout', task });
  else stop(s, task, { kind: 'timeout', reason: 'timeout' }, now);
}

/** Its first task takes longer than thought: what waits behind it is better off in an idle thread. */
function watch(s: CoreState, thread: ComputeThread, now: number): void {
  thread.isWatched = false;
  const head = thread.queue[0];
  if (thread.state !== 'ready' || head === undefined || thread.queue.length < 2) return;
  const overdueMs = now - head.startedMs - head.estimateMs;
  if (now - head.startedMs >= WATCH_MS && overdueMs > 0 && s.threads.hasIdleBeside(thread)) {
    // It counts what it takes, so that nothing is put behind it again.
    head.estimateMs += overdueMs;
    thread.loadMs += overdueMs;
    recall(s, thread, now);
  } else {
    thread.isWatched = true;
    s.due(Math.max(now, head.startedMs) + WATCH_MS, { kind: 'watch', thread });
  }
}

/** Whether its deadline can still do something to it. */
export function stillMatters(due: Due): boolean {
  if (due.kind === 'timeout') return isTimed(due.task);
  return due.kind !== 'grace' || isRunning(due.task);
}

function isRunning({ state }: WorkerTask): boolean {
  return state === 'executing' || state === 'suspended';
}

/** A task that was told to stop has a grace, and no time of its own any more. */
function isTimed(task: WorkerTask): boolean {
  return isRunning(task) && task.stop === undefined;
}
