/**
 * The errors that the client of a cluster throws, and those that reach it from the cluster, each a kind with a stable code.
 *
 * What user code threw in a task is not among them: it is thrown again as what it was. See `values/failures.ts`.
 */
import { CoveyError, defineError } from '@covey/protocol';

export { UnknownKeyError } from '@covey/protocol';

/** The worker that ran the task died, more than once, and the task is to blame as far as anybody can tell. */
export class KilledWorkerError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_KILLED_WORKER',
      name: 'KilledWorkerError',
      summary: 'Workers died while they ran this task, and it was run alone when the last of them did.',
      remedy:
        'Look at the evidence in `data` (exit code, signal, memory): the task may need more memory than a worker has.',
    });
  }
}

/** The compute thread that ran the task ended under it. */
export class ThreadEndedError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_THREAD_ENDED',
      name: 'ThreadEndedError',
      summary:
        'The thread that ran a task ended: in most cases the task used more memory than a thread may have. Or it was ended several times because of another task in it that would not stop, while this one waited for that.',
      remedy: 'Put large data into typed arrays, which do not count there; or give workers more memory.',
    });
  }
}

/** An attempt ran longer than the task's `timeoutMs` and was stopped. */
export class TaskTimeoutError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_TASK_TIMEOUT',
      name: 'TaskTimeoutError',
      summary: 'A task ran longer than its timeout and was stopped.',
      remedy: 'Give it more time with `executor.with({ timeout })`, or make it smaller.',
    });
  }
}

/** The task was cancelled: through a future, a signal, a restart, or by another client. */
export class TaskCancelledError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_TASK_CANCELLED',
      name: 'TaskCancelledError',
      summary: 'The task was cancelled and has no result.',
      remedy: 'Submit it again if its result is still wanted.',
    });
  }
}

/** The scheduler that knew the task is gone, and what it knew with it. */
export class FutureLostError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_FUTURE_LOST',
      name: 'FutureLostError',
      summary: 'The scheduler was started anew or forgot this session, and with it the task.',
      remedy: 'Submit the task again; connect anew first if the cluster is another one.',
    });
  }
}

/** A future was used after it was released. */
export class FutureReleasedError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_FUTURE_RELEASED',
      name: 'FutureReleasedError',
      summary: 'A future was used after `release()`, or after the `using` block that held it.',
      remedy: 'Keep the future as long as its result is needed.',
    });
  }
}

/** Another definition runs under the same key. */
export class KeyConflictError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_KEY_CONFLICT',
      name: 'KeyConflictError',
      summary: 'A task with this key exists and computes something else.',
      remedy: 'Give another key, or release the futures of the old task first.',
    });
  }
}

/** A view of an executor with a `key` was used for a second task. */
export class KeyUsedError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_KEY_USED',
      name: 'KeyUsedError',
      summary: 'A key names one task, and the view that carries it was used for a second one.',
      remedy: 'Make a view for each task: `executor.with({ key }).submit(…)`.',
    });
  }
}

/** The last copy of scattered data is gone. */
export class DataLostError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_DATA_LOST',
      name: 'DataLostError',
      summary: 'The workers that held this scattered data are gone, and it cannot be computed again.',
      remedy: 'Scatter it again; `replicate` or `broadcast` keep more than one copy.',
    });
  }
}

/** Tasks of a graph depend on each other in a circle. */
export class CyclicGraphError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CYCLIC_GRAPH',
      name: 'CyclicGraphError',
      summary: 'Tasks of a graph depend on each other in a circle, so that none of them can begin.',
      remedy: 'Break the circle that the message names.',
    });
  }

  /** The keys along the circle; the first is repeated at the end. */
  get cycle(): readonly string[] {
    return (this.data as { readonly cycle: readonly string[] } | undefined)?.cycle ?? [];
  }
}

/** The results that were asked for are more than the limit allows into this process. */
export class GatherTooLargeError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_GATHER_TOO_LARGE',
      name: 'GatherTooLargeError',
      summary: 'Gathering would bring more bytes into this process than its limit.',
      remedy: 'Reduce the data on the cluster first, or raise `maxBytes`.',
    });
  }
}

/** The executor was closed. */
export class ExecutorClosedError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_EXECUTOR_CLOSED',
      name: 'ExecutorClosedError',
      summary: 'The executor was closed, and its futures with it.',
      remedy: 'Connect again with `Executor.connect`.',
    });
  }
}

/** Arguments of a method of the client that make no sense. */
export class UsageError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_USAGE',
      name: 'UsageError',
      summary: 'A method was called with arguments that cannot work.',
      remedy: 'Read the message: it says what to write instead.',
    });
  }
}

/** Something did not happen in the time that was given for it; whatever was waited for goes on. */
export class WaitTimeoutError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_WAIT_TIMEOUT',
      name: 'WaitTimeoutError',
      summary: 'What was waited for did not happen within `timeoutMs`; the tasks go on.',
      remedy: 'Wait again, or give more time.',
    });
  }
}

/** A result is gone and is not coming back by itself, although its task had finished. */
export class ResultUnavailableError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_RESULT_UNAVAILABLE',
      name: 'ResultUnavailableError',
      summary: 'No worker that was said to hold the result could give it.',
      remedy:
        'Ask again: lost results are computed anew; a value that cannot leave its thread has to be read by a task.',
    });
  }
}

/** A function run by `executor.run` failed on some workers. */
export class RunOnWorkersError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_RUN_ON_WORKERS',
      name: 'RunOnWorkersError',
      summary: 'A function that was run outside the task system failed on a worker.',
      remedy: "Look at `cause`; `onError: 'return'` gives the errors beside the results.",
    });
  }
}

/** A task failed and this process cannot make an object of what it threw. */
export class TaskError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_TASK',
      name: 'TaskError',
      summary: 'A task failed with something that could not be sent or rebuilt here.',
      remedy: 'The message and the stack are those of the original.',
    });
  }
}

/** A task that this one depends on was not known to the scheduler any more. */
export class DependencyReleasedError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_DEPENDENCY_RELEASED',
      name: 'DependencyReleasedError',
      summary: 'A task depends on one that was released before, or was never submitted.',
      remedy: 'Keep the futures of inputs until the tasks that use them are submitted.',
    });
  }
}

/** No worker can ever run the task: its restrictions or resources exclude all. */
export class NoWorkerError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_NO_WORKER',
      name: 'NoWorkerError',
      summary: 'No worker may run the task: its restrictions or the resources that it asks for exclude all of them.',
      remedy: 'Look at `executor.explain(future)`; name other workers, or start some with the resources.',
    });
  }
}

/** Two values that cannot leave their threads are needed in one place. */
export class PinnedConflictError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_PINNED_CONFLICT',
      name: 'PinnedConflictError',
      summary: 'A task needs values that cannot leave their threads, and these are in different places.',
      remedy: 'Make both values in one task, or let one of them be a value that can travel.',
    });
  }
}
