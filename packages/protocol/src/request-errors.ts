/**
 * The kinds of errors by which a scheduler or worker answers requests that it will not or cannot meet. They stand here and not with either so that
 * who asked gets them as what they are.
 */
import { CoveyError, defineError } from './errors.js';

/** A call's arguments are not what the call takes. */
export class CallArgumentError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CALL_ARGUMENT',
      name: 'CallArgumentError',
      summary: 'A call to the scheduler had arguments that it does not take.',
      remedy: 'Read the message: it names the argument and what it must be.',
    });
  }
}

/** A lock, semaphore, queue or variable was used against its rules, or closed while somebody waited for it. */
export class CoordinationError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_COORDINATION',
      name: 'CoordinationError',
      summary:
        'A lock, semaphore, event, queue or variable was used against its rules, or closed under who waited for it.',
      remedy: 'Read the message: it names the object and the rule.',
    });
  }
}

/** The name is taken by a living worker. */
export class DuplicateWorkerError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_DUPLICATE_WORKER',
      name: 'DuplicateWorkerError',
      summary: 'A worker introduced itself by a name or address that a living worker has.',
      remedy: 'Give each worker a name of its own, or let it choose one.',
    });
  }
}

/** A call named a worker that is not there. */
export class UnknownWorkerError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_UNKNOWN_WORKER',
      name: 'UnknownWorkerError',
      summary: 'A call named a worker that the scheduler does not know.',
      remedy: 'Name workers by address or name, as schedulerInfo() lists them.',
    });
  }
}

/** Workers were not retired. */
export class RetirementError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_RETIREMENT',
      name: 'RetirementError',
      summary: 'Workers were not retired, and go on: no other worker is there to take what only they hold.',
      remedy:
        'Start other workers first, or let go of the results that the message names. `cluster.scale(0)` ends workers with what they hold.',
    });
  }
}

/** No task is known under a key. */
export class UnknownKeyError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_UNKNOWN_KEY',
      name: 'UnknownKeyError',
      summary: 'A graph refers to a key that it does not define, or the scheduler knows no task of that key.',
      remedy: 'Define the key, or correct its spelling.',
    });
  }
}

/** A restart ended workers that did not start again in time. */
export class WorkerRestartError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_WORKER_RESTART',
      name: 'WorkerRestartError',
      summary: 'Workers did not come back after a restart, or not within `timeoutMs`.',
      remedy:
        'Give it more time; `waitForWorkers` tells when they are there, and the log of the cluster what keeps them.',
    });
  }
}

/** The dataset is there already, or is not. */
export class DatasetError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_DATASET',
      name: 'DatasetError',
      summary: 'A dataset of that name is published already, or none is.',
      remedy: 'Choose another name, publish with override, or look at listDatasets().',
    });
  }
}

/** What was asked of the worker is not there. */
export class NotHereError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_NOT_HERE',
      name: 'NotHereError',
      summary: 'A worker was asked for something that it does not have (any more).',
      remedy: 'Ask the scheduler where it is now.',
    });
  }
}

/** Somebody asked for a call that does not exist. */
export class UnknownCallError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_UNKNOWN_CALL',
      name: 'UnknownCallError',
      summary: 'A process was asked for something that its version does not know.',
      remedy: 'Run the same version of Covey everywhere.',
    });
  }
}
