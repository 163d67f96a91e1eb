/**
 * What the sibling packages need of `@covey/scheduler` beyond its public names. No promise is made about it to anyone else.
 */
export { runScheduler } from './server/run-scheduler.js';
export type { RunningScheduler } from './server/run-scheduler.js';
export { schedulerEntry } from './server/scheduler-entry.js';
export type { FromScheduler, SchedulerSettings, ToScheduler } from './server/scheduler-ipc.js';
export type { Taken } from './server/coordination/handovers.js';
