/** What the core knows of one compute thread: what it was given, in order, and what stays in it. */
import type { TaskId } from '@covey/protocol/internal';
import { ReadyQueue } from './ready-queue.js';
import type { WorkerTask } from './task.js';

/** Counts up from 1 and is never given again: a late message of an ended thread means nobody. */
export type ThreadId = number;

/** Sequence numbers wrap here, as in the words shared with the thread. */
export const SEQUENCE_LIMIT = 2 ** 30;

export class ComputeThread {
  readonly id: ThreadId;
  /** Its place among the threads of the worker, as people see it; taken over by its successor. */
  readonly slot: number;
  /** `starting` until it says that it reads its port; `ending` from the order to end it until it has. */
  state: 'starting' | 'ready' | 'ending' = 'starting';
  /** Handed over and not ended, in order; the first one runs. */
  readonly queue: WorkerTask[] = [];
  readonly suspended = new Set<WorkerTask>();
  /** Estimated milliseconds of what is in the queue. */
  loadMs = 0;
  nextSequence = 0;
  /** Ready tasks that only this thread may run. */
  readonly own = new ReadyQueue();
  /** Values that can't leave it. */
  readonly pinned = new Set<TaskId>();
  /** Started for an actor: runs nothing that is not bound to it, and ends with its last pinned value. */
  readonly forActor: boolean;
  /** A look at its queue is due: see `WorkerCore`. */
  isWatched = false;

  constructor(id: ThreadId, slot: number, forActor: boolean) {
    this.id = id;
    this.slot = slot;
    this.forActor = forActor;
  }

  /** Appends a task; it is the caller who tells the thread. */
  give(task: WorkerTask, now: number): void {
    task.thread = this;
    task.sequence = this.nextSequence;
    this.nextSequence = (this.nextSequence + 1) % SEQUENCE_LIMIT;
    if (this.queue.length === 0) task.startedMs = now;
    this.queue.push(task);
    this.loadMs += task.estimateMs;
  }

  /** A continuation that has its slot again: it runs before everything that waits. */
  giveBack(task: WorkerTask): void {
    this.suspended.delete(task);
    this.queue.unshift(task);
    this.loadMs += task.estimateMs;
  }

  /** Takes a task out of the queue; the next one is taken to start now. */
  take(task: WorkerTask, now: number): void {
    const at = this.queue[0] === task ? 0 : this.queue.indexOf(task);
    if (at < 0) return;
    if (at === 0) this.queue.shift();
    else this.queue.splice(at, 1);
    const head = this.queue[0];
    this.loadMs = head === undefined ? 0 : Math.max(0, this.loadMs - task.estimateMs);
    if (head !== undefined && head.startedMs === 0) head.startedMs = now;
  }

  /** Takes out those whose sequence numbers begin at `first`: they were not claimed. */
  takeUnstarted(first: number, now: number): WorkerTask[] {
    const count = (this.nextSequence - first + SEQUENCE_LIMIT) % SEQUENCE_LIMIT;
    const unstarted = count === 0 ? [] : this.queue.slice(-count);
    for (const task of unstarted) {
      this.take(task, now);
      task.startedMs = 0;
    }
    return unstarted;
  }
}
