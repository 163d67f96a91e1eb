/** What the core knows of one attempt: the scheduler's message and where the attempt is on its way. */
import type { ComputeTask } from '@covey/protocol/internal';
import type { ComputeThread } from './compute-thread.js';

/**
 * - `waiting`: some of its inputs are not here yet
 * - `ready`: in a ready queue
 * - `executing`: handed to a thread; it may have started
 * - `suspended`: started, waits for a future, has given its slot away
 * - `gone`: done, erred or stopped; the record is no longer in any collection
 */
export const TASK_STATES = ['waiting', 'ready', 'executing', 'suspended', 'gone'] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** Why an attempt is being stopped, and so what becomes of it when it has ended. */
export interface StopOrder {
  readonly kind: 'cancelled' | 'timeout';
  readonly reason: string;
}

export class WorkerTask {
  readonly compute: ComputeTask;
  state: TaskState = 'waiting';
  /** How many inputs are not here yet. */
  waitingFor = 0;
  /** The thread that alone may run it, because a pinned input or its actor is there; undefined for any. */
  bound: ComputeThread | undefined = undefined;
  /** While executing or suspended. */
  thread: ComputeThread | undefined = undefined;
  sequence = 0;
  /** What it counts in its thread's load, milliseconds. */
  estimateMs = 0;
  /** When it became the first of its thread's queue: about when it started. 0: it did not. */
  startedMs = 0;
  stop: StopOrder | undefined = undefined;
  /** Order of arrival in a ready queue. */
  ticket = 0;

  constructor(compute: ComputeTask) {
    this.compute = compute;
  }
}

/** The slot of the thread that an attempt is in, as people see it. */
export function slotOf(task: WorkerTask): number {
  return task.thread?.slot ?? 0;
}
