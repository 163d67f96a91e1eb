/** What the scheduler tells of one task: where it is, and why. */
import type { TaskId } from './ids.js';
import type { ErrorReport } from './values.js';

/** Where a task is. */
export type TaskState =
  /** Known, with no result, and nobody needs one now. */
  | 'released'
  /** Some dependency has no result yet, or its data is being uploaded. */
  | 'waiting'
  /** Ready, on the scheduler. */
  | 'queued'
  /** Ready, and no worker that is there may ever run it. */
  | 'no-worker'
  /** Sent to a worker. */
  | 'processing'
  /** Done: workers hold the result. */
  | 'memory'
  /** Failed. */
  | 'erred';

/** Which workers may run a task, as its submitter wrote it. */
export interface TaskRestrictions {
  /** Addresses, names or hosts. */
  readonly workers?: readonly string[];
  /** Whether others may run it when none of `workers` is there. */
  readonly allowOtherWorkers?: boolean;
  /** What it needs of each resource. */
  readonly resources?: Readonly<Record<string, number>>;
}

/** What a task failed with, as text: the error itself comes with its future. */
export type TaskFailure = Omit<ErrorReport, 'value'>;

/** A task as the scheduler knows it. */
export interface TaskInfo {
  readonly key: string;
  /** The scheduler's own number of it. */
  readonly taskId: TaskId;
  readonly state: TaskState;
  /** Of its function; 'scatter' for scattered data. */
  readonly name: string;
  /** Bytes of its result; 0 as long as nobody knows. */
  readonly nbytes: number;
  /** Of its result, e.g. 'Float64Array'; empty as long as nobody knows. */
  readonly type: string;
  /** Address of the worker that it was sent to, while it is `processing`. */
  readonly processingOn?: string;
  /** Whether it runs there, and does not wait for a thread any more. */
  readonly started?: boolean;
  /** Addresses of the workers that hold its result. */
  readonly whoHas: readonly string[];
  /** Keys of the tasks whose results it needs. */
  readonly dependencies: readonly string[];
  /** Keys of the tasks that need its result. */
  readonly dependents: readonly string[];
  /** Keys of those of its dependencies that have no result yet, while it is `waiting`. */
  readonly waitingOn: readonly string[];
  /** Names of the clients that want its result, and what else keeps it: datasets, queues, variables, results that hold its future. */
  readonly wantedBy: readonly string[];
  readonly priority: number;
  /** How often it may still fail and run again. */
  readonly retriesLeft: number;
  /** How many workers died while it may have been running there. */
  readonly suspicion: number;
  /** Absent when every worker may run it. */
  readonly restrictions?: TaskRestrictions;
  /** What it failed with, once it is `erred`. */
  readonly error?: TaskFailure;
}

/** How a worker would do with a task, if the task were placed now. */
export interface WorkerProspect {
  readonly address: string;
  /** Whether it would be given the task. */
  readonly eligible: boolean;
  /** Why not, for people. */
  readonly because?: string;
  /** Estimated milliseconds of the work that it has. */
  readonly occupancyMs: number;
  /** Of the task's dependencies, that it would have to fetch. */
  readonly bytesToMove: number;
  /** Estimated milliseconds until it could begin. */
  readonly startMs: number;
}

/** Why a task is where it is: what `executor.explain` answers for each. */
export interface TaskExplanation extends TaskInfo {
  /** One sentence for people. */
  readonly because: string;
  /** How each worker would do (of the first thirty-two), best first. */
  readonly workers: readonly WorkerProspect[];
}
