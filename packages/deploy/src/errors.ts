/** The kinds of errors by which clusters are not started, not found or not configured. */
import { CoveyError, defineError } from '@covey/protocol';

/** A process of a cluster did not start, or a cluster could not be put together. */
export class ClusterStartError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CLUSTER_START',
      name: 'ClusterStartError',
      summary: 'A cluster, or one of its processes, could not be started; what had been started was ended again.',
      remedy: 'Read the message: it names the process and its last words.',
    });
  }
}

/** The cluster is closed, or its scheduler died. */
export class ClusterClosedError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CLUSTER_CLOSED',
      name: 'ClusterClosedError',
      summary: 'Something was asked of a cluster that is closed.',
      remedy: 'Start another cluster; the message says why this one ended.',
    });
  }
}

/** No cluster of that name runs. */
export class ClusterNotFoundError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CLUSTER_NOT_FOUND',
      name: 'ClusterNotFoundError',
      summary: 'A cluster was named that is not running on this host.',
      remedy: "Start it by 'covey clusters start NAME', or see what runs by 'covey clusters list'.",
    });
  }
}

/** A running cluster has the name. */
export class ClusterExistsError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CLUSTER_EXISTS',
      name: 'ClusterExistsError',
      summary: 'A cluster was to be started under the name of a running one.',
      remedy: "Choose another name, use the running one, or stop it by 'covey clusters stop NAME'.",
    });
  }
}

/** A setting or option is not what it must be. */
export class ConfigurationError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CONFIGURATION',
      name: 'ConfigurationError',
      summary: 'A setting, flag, environment variable or option has a value that it cannot have.',
      remedy: 'Read the message: it names the setting, where its value came from, and what it must be.',
    });
  }
}

/** A folder or file that must be this user's alone is not. */
export class UnsafeFolderError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_UNSAFE_FOLDER',
      name: 'UnsafeFolderError',
      summary: 'The folder in which clusters are listed belongs to, or is open to, somebody else.',
      remedy: 'Give it mode 0700, or choose another by COVEY_HOME.',
    });
  }
}
