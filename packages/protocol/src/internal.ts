/**
 * What the sibling packages need of `@covey/protocol` beyond its public names. No promise is made about it to anyone else.
 */
export {};

// The messages: layouts, ids, calls.
export type { AttemptId, ClientId, ClientTaskId, FunctionId, OptionsId, TaskId, WorkerId } from './messages/ids.js';
export { INLINE_RESULT_BYTES } from './messages/values.js';
export type { DependencyWhere, ErrorReport, FunctionBlob, Opaque, TaskOptions } from './messages/values.js';
export type {
  ClientHello,
  ClientWelcome,
  NannyHello,
  UploadedFile,
  WorkerHello,
  WorkerWelcome,
} from './messages/hello.js';
export { clientMessages, dispatchClientBatch } from './messages/client-to-scheduler.js';
export type { ClientMessageHandler, TaskRun } from './messages/client-to-scheduler.js';
export { dispatchTaskNews, taskNews } from './messages/scheduler-to-client.js';
export type { TaskNewsHandler } from './messages/scheduler-to-client.js';
export { dispatchWorkerBatch, workerMessages } from './messages/scheduler-to-worker.js';
export type { ComputeTask, WorkerMessageHandler } from './messages/scheduler-to-worker.js';
export { dispatchWorkerNews, workerNews } from './messages/worker-to-scheduler.js';
export type { WorkerHeartbeat, WorkerNewsHandler } from './messages/worker-to-scheduler.js';
export type {
  Call,
  FromNannyCalls,
  Located,
  NannyCalls,
  PerWorker,
  ScatterItem,
  SchedulerCalls,
  SchedulerInfo,
  StoryEntry,
  TaskSelection,
  WorkerCalls,
  WorkerDeath,
  WorkerInfo,
  WorkerPeerCalls,
} from './messages/calls.js';
