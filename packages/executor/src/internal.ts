/**
 * What the sibling packages need of `@covey/executor` beyond its public names. No promise is made about it to anyone else.
 */
export { connectInTask } from './in-task.js';
export { executorHost } from './executor/host.js';
export type { ExecutorHost } from './executor/host.js';
export type { InTaskContext } from './in-task.js';
