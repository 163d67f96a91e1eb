/**
 * Executor and Future: the client of a Covey cluster: what its users see.
 */
export { Executor } from './executor.js';
export type { ActorExecutor } from './executor.js';
export type { ClusterLike, ConnectOptions, ResolvedTarget } from './executor/core.js';
export type { TaskOutputEvent, TaskOutputHandling } from './output/task-output.js';
export type { Tasks } from './executor/base.js';
export type { SchedulerMemory, VersionReport, Versions } from './executor/queries.js';
export type { Outcome } from './executor/control.js';
export type { ClusterEvent } from './executor/sharing.js';
export type { TaskSettings } from './session/view.js';
export { Future } from './future.js';
export type { FutureStatus, WaitOptions } from './future.js';
export type { FutureOr, Gathered, GatheredSkipping, Resolved } from './types/future-or.js';
export type { GatherOptions } from './submit/gather.js';
export type { ScatterOptions } from './submit/scatter.js';
export type { Scattered } from './submit/scatter-shape.js';
export { ref, Ref, task, Task } from './graph/task.js';
export type { Graph, RefOr } from './graph/task.js';
export { delayed, Lazy } from './graph/delayed.js';
export type { DelayedFunction } from './graph/delayed.js';
export type { Computed, Persisted } from './graph/compute.js';
export { AsCompleted, asCompleted } from './collect/as-completed.js';
export type { AsCompletedOptions, ResultsOptions } from './collect/as-completed.js';
export { wait } from './collect/wait.js';
export type { Waited, WaitForOptions } from './collect/wait.js';
export { progress } from './collect/progress.js';
export type { ProgressOptions, TextOutput } from './collect/progress.js';
export type { ConcurrentFacade } from './collect/concurrent.js';
export { Lock, MultiLock } from './coordination/lock.js';
export type { MultiLockOptions } from './coordination/lock.js';
export type { Held } from './coordination/held.js';
export { Semaphore } from './coordination/semaphore.js';
export type { Lease, SemaphoreOptions } from './coordination/semaphore.js';
export { Event } from './coordination/event.js';
export { Queue } from './coordination/queue.js';
export type { QueueOptions } from './coordination/queue.js';
export { Variable } from './coordination/variable.js';
export { getProperty } from './actors/actor.js';
export type { Actor, ActorOf } from './actors/actor.js';
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
} from './errors.js';
