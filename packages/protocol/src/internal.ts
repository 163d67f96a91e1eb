/**
 * What the sibling packages need of `@covey/protocol` beyond its public names. No promise is made about it to anyone else.
 */

// Transport: addresses, comms, channels.
export { isLoopbackHost } from './address.js';
export { socketAddress, sweepSocketFolder } from './socket-folder.js';
export { errorClassOf, markAs } from './errors.js';
export { fromErrorRecord } from './transport-errors.js';
export { connect } from './comms/connect.js';
export type { ConnectOptions } from './comms/connect.js';
export { listen } from './comms/listen.js';
export type { Listener } from './comms/listen.js';
export type { Comm } from './comms/comm.js';
export type { HttpHandler } from './comms/http-door.js';
export { makeCertificate } from './comms/certificate.js';
export type { Certificate } from './comms/certificate.js';
export { listenTlsOf } from './comms/tls.js';
export { InProcessNetwork } from './comms/in-process.js';
export { Channel } from './channels/channel.js';
export type { ChannelCloseCode, ChannelCloseReason } from './channels/channel-options.js';
export type { CallHandler, CallOptions } from './channels/calls.js';
export { ChannelServer } from './channels/channel-server.js';
export type { ChannelHello } from './channels/channel-server.js';
export type { FactMap } from './channels/control.js';
export { openChannel } from './channels/open-channel.js';
export type { OpenChannelOptions, ReconnectOptions } from './channels/open-channel.js';
export { decode, encode } from './channels/codec.js';
export { checkPlainData } from './channels/plain-data.js';
export { endOfTurn } from './channels/turn.js';
export type { TurnEnd } from './channels/turn.js';

// Bulk: values moved straight between processes.
export { BulkClient } from './bulk/bulk-client.js';
export { serveBulk } from './bulk/bulk-server.js';
export { valueBytes } from './bulk/value-frames.js';
export type { BulkContext, BulkSource, ValueFrames } from './bulk/value-frames.js';

// Helpers: one of each in the house.
export { afterForce, critically } from './shared/critical.js';
export type { CriticalSections } from './shared/critical.js';
export { assertNever } from './shared/assert-never.js';
export { backoffMs } from './shared/backoff.js';
export type { BackoffOptions } from './shared/backoff.js';
export { MAX_TIMER_MS, systemClock, VirtualClock } from './shared/clock.js';
export type { Clock, Timer } from './shared/clock.js';
export { deferred } from './shared/deferred.js';
export type { Deferred } from './shared/deferred.js';
export { formatBinaryBytes, formatBytes } from './shared/format-bytes.js';
export {
  abortSignal,
  aFunction,
  amount,
  anObject,
  anyText,
  anything,
  byteLimit,
  checkOptions,
  checkValue,
  describeValue,
  either,
  flag,
  listOf,
  mapOf,
  milliseconds,
  oneOf,
  someMilliseconds,
  text,
  whole,
} from './shared/kinds.js';
export type { Kind, Kinds } from './shared/kinds.js';
export { makeNonce } from './shared/nonce.js';
export { offAbort, onAbort } from './shared/on-abort.js';
export { optimizeEarly } from './shared/warm-up.js';

// The messages: layouts, ids, calls.
export type { AttemptId, ClientId, ClientTaskId, FunctionId, OptionsId, TaskId, WorkerId } from './messages/ids.js';
export {
  aKey,
  aName,
  resourceAmounts,
  signalKinds,
  taskOptionKinds,
  workerNames,
  workerOrWorkers,
} from './messages/bounds.js';
export { cutText, MAX_KEY_LENGTH, MAX_LIST_LENGTH, MAX_NAME_LENGTH, MAX_REASON_LENGTH } from './messages/lengths.js';
export { INLINE_RESULT_BYTES, MAX_RELAYED_BYTES } from './messages/values.js';
export type {
  CancelScope,
  DependencyWhere,
  ErrorReport,
  FunctionBlob,
  Opaque,
  TaskOptions,
} from './messages/values.js';
export type {
  ClientHello,
  HostThread,
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
export { dispatchWorkerBatch, RECALLED, workerMessages } from './messages/scheduler-to-worker.js';
export type { ComputeTask, WorkerMessageHandler } from './messages/scheduler-to-worker.js';
export { dispatchWorkerNews, THREAD_ENDED, workerNews } from './messages/worker-to-scheduler.js';
export type { WorkerHeartbeat, WorkerNewsHandler } from './messages/worker-to-scheduler.js';
export type {
  Call,
  Located,
  NannyCalls,
  PerWorker,
  ScatterItem,
  SchedulerCalls,
  Demand,
  SchedulerInfo,
  StoryEntry,
  TaskSelection,
  WholeValue,
  WorkerCalls,
  WorkerDeath,
  WorkerInfo,
  WorkerPeerCalls,
} from './messages/calls.js';
