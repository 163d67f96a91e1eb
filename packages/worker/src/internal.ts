/**
 * What the sibling packages need of `@covey/worker` beyond its public names. No promise is made about it to anyone else.
 */

// The nanny, and where the entries of this package's processes are.
export { nannyEntry, threadEntry, workerEntry } from './nanny/entry-files.js';
export { Nanny } from './nanny/nanny.js';
export type { ClusterAccess, NannyOptions } from './nanny/nanny.js';
export { workerCommand } from './nanny/worker-command.js';
export type { WorkerCommandOptions } from './nanny/worker-command.js';
export type { WorkerCommand } from './nanny/worker-process.js';
export { linkToScheduler } from './nanny/scheduler-link.js';
export type { NannyCallHandlers, SchedulerLink, SchedulerLinkOptions } from './nanny/scheduler-link.js';
export type { NannyEvent } from './nanny/nanny-events.js';
export type { FromNanny, NannyConfig, ToNanny } from './nanny/nanny-ipc.js';
export type {
  FromWorkerProcess,
  WorkerFailed,
  WorkerLaunch,
  WorkerProcessConfig,
  WorkerReady,
} from './nanny/worker-ipc.js';

// The worker's process.
export { readConfig } from './process/worker-options.js';
export type { WorkerConfig, WorkerIdentity, WorkerOptions } from './process/worker-options.js';
export { WorkerProcess } from './process/worker-process.js';
export type { WorkerProcessEnd, WorkerProcessOptions } from './process/worker-process.js';
