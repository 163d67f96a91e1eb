/** What goes wrong in a compute thread by nobody's code but a task's: thrown there, and again where the result is waited for. */
import { CoveyError, defineError } from './errors.js';

/** The task's code tried to end the process. */
export class TaskExitError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_TASK_EXITED',
      name: 'TaskExitError',
      summary: 'The code of a task called process.exit, process.abort, or process.kill on its own process.',
      remedy: 'Return from the function, or throw; the worker belongs to other tasks too.',
    });
  }
}

/** The actor is not, or no longer, in this thread. */
export class ActorGoneError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_ACTOR_GONE',
      name: 'ActorGoneError',
      summary: 'An actor was called that its worker no longer has.',
      remedy: 'Submit the actor again: its state ended with its thread, its worker, or its last future.',
    });
  }
}

/** A value pinned to this thread is asked for, and isn't there. */
export class PinnedValueGoneError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_PINNED_VALUE_GONE',
      name: 'PinnedValueGoneError',
      summary: 'A task needs a value that cannot leave the thread which made it, and that thread no longer has it.',
      remedy: 'Submit the task that made the value again.',
    });
  }
}

/** The worker was started without an executor for its tasks. */
export class NoExecutorError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_NO_EXECUTOR',
      name: 'NoExecutorError',
      summary: 'getExecutor() was called on a worker that has no executor to give.',
      remedy: 'Start the worker with `covey worker` or a cluster class, which name one.',
    });
  }
}

/** The worker has no memory for the task's result. */
export class ResultTooLargeError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_RESULT_TOO_LARGE',
      name: 'ResultTooLargeError',
      summary: 'A task gave a result for which its worker could get no memory.',
      remedy: 'Give workers more memory, or split the result among several tasks.',
    });
  }
}
