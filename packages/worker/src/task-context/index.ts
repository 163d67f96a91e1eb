/** What code inside a task may ask; re-exported by `covey`. */
export { copyOf } from './copy-of.js';
export { getExecutor, getTask, getWorker, notInTaskKind, taskContextSymbol } from './task-context.js';
export type { TaskContext, TaskContextProvider, WorkerContext } from './task-context.js';
export type { ConnectInTask, InTaskContext } from './in-task-context.js';
