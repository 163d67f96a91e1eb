/**
 * What user code can ask while it runs in a task. The answers come from the compute thread through a registered symbol, so
 * that they reach the code whichever copy of this package it imports. This module must stay free of imports for the same reason: any
 * process may load it.
 */

/** The running task. */
export interface TaskContext {
  /** What the task is called in the cluster. */
  readonly key: string;
  /** The how many-th try it is: 1, and one more after each that erred and is retried, or that may have run when its worker died. */
  readonly attempt: number;
  /** The number of this execution, unlike any other in the cluster: what events of prints name as `attempt`. */
  readonly attemptId: number;
  /** Aborted when the task is cancelled or its time is over; 200 ms later its thread ends. `aborted` is up to date in synchronous code too. */
  readonly signal: AbortSignal;
  /** Sends a record to whoever follows the topic `log` (`executor.subscribe('log', …)`), with key and worker. */
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** The worker that runs the task. */
export interface WorkerContext {
  readonly name: string;
  /** Where its peers reach it. */
  readonly address: string;
  /** The name of its machine. */
  readonly host: string;
  /** The number of the compute thread within its worker. */
  readonly thread: number;
  /** A folder for temporary files, with the uploaded ones in it; removed with the worker. */
  readonly localDirectory: string;
  /** Sends an event to whoever follows the topic; the payload is plain data. */
  logEvent(topic: string, payload: unknown): void;
}

/** What a compute thread registers. The executor's type is its own package's affair. */
export interface TaskContextProvider {
  task(): TaskContext | undefined;
  worker(): WorkerContext;
  executor(): unknown;
}

/** Where the provider is found in a process. */
export const taskContextSymbol: unique symbol = Symbol.for('covey.task-context') as never;

function provider(asked: string): TaskContextProvider {
  const found = (globalThis as Record<symbol, unknown>)[taskContextSymbol] as TaskContextProvider | undefined;
  if (found === undefined) throw outsideOfTask(asked);
  return found;
}

/** For the reference page of errors; it has no class, since this module imports none. */
export const notInTaskKind = {
  code: 'ERR_COVEY_NOT_IN_TASK',
  name: 'NotInTaskError',
  summary: 'getTask(), getWorker() or getExecutor() was called in code that no task runs.',
  remedy: 'Call it inside of the function that is submitted.',
} as const;

function outsideOfTask(asked: string): Error {
  const error = new Error(`${asked}() was called outside of a task: it has a meaning only in code that a worker runs`);
  return Object.assign(error, { name: notInTaskKind.name, code: notInTaskKind.code });
}

/**
 * The task that this code runs in, also after an `await`.
 * @throws NotInTaskError (`ERR_COVEY_NOT_IN_TASK`) outside of a task.
 * @example
 * ```ts
 * executor.submit(async (url: string) => (await fetch(url, { signal: getTask().signal })).text(), url);
 * ```
 */
export function getTask(): TaskContext {
  const task = provider('getTask').task();
  if (task === undefined) throw outsideOfTask('getTask');
  return task;
}

/**
 * The worker that this code runs on.
 * @throws NotInTaskError (`ERR_COVEY_NOT_IN_TASK`) outside of a worker.
 */
export function getWorker(): WorkerContext {
  return provider('getWorker').worker();
}

/**
 * An executor of the cluster that this task belongs to. Waiting for its futures does not hold the task's slot.
 * @throws NotInTaskError (`ERR_COVEY_NOT_IN_TASK`) outside of a worker, and when the worker was started without an executor.
 */
export function getExecutor(): unknown {
  return provider('getExecutor').executor();
}
