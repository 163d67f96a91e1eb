/** The states of a task, and the moves between them that exist. */

/** As they are named to people. */
export const TASK_STATES = [
  'released',
  'waiting',
  'queued',
  'no-worker',
  'processing',
  'memory',
  'erred',
  'forgotten',
] as const;

/** A task's state. */
export type TaskState = (typeof TASK_STATES)[number];

/** The states of tasks that are there. */
export type VisibleState = Exclude<TaskState, 'forgotten'>;

/** The states as the task table stores them: indexes into {@link TASK_STATES}. */
export const State = {
  /** Known, with no result, and nobody needs one now. */
  released: 0,
  /** Some dependency has no result yet (or, for scattered data, the data is under way). */
  waiting: 1,
  /** Ready, on the scheduler. */
  queued: 2,
  /** Ready, and no worker there is may ever run it. */
  noWorker: 3,
  /** Sent to a worker. */
  processing: 4,
  /** A worker holds the result. */
  memory: 5,
  erred: 6,
  /** Gone: the slot is free. */
  forgotten: 7,
} as const;

/** Where a task may go from each state. Anything else is a mistake, which validation finds. */
export const TRANSITIONS: Readonly<Record<TaskState, readonly TaskState[]>> = {
  released: ['waiting', 'forgotten'],
  waiting: ['queued', 'no-worker', 'processing', 'memory', 'erred', 'released'],
  queued: ['processing', 'waiting', 'no-worker', 'memory', 'released'],
  'no-worker': ['queued', 'waiting', 'memory', 'erred', 'released'],
  processing: ['memory', 'erred', 'released'],
  memory: ['released', 'erred'],
  erred: ['released', 'forgotten'],
  forgotten: [],
};

/** Whether {@link TRANSITIONS} has a move, given as `State` numbers. */
export function mayMove(from: number, to: number): boolean {
  return TRANSITIONS[TASK_STATES[from]!].includes(TASK_STATES[to]!);
}
