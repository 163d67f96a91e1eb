/** Stopping attempts: given back if they have not begun, else by their signal, and after the grace with their thread. */
import { RECALLED, THREAD_ENDED } from '@covey/protocol/internal';
import type { CoreState } from './core-state.js';
import { timeoutReport } from './reports.js';
import { slotOf } from './task.js';
import type { StopOrder, WorkerTask } from './task.js';
import { endActorThreadIfIdle } from './thread-life.js';
import { recall, remove } from './transitions.js';

/** The scheduler has a better place for a task: it may have it, unless the task has begun to run. */
export function giveBack(s: CoreState, task: WorkerTask, now: number): void {
  if (task.stop !== undefined) return;
  const { thread } = task;
  if (thread !== undefined && (task.state !== 'executing' || thread.queue.length < 2)) return;
  task.stop = { kind: 'cancelled', reason: RECALLED };
  if (thread === undefined) finishStop(s, task, false, now);
  else {
    recall(s, thread, now);
    if (task.state === 'executing') task.stop = undefined;
  }
}

/** Has an attempt end, whatever it does. */
export function stop(s: CoreState, task: WorkerTask, order: StopOrder, now: number): void {
  if (task.stop !== undefined) {
    // A cancellation outweighs a timeout under way, since its answer is awaited.
    if (order.kind === 'cancelled') task.stop = order;
    return;
  }
  task.stop = order;
  const { thread } = task;
  if (thread === undefined) {
    finishStop(s, task, false, now);
    return;
  }
  if (task.state === 'executing' && thread.queue.length > 1) {
    recall(s, thread, now);
    if (task.state !== 'executing') return;
  }
  s.output.cancelInThread(thread.id, task.compute.attempt, order.reason);
  s.due(now + s.graceMs, { kind: 'grace', task });
}

/** Any state → gone, as its stop order says. */
export function finishStop(s: CoreState, task: WorkerTask, ran: boolean, now: number): void {
  const { state, bound } = task;
  if (state === 'ready') (task.bound?.own ?? s.threads.ready).remove(task);
  remove(s, task, 'stop', now);
  if (state === 'waiting' || state === 'ready') s.data.release(task, now);
  tellStopped(s, task, ran, now, 0);
  if (bound !== undefined) endActorThreadIfIdle(s, bound);
}

/** If the ended attempt had been told to stop, that is what is reported, however it ended. */
export function wasStopped(s: CoreState, task: WorkerTask, startMs: number, durationMs: number): boolean {
  if (task.stop === undefined) return false;
  tellStopped(s, task, true, startMs, durationMs);
  return true;
}

/** Reports an attempt that has been stopped: as an error when its time was up. */
export function tellStopped(s: CoreState, task: WorkerTask, ran: boolean, startMs: number, durationMs: number): void {
  const { compute, stop } = task;
  if (stop?.kind === 'timeout') {
    s.output.erred(compute.taskId, compute.attempt, startMs, durationMs, slotOf(task), timeoutReport(compute, s.name));
  } else {
    s.output.stopped(compute.taskId, compute.attempt, ran, stop?.reason ?? THREAD_ENDED);
  }
}
