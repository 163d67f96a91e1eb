/**
 * What the sibling packages need of `@covey/scheduler` beyond its public names. No promise is made about it to anyone else.
 */
export { runScheduler } from './server/run-scheduler.js';
export type { RunningScheduler } from './server/run-scheduler.js';
export { schedulerEntry } from './server/scheduler-entry.js';
export type { FromScheduler, SchedulerSettings, ToScheduler } from './server/scheduler-ipc.js';
export type { Taken } from './server/coordination/handovers.js';

// The core, for tests that join it with other packages' cores, and for simulations.
export { SchedulerCore } from './core/core.js';
export type { SchedulerConfig } from './core/config.js';
export type { SchedulerOutput } from './core/output.js';
export type { SchedulerCoreOptions, SchedulerCoreSurface, WorkerDeparture } from './core/surface.js';
export { RandomSource } from './core/testing/random-source.js';
export { recordingOutput } from './core/testing/recording-output.js';
export type { Message } from './core/testing/recording-output.js';
export { World, WorldClient, workerHello } from './core/testing/world.js';
