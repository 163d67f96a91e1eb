/**
 * What an executor inside a compute thread needs from it. The executor's package is known to a worker only by the path of
 * a module (`executorEntry`) that exports {@link ConnectInTask}.
 */
import type { ConnectTls } from '@covey/protocol';

export interface InTaskContext {
  readonly schedulerAddress: string;
  /** The cluster's secret as text. */
  readonly secret: string | null;
  /** With what certificates to reach scheduler and workers. */
  readonly tls: ConnectTls | null;
  /** For the client's introduction. */
  readonly name: string;
  /** The key of the task whose code is calling. */
  currentTaskKey(): string | undefined;
  /** Gives the task's slot away until the promise has settled and the slot is free again. Outside of a task it only waits. */
  whileWaiting<T>(promise: Promise<T>): Promise<T>;
}

/** Returns an executor at once; it connects by itself. Called once a thread, when a task first asks. */
export type ConnectInTask = (context: InTaskContext) => unknown;
