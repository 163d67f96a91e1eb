/**
 * What the core knows of one result that comes here, or should, or is needed here by tasks that were not handed to a thread yet.
 *
 * The common result has none: computed here, kept until `free`, it is only in the store.
 */
import type { TaskId, WorkerId } from '@covey/protocol/internal';
import type { ComputeThread } from './compute-thread.js';
import type { WorkerTask } from './task.js';

/**
 * - `wanted`: in line for a fetch from the peer `source`
 * - `fetching`: on its way
 * - `missing`: nobody is known to have it; the scheduler was asked (or will be, at `askAtMs`)
 * - `memory`: in the store
 * - `pinned`: in the thread `thread`
 */
export type DatumState = 'wanted' | 'fetching' | 'missing' | 'memory' | 'pinned';

export class Datum {
  readonly taskId: TaskId;
  nbytes: number;
  state: DatumState = 'missing';
  /** Who has it, as far as is known. */
  holders: readonly WorkerId[] = [];
  /** Where it is fetched from, while wanted or fetching. */
  source: WorkerId | undefined = undefined;
  thread: ComputeThread | undefined = undefined;
  /** Waiting tasks that need it; undefined for none, as soon as it is here. */
  waiters: Set<WorkerTask> | undefined = undefined;
  /** Tasks that need it and were not handed to a thread yet: waiting and ready ones. */
  users = 0;
  /** To be kept until `free`. False: only its users keep it (a fetch nobody ordered for its own sake, or freed while in use). */
  isKept = false;
  /** Fetches that failed in a row. */
  failures = 0;

  constructor(taskId: TaskId, nbytes: number) {
    this.taskId = taskId;
    this.nbytes = nbytes;
  }

  get isHere(): boolean {
    return this.state === 'memory' || this.state === 'pinned';
  }
}
