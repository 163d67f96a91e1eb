/** The errors that the worker's core itself gives a task: what happened, to which task, and what to do. */
import type { ErrorReport } from '@covey/protocol/internal';
import type { ComputeTask } from '@covey/protocol/internal';

/** An attempt ran longer than its options allow. */
export function timeoutReport(compute: ComputeTask, worker: string): ErrorReport {
  return {
    name: 'TaskTimeoutError',
    code: 'ERR_COVEY_TASK_TIMEOUT',
    message: `task ${compute.key} ran longer than its timeout of ${compute.timeoutMs} ms and was stopped; give it more with the option timeout`,
    details: { timeoutMs: compute.timeoutMs },
    key: compute.key,
    worker,
  };
}

/** Two inputs can't leave their threads, and these are two. */
export function pinnedApartReport(compute: ComputeTask, worker: string, first: string, second: string): ErrorReport {
  return {
    name: 'PinnedConflictError',
    code: 'ERR_COVEY_PINNED_CONFLICT',
    message:
      `task ${compute.key} needs ${first} and ${second}, which can't be encoded and live in different threads of ${worker}; ` +
      'make both in one task, or return something that can be encoded',
    details: { keys: [first, second] },
    key: compute.key,
    worker,
  };
}

/** The thread ended under the task: `process.exit`, or memory. */
export function threadEndedReport(compute: ComputeTask, worker: string, what: ThreadEnd): ErrorReport {
  const why =
    what.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? 'used more memory than a compute thread may have'
      : `ended its compute thread (${what.message})`;
  return {
    name: 'ThreadEndedError',
    code: 'ERR_COVEY_THREAD_ENDED',
    message: `task ${compute.key} ${why}; tasks must not end their thread, and large data belongs into typed arrays`,
    details: { cause: what.message, ...(what.code === undefined ? {} : { causeCode: what.code }) },
    key: compute.key,
    worker,
  };
}

/** How a thread ended that was not told to. */
export interface ThreadEnd {
  /** The attempt that it was running by its own account; 0 for none. */
  readonly running: number;
  readonly message: string;
  readonly code?: string;
}
