/**
 * Distributed computing for TypeScript, made for notebooks: what its users see.
 */
export { Executor } from './executor.js';
export { getExecutor } from './in-task.js';
export { copyOf, getTask, getWorker } from '@covey/worker';
export type { TaskContext, WorkerContext } from '@covey/worker';

// Futures, graphs, and what waits for them.
export {
  AsCompleted,
  asCompleted,
  delayed,
  Event,
  Future,
  getProperty,
  Lazy,
  Lock,
  MultiLock,
  progress,
  Queue,
  Ref,
  ref,
  Semaphore,
  Task,
  task,
  Variable,
  wait,
} from '@covey/executor';
export type {
  Actor,
  ActorExecutor,
  ActorOf,
  AsCompletedOptions,
  ClusterLike,
  Computed,
  ConcurrentFacade,
  ConnectOptions,
  DelayedFunction,
  FutureOr,
  FutureStatus,
  Gathered,
  GatheredSkipping,
  GatherOptions,
  Graph,
  Held,
  Lease,
  MultiLockOptions,
  Outcome,
  Persisted,
  ProgressOptions,
  QueueOptions,
  RefOr,
  Resolved,
  ResolvedTarget,
  ResultsOptions,
  Scattered,
  ScatterOptions,
  SchedulerMemory,
  SemaphoreOptions,
  Tasks,
  TaskOutputEvent,
  TaskOutputHandling,
  TaskSettings,
  TextOutput,
  VersionReport,
  Versions,
  Waited,
  WaitForOptions,
  WaitOptions,
} from '@covey/executor';

// Clusters.
export {
  Cluster,
  listClusters,
  LocalCluster,
  openCluster,
  resolveTarget,
  RunningCluster,
  startCluster,
  stopCluster,
} from '@covey/deploy';
export type {
  ClusterEntry,
  ClusterEvent,
  ClusterLogs,
  KeptClusterInfo,
  LocalClusterOptions,
  MemoryLimit,
  ResolveOptions,
  StartClusterOptions,
} from '@covey/deploy';

// Values and functions of one's own.
export { registerSerializer, shared } from '@covey/functions';
export type { Serializer } from '@covey/functions';

// What a cluster tells of itself.
export type {
  SchedulerInfo,
  StoryEntry,
  TaskExplanation,
  TaskFailure,
  TaskInfo,
  TaskRestrictions,
  TaskState,
  WorkerInfo,
  WorkerProspect,
} from '@covey/protocol';

// Secrets and logging.
export { COVEY_VERSION, createLineLogger, Secret, silentLogger } from '@covey/protocol';
export type { ConnectTls, LineLoggerOptions, ListenTls, Logger, LogLevel } from '@covey/protocol';

// Errors.
export { errorKinds } from './error-kinds.js';
export {
  ActorGoneError,
  AddressError,
  AuthenticationError,
  BackpressureError,
  CallArgumentError,
  CallTimeoutError,
  CertificateError,
  ConnectError,
  ConnectionClosedError,
  CoordinationError,
  CoveyError,
  DatasetError,
  DuplicateWorkerError,
  ListenError,
  NoExecutorError,
  NotHereError,
  PinnedValueGoneError,
  ProtocolError,
  RemoteCallError,
  ResultTooLargeError,
  RetirementError,
  SecretError,
  TaskExitError,
  UnknownCallError,
  UnknownWorkerError,
  VersionMismatchError,
  WorkerRestartError,
} from '@covey/protocol';
export type { ErrorKind } from '@covey/protocol';
export {
  CyclicGraphError,
  DataLostError,
  DependencyReleasedError,
  ExecutorClosedError,
  FutureLostError,
  FutureReleasedError,
  GatherTooLargeError,
  KeyConflictError,
  KeyUsedError,
  KilledWorkerError,
  NoWorkerError,
  PinnedConflictError,
  ResultUnavailableError,
  RunOnWorkersError,
  TaskCancelledError,
  TaskError,
  TaskTimeoutError,
  ThreadEndedError,
  UnknownKeyError,
  UsageError,
  WaitTimeoutError,
} from '@covey/executor';
export {
  ClusterClosedError,
  ClusterExistsError,
  ClusterNotFoundError,
  ClusterStartError,
  ConfigurationError,
  UnsafeFolderError,
} from '@covey/deploy';
export {
  FunctionsError,
  MalformedValueError,
  ModuleMismatchError,
  ModulesNotLoadedError,
  NotSerializableError,
} from '@covey/functions';
