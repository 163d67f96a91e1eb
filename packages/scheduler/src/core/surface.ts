/**
 * The public surface of the core: what may be told to it (stimuli, each with the time `now` in milliseconds) and what
 * may be asked of it (queries, plain data). {@link SchedulerCore} implements both.
 *
 * Stimuli only note what became ready; workers get their tasks in `flushAssignments`, which the server calls once at
 * the end of each incoming batch (and after stimuli of its own), so that a batch is decided on as a whole.
 * A `ProtocolError` thrown by a stimulus means that its sender broke the protocol; nothing was changed by that message.
 */
import type {
  AttemptId,
  CancelScope,
  ClientHello,
  ClientId,
  ClientTaskId,
  ErrorReport,
  FunctionBlob,
  FunctionId,
  Located,
  Opaque,
  OptionsId,
  ScatterItem,
  StoryEntry,
  TaskId,
  TaskOptions,
  TaskRun,
  TaskSelection,
  WorkerDeath,
  WorkerHeartbeat,
  WorkerHello,
  WorkerId,
  WorkerInfo,
} from '@covey/protocol/internal';
import type { TaskExplanation, TaskInfo } from '@covey/protocol';
import type { SchedulerConfig } from './config.js';
import type { SchedulerOutput } from './output.js';
import type { HoldRefusal } from './result-holds.js';
import type { Scattered } from './scatter.js';
import type { TaskState, VisibleState } from './states.js';

/** What a client's session tells. The ids are that session's own. */
export interface ClientStimuli {
  addClient(hello: ClientHello, now: number): ClientId;
  /** The session is over for good: everything it held is released, its functions too. */
  removeClient(client: ClientId, now: number): void;
  defineFunction(client: ClientId, id: FunctionId, blob: FunctionBlob, now: number): void;
  defineOptions(client: ClientId, id: OptionsId, options: TaskOptions, now: number): void;
  submitRun(client: ClientId, run: TaskRun, now: number): void;
  hold(client: ClientId, ids: readonly ClientTaskId[], now: number): void;
  /** `ranges`: first, count, first, count, … Ids unknown or released before are passed over. */
  release(client: ClientId, ranges: readonly number[], now: number): void;
  cancel(client: ClientId, ids: readonly ClientTaskId[], scope: CancelScope, reason: string, now: number): void;
  retry(client: ClientId, ids: readonly ClientTaskId[], now: number): void;
  releaseFunction(client: ClientId, ids: readonly FunctionId[], now: number): void;
  /** Makes existing tasks the client's own: `firstId + i` for the i-th key. Answers which of them exist. */
  adopt(client: ClientId, keys: readonly string[], firstId: ClientTaskId, now: number): boolean[];
  /**
   * The result of an attempt that is about to be done holds futures of these tasks: they are kept as long as the result is needed.
   */
  holdInResult(client: ClientId, attempt: AttemptId, ids: readonly ClientTaskId[], now: number): 'held' | HoldRefusal;
  /** Keeps the tasks until each has ended, whatever happens to the client. */
  fireAndForget(client: ClientId, ids: readonly ClientTaskId[], now: number): void;
  /**
   * For each item its TaskId (0: refused, the client hears why) and the addresses to upload to (none: nothing to upload).
   * `unplaced`: there is no worker for it yet; {@link placeScattered} asks again.
   */
  scatter(client: ClientId, items: readonly ScatterItem[], options: ScatterPlaces, now: number): Scattered[];
  /** As {@link scatter}, for items that were `unplaced`; a TaskId of 0 says that the item was released meanwhile. */
  placeScattered(client: ClientId, items: readonly ScatterItem[], options: ScatterPlaces, now: number): Scattered[];
  /** Where results are. Holders named in `absent` (addresses) are taken not to have them, which may start a recomputation. */
  locate(
    client: ClientId,
    ids: readonly ClientTaskId[],
    absent: readonly string[] | undefined,
    now: number,
  ): readonly Located[];
}

/** Why a worker is no longer there. */
export interface WorkerDeparture {
  /** It was asked to go, or said goodbye: nobody is blamed. */
  readonly graceful: boolean;
  /** For people: 'connection lost', 'retired', … */
  readonly reason: string;
  /** What its nanny saw. */
  readonly death?: WorkerDeath;
}

/** What a worker tells. Messages of unknown workers and of attempts that are not current are harmless. */
export interface WorkerStimuli {
  addWorker(hello: WorkerHello, now: number): WorkerId;
  removeWorker(worker: WorkerId, departure: WorkerDeparture, now: number): void;
  // How a run ended: these answer the name of its function, unless the attempt isn't current any more.
  workerDone(
    worker: WorkerId,
    taskId: TaskId,
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    thread: number,
    inline: Opaque | null,
    now: number,
  ): string | undefined;
  workerPinned(
    worker: WorkerId,
    taskId: TaskId,
    attempt: AttemptId,
    type: string,
    why: string,
    startMs: number,
    durationMs: number,
    thread: number,
    now: number,
  ): string | undefined;
  workerErred(
    worker: WorkerId,
    taskId: TaskId,
    attempt: AttemptId,
    startMs: number,
    durationMs: number,
    thread: number,
    error: ErrorReport,
    now: number,
  ): string | undefined;
  workerStopped(worker: WorkerId, taskId: TaskId, attempt: AttemptId, ran: boolean, reason: string, now: number): void;
  workerStarted(worker: WorkerId, attempts: readonly AttemptId[], now: number): void;
  workerSuspended(worker: WorkerId, taskId: TaskId, attempt: AttemptId, now: number): void;
  workerResumed(worker: WorkerId, taskId: TaskId, attempt: AttemptId, now: number): void;
  workerGained(worker: WorkerId, taskIds: readonly TaskId[], now: number): void;
  workerLost(worker: WorkerId, taskIds: readonly TaskId[], now: number): void;
  workerMissing(worker: WorkerId, taskId: TaskId, holder: WorkerId, now: number): void;
  workerStored(worker: WorkerId, taskId: TaskId, nbytes: number, type: string, now: number): void;
  workerHeartbeat(worker: WorkerId, figures: WorkerHeartbeat, now: number): void;
  /** Ready tasks wait for it to go on (memory pressure); the worker is told. */
  pauseWorker(worker: WorkerId, paused: boolean, now: number): void;
}

/** What the server and its operator tell. Workers are named by address, name or host. */
export interface OperatorStimuli {
  /** Gives workers the tasks that became ready. Call it at the end of every batch. */
  flushAssignments(now: number): void;
  /** A time that was asked for with `wakeAt` has come. */
  wake(now: number): void;
  /**
   * Keeps tasks for something that is not a client: a published dataset, a queue, a variable. `holder` names it;
   * holding twice counts once. Answers the keys held; of unknown tasks nothing is said.
   */
  holdFor(holder: string, client: ClientId | null, selection: TaskSelection, now: number): readonly string[];
  /** Ends what `holdFor` began; without a selection, for everything the holder kept. */
  releaseFor(holder: string, selection: TaskSelection | undefined, now: number): void;
  /** Sees to `n` copies of each on the workers named (default: one on each), and drops copies there beyond that, unless `keep`. */
  replicate(
    client: ClientId,
    selection: TaskSelection,
    options: { readonly n?: number; readonly workers?: readonly string[]; readonly keep?: boolean },
    now: number,
  ): void;
  /** Moves results from workers that hold much to workers that hold little. */
  rebalance(
    client: ClientId,
    selection: TaskSelection,
    options: { readonly workers?: readonly string[] },
    now: number,
  ): void;
  /** Stops giving work to them and moves away what only they hold, then says `retired`. Answers their addresses. */
  retireWorkers(options: { readonly workers?: readonly string[]; readonly n?: number }, now: number): readonly string[];
  /** Calls off the retirement of workers: they get work again. */
  keepWorkers(workers: readonly WorkerId[], now: number): void;
  /** Cancels every task of everybody. Sessions, functions and workers stay. */
  restart(reason: string, now: number): void;
}

/** Where scattered data goes. */
export interface ScatterPlaces {
  /** Addresses, names or hosts. Default all. */
  readonly workers?: readonly string[];
  /** How many of them get a copy: all for true. Default 1. */
  readonly broadcast?: boolean | number;
  /** Addresses of workers that the client could not reach: they get only what is in the message itself. */
  readonly avoid?: readonly string[];
}

/** What may be asked. Selections by ids need the client whose ids they are. */
export interface CoreQueries {
  /** Tasks by state. */
  counts(): Record<TaskState, number>;
  /** How many tasks were given to a worker and have not ended. */
  readonly underWay: number;
  /** The keys of all tasks, oldest first, at most `limit`, of one state if given. */
  keys(limit: number, state?: TaskState): string[];
  /** Tasks that could run if there were a worker for them: with no workers at all every ready one. */
  unplaced(): number;
  taskInfo(key: string): TaskInfo | undefined;
  explain(key: string): TaskExplanation | undefined;
  story(client: ClientId | null, selection: TaskSelection): StoryEntry[];
  /** The keys that a selection names and that exist; those of all tasks when it names nothing. */
  selectKeys(client: ClientId | null, selection: TaskSelection): string[];
  whoHas(client: ClientId | null, selection: TaskSelection): Record<string, readonly string[]>;
  hasWhat(workers?: readonly string[]): Record<string, readonly string[]>;
  /** Bytes by key, or by function name with `summary`. */
  nbytes(client: ClientId | null, selection: TaskSelection, summary?: boolean): Record<string, number>;
  processing(workers?: readonly string[]): Record<string, readonly string[]>;
  /** The tasks that a worker runs or has waiting, and what it needs to be asked about them. */
  attemptsOn(worker: WorkerId): { readonly key: string; readonly taskId: TaskId; readonly started: boolean }[];
  workers(now: number): WorkerInfo[];
  worker(id: WorkerId, now: number): WorkerInfo | undefined;
  /** What its last heartbeat told. */
  workerFigures(id: WorkerId): WorkerHeartbeat | undefined;
  /** Workers by address, name or host; all that are there without a selection. */
  selectWorkers(selection?: readonly string[]): WorkerId[];
  /** The clients for which a task runs: those that have a number for it, or else for what comes of it. None for a key that is not known. */
  clientsBehind(key: string): readonly ClientId[];
  clients(): { readonly id: ClientId; readonly name: string; readonly tasks: number }[];
  /** The name of a task's function. */
  nameOf(taskId: TaskId): string | undefined;
  /** The key of a task. */
  keyOf(taskId: TaskId): string | undefined;
  /** Tasks by state, for each function name that has some. */
  countsByName(): { readonly name: string; readonly counts: Record<TaskState, number> }[];
  /** Visits all tasks, in no order. */
  visitTasks(visit: (taskId: TaskId, state: VisibleState) => void): void;
  /** A task as a node of the graph. */
  taskNode(taskId: TaskId):
    | {
        readonly key: string;
        readonly name: string;
        readonly state: VisibleState;
        readonly dependencies: readonly TaskId[];
      }
    | undefined;
  /** Copies of results that workers were told to make (replicate, rebalance, retire) and haven't made yet. */
  copiesUnderWay(): number;
  /** Results that keep retiring workers from going, since there are no others: how many, and the first few keys. */
  stranded(mostKeys: number): { readonly count: number; readonly keys: readonly string[] };
  /** Work not done yet, for adaptive targets: milliseconds of estimated work and tasks that could run now. */
  demand(): { readonly workMs: number; readonly ready: number; readonly heldBytes: number; readonly threads: number };
  /** Since the start: transitions, and for each function name (the latest few thousand) how often it ran and how long. */
  totals(): {
    readonly transitions: number;
    readonly functions: readonly { readonly name: string; readonly count: number; readonly totalMs: number }[];
  };
  /** Checks every invariant. @throws Error that lists what does not hold. */
  validate(): void;
}

/** How a {@link SchedulerCore} is made: `new SchedulerCore({ output, config, validate })`. */
export interface SchedulerCoreOptions {
  readonly output: SchedulerOutput;
  readonly config?: SchedulerConfig;
  /** Checks every invariant after every stimulus: for tests, and for hunting a fault in production. Default false. */
  readonly validate?: boolean;
}

/** Everything that {@link SchedulerCore} can do. */
export interface SchedulerCoreSurface extends ClientStimuli, WorkerStimuli, OperatorStimuli, CoreQueries {}
