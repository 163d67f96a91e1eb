/**
 * The worker of Covey: a state machine, its store, its compute threads and its nanny: what its users see.
 */
export { copyOf, getExecutor, getTask, getWorker, notInTaskKind } from './task-context/index.js';
export type { TaskContext, WorkerContext } from './task-context/index.js';
