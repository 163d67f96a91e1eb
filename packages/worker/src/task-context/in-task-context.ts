/**
 * What an executor inside a compute thread needs from it. The executor's package is known to a worker only by the path of
 * a module (`executorEntry`), which exports an {@link ExecutorEntry}.
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

/** Futures of the thread's executor for those in an argument, by the keys of their tasks. */
export interface InTaskAdoption {
  readonly named: (key: string) => unknown;
  /** Asks for them. To be called in the turn in which they were made. */
  send(): void;
  /** Resolves when they hold their tasks; never rejects. */
  settled(): Promise<unknown>;
}

/** What a thread does with its executor. */
export interface InTaskConnection {
  /** What `getExecutor()` answers. */
  readonly executor: unknown;
  /** Has the result of an attempt that is about to be done hold the tasks of the futures in it. */
  holdInResult(attempt: number, futures: readonly object[], signal: AbortSignal): Promise<void>;
  adoption(): InTaskAdoption;
}

export interface ExecutorEntry {
  readonly connectInTask: ConnectInTask;
  /** What tasks get that import the package that users install: of the same code as the executor, whose futures it has to know. */
  readonly covey: Readonly<Record<string, unknown>>;
}

/** Returns an executor at once; it connects by itself. Called once a thread, when a task first asks. */
export type ConnectInTask = (context: InTaskContext) => InTaskConnection;
