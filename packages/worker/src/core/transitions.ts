/** The transitions of attempts: one function for each, which says what the attempt leaves and enters. */
import type { AttemptId } from '@covey/protocol/internal';
import type { ComputeThread, ThreadId } from './compute-thread.js';
import type { CoreState } from './core-state.js';
import { WATCH_MS } from './due.js';
import { pinnedApartReport } from './reports.js';
import { reportLater } from './start-reports.js';
import { finishStop } from './stop.js';
import type { WorkerTask } from './task.js';
import { startThread } from './thread-life.js';

/** waiting → ready; or → gone, when its inputs can't be brought together. */
export function becomeReady(s: CoreState, task: WorkerTask, stimulus: string, now: number): void {
  const { compute } = task;
  const [first, ...others] = compute.dependencies === null ? [] : s.data.pinnedInputs(task);
  const apart = others.find((other) => other.thread !== first?.thread);
  if (first !== undefined && apart !== undefined) {
    remove(s, task, stimulus, now);
    s.data.release(task, now);
    const report = pinnedApartReport(compute, s.name, `result ${first.taskId}`, `result ${apart.taskId}`);
    s.output.erred(compute.taskId, compute.attempt, 0, 0, 0, report);
    return;
  }
  task.bound = first?.thread;
  if (compute.kind === 1 && task.bound === undefined) task.bound = startThread(s, s.nthreads, true);
  (task.bound?.own ?? s.threads.ready).push(task);
  s.move(task, 'ready', stimulus, now);
}

/** ready → executing. */
export function handOver(s: CoreState, task: WorkerTask, thread: ComputeThread, now: number): void {
  const { compute } = task;
  task.estimateMs = s.threads.estimate(task);
  thread.give(task, now);
  s.move(task, 'executing', 'hand-over', now);
  if (compute.kind === 0 && s.durations.isProven(compute.functionId)) reportLater(s, task, now);
  else s.started.push(compute.attempt);
  s.output.handToThread(thread.id, task);
  if (compute.dependencies !== null) s.data.release(task, now);
  if (compute.timeoutMs > 0) s.due(now + compute.timeoutMs, { kind: 'timeout', task });
  if (thread.queue.length > 1 && !thread.isWatched) {
    thread.isWatched = true;
    s.due(now + WATCH_MS, { kind: 'watch', thread });
  }
}

/** executing → ready, for those that the thread has not claimed. */
export function recall(s: CoreState, thread: ComputeThread, now: number): void {
  const first = s.output.recall(thread.id, thread.nextSequence);
  for (const task of thread.takeUnstarted(first, now)) {
    task.thread = undefined;
    s.move(task, 'waiting', 'recall', now);
    if (task.compute.dependencies !== null) s.data.require(task, now);
    if (task.stop !== undefined) finishStop(s, task, false, now);
    else if (task.waitingFor === 0) becomeReady(s, task, 'recall', now);
  }
}

/** executing or suspended → gone: the thread says that the attempt has ended. Undefined when nobody waits for that any more. */
export function settle(
  s: CoreState,
  id: ThreadId,
  attempt: AttemptId,
  stimulus: string,
  now: number,
): WorkerTask | undefined {
  const task = s.tasks.get(attempt);
  if (task === undefined || task.thread?.id !== id) return undefined;
  if (task.state === 'suspended') task.thread.suspended.delete(task);
  else task.thread.take(task, now);
  remove(s, task, stimulus, now);
  return task;
}

/** Any state → gone. The caller has taken it out of what it was in. */
export function remove(s: CoreState, task: WorkerTask, stimulus: string, now: number): void {
  s.tasks.delete(task.compute.attempt);
  s.move(task, 'gone', stimulus, now);
}
