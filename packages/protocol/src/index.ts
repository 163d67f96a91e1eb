/**
 * Messages, codec, framing, comms and credentials of Covey: what its users see.
 */
export { formatAddress, parseAddress } from './address.js';
export type { Address } from './address.js';
export { Secret } from './credentials.js';
export { CoveyError, defineError, errorKinds, ProtocolError } from './errors.js';
export type { CoveyErrorOptions, ErrorKind } from './errors.js';
export { createLineLogger, LOG_LEVELS, silentLogger } from './shared/logger.js';
export type { Logger, LogFields, LogLevel, LineLoggerOptions } from './shared/logger.js';
export type { ConnectTls, ListenTls } from './comms/tls.js';
export {
  AddressError,
  AuthenticationError,
  BackpressureError,
  CallTimeoutError,
  CertificateError,
  ConnectError,
  ConnectionClosedError,
  ListenError,
  RemoteCallError,
  SecretError,
  VersionMismatchError,
} from './transport-errors.js';
export {
  CallArgumentError,
  CoordinationError,
  DatasetError,
  DuplicateWorkerError,
  NotHereError,
  UnknownCallError,
  RetirementError,
  UnknownKeyError,
  UnknownWorkerError,
  WorkerRestartError,
} from './request-errors.js';
export {
  ActorGoneError,
  NoExecutorError,
  PinnedValueGoneError,
  ResultTooLargeError,
  TaskExitError,
} from './thread-errors.js';
export type { SchedulerInfo, StoryEntry, WorkerInfo } from './messages/calls.js';
export type {
  TaskExplanation,
  TaskFailure,
  TaskInfo,
  TaskRestrictions,
  TaskState,
  WorkerProspect,
} from './messages/explanation.js';
export { COVEY_VERSION, PROTOCOL_VERSION } from './version.js';
