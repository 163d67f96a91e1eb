/** How compute threads begin and end, and what becomes of what is in them. */
import type { ComputeThread } from './compute-thread.js';
import type { CoreState } from './core-state.js';
import { threadEndedReport } from './reports.js';
import type { ThreadEnd } from './reports.js';
import { tellStopped } from './stop.js';
import type { WorkerTask } from './task.js';
import { becomeReady, recall, settle } from './transitions.js';

const MAX_FAILED_STARTS = 5;

/** Asks for a thread, in the given slot or (for an actor) the first free one above. */
export function startThread(s: CoreState, slot: number, forActor: boolean): ComputeThread {
  const thread = s.threads.add(slot, forActor);
  s.output.startThread(thread.id);
  return thread;
}

/** Ends a thread with all that is in it, because of a task that won't stop. */
export function endThread(s: CoreState, thread: ComputeThread, now: number): void {
  abandon(s, thread, undefined, now);
  s.output.endThread(thread.id);
}

/** Takes everything from a thread that ends or has ended. With `end`, the attempt that ran is to blame. */
export function abandon(s: CoreState, thread: ComputeThread, end: ThreadEnd | undefined, now: number): void {
  recall(s, thread, now);
  s.threads.close(thread);
  const started = [...thread.queue, ...thread.suspended];
  const guilty =
    end === undefined ? undefined : (started.find((task) => task.compute.attempt === end.running) ?? thread.queue[0]);
  for (const task of started) {
    const { compute } = task;
    settle(s, thread.id, compute.attempt, 'thread-ended', now);
    if (task.stop === undefined && task === guilty && end !== undefined) {
      s.output.erred(compute.taskId, compute.attempt, 0, 0, thread.slot, threadEndedReport(compute, s.name, end));
    } else {
      tellStopped(s, task, true, 0, 0);
    }
  }
  s.data.threadLost(thread, now);
  for (const task of [...thread.own]) unbind(s, task, thread, now);
  // What waits for other inputs may have lost one that was pinned there.
  for (const task of s.tasks.values()) if (task.state === 'waiting') s.data.requireAgain(task);
  if (!thread.forActor) replace(s, thread.slot, now);
}

/** ready → waiting (for the pinned input that is lost), or → ready elsewhere (an actor not yet made). */
function unbind(s: CoreState, task: WorkerTask, thread: ComputeThread, now: number): void {
  thread.own.remove(task);
  task.bound = undefined;
  s.move(task, 'waiting', 'thread-ended', now);
  s.data.requireAgain(task);
  if (task.waitingFor === 0) becomeReady(s, task, 'thread-ended', now);
}

/** Starts a thread in the place of one that has ended; after threads that ended while starting, not at once, and not for ever. */
function replace(s: CoreState, slot: number, now: number): void {
  if (s.isClosing) return;
  if (s.failedStarts === 0) {
    startThread(s, slot, false);
  } else if (s.failedStarts < MAX_FAILED_STARTS) {
    s.due(now + 50 * 2 ** s.failedStarts, { kind: 'restart', slot });
  } else {
    s.output.giveUp(`${s.failedStarts} compute threads in a row ended while starting`);
  }
}

/** An actor's thread ends with the last thing that is in it. */
export function endActorThreadIfIdle(s: CoreState, thread: ComputeThread): void {
  if (!thread.forActor || thread.state === 'ending') return;
  if (thread.pinned.size + thread.queue.length + thread.suspended.size + thread.own.size > 0) return;
  s.threads.close(thread);
  s.output.endThread(thread.id);
}
