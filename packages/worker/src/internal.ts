/**
 * What the sibling packages need of `@covey/worker` beyond its public names. No promise is made about it to anyone else.
 */

// The nanny, and where the entries of this package's processes are.
export { workerEntry } from './nanny/entry-files.js';
export { Nanny } from './nanny/nanny.js';
export type { ClusterAccess } from './nanny/nanny.js';
export { workerCommand } from './nanny/worker-command.js';
export { linkToScheduler } from './nanny/scheduler-link.js';
export type { SchedulerLink } from './nanny/scheduler-link.js';
export type { NannyEvent } from './nanny/nanny-events.js';
export type { FromNanny, NannyConfig, ToNanny } from './nanny/nanny-ipc.js';
export type { WorkerLaunch } from './nanny/worker-ipc.js';

// The worker's process.
