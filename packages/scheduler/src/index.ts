/**
 * The scheduler of Covey: a state machine and the process around it: what its users see.
 */
export { SchedulerServer } from './server/scheduler-server.js';
export type { SchedulerServerOptions, SchedulerTimings } from './server/server-options.js';
export type { PreloadSetup } from './server/preload.js';
export type { SchedulerConfig } from './core/config.js';
