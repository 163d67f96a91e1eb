/**
 * What an executor inside a compute thread needs from it. The executor's package is known to a worker only by the path of
 * a module (`executorEntry`) that exports {@link ConnectInTask}.
 */
import type { ConnectTls } from '@covey/protocol';
import type { HostThread } from '@covey/protocol/internal';

export interface InTaskContext {
  readonly schedulerAddress: string;
  /** The cluster's secret as text. */
  readonly secret: string | null;
  /** With what certificates to reach scheduler and workers. */
  readonly tls: ConnectTls | null;
  /** For the client's introduction. */
  readonly name: string;
  /** The thread itself, for the same. */
  readonly thread: HostThread;
  /** The key of the task whose code is calling. */
  currentTaskKey(): string | undefined;
  /** Gives the task's slot away until the promise has settled and the slot is free again. Outside of a task it only waits. */
  whileWaiting<T>(promise: Promise<T>): Promise<T>;
  /**
   * Has something given back when the code that calls has ended: its task, or its actor. `giveBack` is called then, at once if that
   * has happened already, and answers what somebody should know of it. Answers how to call it off.
   */
  atEnd(giveBack: GiveBack): () => void;
}

/** Gives something back that a task has kept; what should be said of it, or nothing. */
export type GiveBack = () => string | undefined;

/** Returns an executor at once; it connects by itself. Called once a thread, when a task first asks. */
export type ConnectInTask = (context: InTaskContext) => unknown;
