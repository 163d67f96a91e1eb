/**
 * The rare requests: calls with one map each way, typed by these tables (method → parameters and result).
 *
 * Whatever is done once a task is a message; whatever a person or a program asks now and then is a call.
 */
import type { FigureBatch, FigureTopic, ProfileNode } from '../bridge/figures.js';
import type { TaskExplanation } from './explanation.js';
import type { UploadedFile } from './hello.js';
import type { AttemptId, ClientTaskId, TaskId, WorkerId } from './ids.js';
import type { ErrorReport, FunctionBlob, Opaque } from './values.js';

/** A row of a call table. */
export interface Call<Params, Result> {
  readonly params: Params;
  readonly result: Result;
}

/** Names tasks either by the calling session's ids or by keys. */
export interface TaskSelection {
  readonly ids?: readonly ClientTaskId[];
  readonly keys?: readonly string[];
}

/** Where a result is, for a client that fetches it. */
export interface Located {
  readonly taskId: TaskId;
  readonly nbytes: number;
  readonly type: string;
  /** Present when the scheduler has it at hand. */
  readonly inline?: Opaque;
  /** Addresses of workers that hold it; empty when it is not (or no longer) there. */
  readonly addresses: readonly string[];
  /** It can't leave the thread that made it, for this reason: only tasks can read it. */
  readonly pinned?: string;
  /** It is an actor: it is called where it is. */
  readonly actor?: true;
}

/** One piece of scattered data. */
export interface ScatterItem {
  readonly id: ClientTaskId;
  readonly key: string;
  readonly nbytes: number;
  readonly type: string;
  /** The value itself when it is small; then the scheduler passes it on and no upload follows. */
  readonly inline?: Opaque;
}

/** A worker as the scheduler knows it; also what `/json/workers` shows. */
export interface WorkerInfo {
  readonly id: WorkerId;
  readonly name: string;
  readonly address: string;
  readonly host: string;
  readonly pid: number;
  readonly nthreads: number;
  readonly memoryLimit: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly status: 'running' | 'paused' | 'retiring';
  readonly processing: number;
  /** Attempts that ended with a result since the worker came. */
  readonly completed: number;
  /** From and to its peers, since the worker came. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly held: number;
  readonly heldBytes: number;
  readonly occupancyMs: number;
  readonly memory: Readonly<Record<string, number>>;
  readonly cpu: number;
  readonly lastSeenMs: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** The scheduler as a whole; also what `/json/identity` shows. */
export interface SchedulerInfo {
  readonly clusterName: string;
  readonly address: string;
  readonly epoch: string;
  readonly version: string;
  readonly startedMs: number;
  readonly workers: readonly WorkerInfo[];
  readonly clients: readonly { readonly id: number; readonly name: string; readonly tasks: number }[];
  /** Tasks by state. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Work that is not done yet, and who is there for it: by this a cluster is made larger and smaller. */
export interface Demand {
  /** Estimated milliseconds of the tasks that run or could run now. */
  readonly workMs: number;
  /** Those tasks. */
  readonly ready: number;
  readonly workers: number;
  readonly threads: number;
  /** Bytes of results that workers hold, and what they all may use: 0 when one of them has no limit. */
  readonly heldBytes: number;
  readonly memoryLimit: number;
}

/** One entry of a task's story. */
export interface StoryEntry {
  readonly timeMs: number;
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly stimulus: string;
  readonly worker?: string;
}

/** The outcome of a call made on several workers or nannies, by address. */
export type PerWorker<Result> = Readonly<Record<string, { readonly ok: Result } | { readonly error: ErrorReport }>>;

/** What a client may ask of the scheduler. */
export interface SchedulerCalls {
  'scheduler-info': Call<null, SchedulerInfo>;
  demand: Call<null, Demand>;
  locate: Call<{ readonly ids: readonly ClientTaskId[]; readonly absent?: readonly string[] }, readonly Located[]>;
  'who-has': Call<TaskSelection, Readonly<Record<string, readonly string[]>>>;
  'has-what': Call<{ readonly workers?: readonly string[] }, Readonly<Record<string, readonly string[]>>>;
  nbytes: Call<TaskSelection & { readonly summary?: boolean }, Readonly<Record<string, number>>>;
  processing: Call<{ readonly workers?: readonly string[] }, Readonly<Record<string, readonly string[]>>>;
  story: Call<TaskSelection, readonly StoryEntry[]>;
  /** Why a task is where it is: its state, what it waits for, how each worker would do. */
  explain: Call<TaskSelection, readonly TaskExplanation[]>;
  'call-stack': Call<TaskSelection, Readonly<Record<string, string>>>;
  versions: Call<
    null,
    {
      readonly scheduler: Readonly<Record<string, string>>;
      readonly workers: PerWorker<Readonly<Record<string, string>>>;
    }
  >;
  scatter: Call<
    {
      readonly items: readonly ScatterItem[];
      readonly workers?: readonly string[];
      /** Copies of each: true for one on every worker. */
      readonly broadcast?: boolean | number;
      /** Addresses of workers that could not be reached before. */
      readonly avoid?: readonly string[];
    },
    /** For each item its TaskId and the addresses to upload to (none for inline items). */
    readonly { readonly taskId: TaskId; readonly addresses: readonly string[] }[]
  >;
  /** `keep`: copies beyond `n` stay, and workers that are named may still be starting. */
  replicate: Call<
    TaskSelection & { readonly n?: number; readonly workers?: readonly string[]; readonly keep?: boolean },
    null
  >;
  rebalance: Call<TaskSelection & { readonly workers?: readonly string[] }, null>;
  /**
   * A result, for a client that does not reach its holder (`address`): the scheduler fetches and passes it on, unread.
   * Null when the holder does not have it; an error above `MAX_RELAYED_BYTES`; empty with `onlyAsk`.
   */
  relay: Call<{ readonly address: string; readonly taskId: TaskId; readonly onlyAsk?: boolean }, WholeValue | null>;
  'retire-workers': Call<
    {
      readonly workers?: readonly string[];
      readonly n?: number;
      readonly close?: boolean;
      /** After it they go as they are. Default: they take as long as their tasks do. */
      readonly timeoutMs?: number;
    },
    readonly string[]
  >;
  'wait-for-workers': Call<{ readonly n: number }, null>;
  restart: Call<{ readonly timeoutMs?: number; readonly waitForWorkers?: boolean }, null>;
  'restart-workers': Call<{ readonly workers: readonly string[]; readonly timeoutMs?: number }, PerWorker<null>>;
  run: Call<
    {
      readonly function: FunctionBlob;
      readonly args: Opaque;
      readonly workers?: readonly string[];
      readonly wait?: boolean;
      /** Bounds the wait for the first worker when there is none, and then each worker's answer. Default: no limit. */
      readonly timeoutMs?: number;
    },
    PerWorker<Opaque>
  >;
  upload: Call<UploadedFile, PerWorker<null>>;
  'publish-dataset': Call<
    {
      readonly name: string;
      readonly ids: readonly ClientTaskId[];
      readonly value: Opaque;
      readonly override?: boolean;
    },
    null
  >;
  /** The keys become ids of the caller's session, as if submitted: `ids[i]` for the i-th key. */
  'get-dataset': Call<
    { readonly name: string; readonly firstId: ClientTaskId },
    { readonly keys: readonly string[]; readonly value: Opaque } | null
  >;
  'list-datasets': Call<null, readonly string[]>;
  'unpublish-dataset': Call<{ readonly name: string }, null>;
  /** Makes existing tasks the caller's own, by key; answers which of them exist. Ids count up from `firstId`. */
  adopt: Call<{ readonly keys: readonly string[]; readonly firstId: ClientTaskId }, readonly boolean[]>;
  /**
   * The result of an attempt that is about to be done holds futures of these tasks: they are kept as long as the result is. Answered
   * before the worker may say `done`.
   */
  'hold-in-result': Call<{ readonly attempt: AttemptId; readonly ids: readonly ClientTaskId[] }, null>;
  'fire-and-forget': Call<{ readonly ids: readonly ClientTaskId[] }, null>;
  'set-metadata': Call<{ readonly path: readonly string[]; readonly value: unknown }, null>;
  'get-metadata': Call<{ readonly path: readonly string[] }, { readonly found: boolean; readonly value?: unknown }>;
  subscribe: Call<{ readonly topic: string }, null>;
  unsubscribe: Call<{ readonly topic: string }, null>;
  'log-event': Call<{ readonly topic: string; readonly payload: unknown }, null>;
  events: Call<
    { readonly topic?: string },
    Readonly<Record<string, readonly { readonly timeMs: number; readonly payload: unknown }[]>>
  >;
  /**
   * Live figures newer than `cursor` (0: from the start), when there are some; after `waitMs` at the latest, perhaps
   * with nothing new. While somebody asks, they are collected.
   */
  figures: Call<{ readonly topic: FigureTopic; readonly cursor: number; readonly waitMs: number }, FigureBatch>;
  /** All about one task, named by key or as figures number it: null when it is gone. */
  task: Call<
    { readonly key: string } | { readonly taskId: number },
    (TaskExplanation & { readonly story: readonly StoryEntry[] }) | null
  >;
  /** Coordination (locks, semaphores, events, queues, variables): see `coordination.ts` of the scheduler. */
  coordinate: Call<
    { readonly kind: string; readonly name: string; readonly op: string; readonly args?: unknown },
    unknown
  >;
  /** The scheduler process's own memory, bytes; with `collect` after a full collection (it stops the scheduler for that long). */
  memory: Call<
    { readonly collect?: boolean },
    { readonly resident: number; readonly heap: number; readonly external: number }
  >;
  /** Ends the scheduler and, through their nannies, the workers. */
  shutdown: Call<null, null>;
}

/** A value that travels within a message. */
export interface WholeValue {
  readonly header: Opaque;
  readonly buffers: readonly Opaque[];
}

/** What the scheduler may ask of a worker. */
export interface WorkerCalls {
  /** A result as a whole, for a client that does not reach this worker. Null when it is not here; empty with `onlyAsk`. */
  value: Call<{ readonly taskId: TaskId; readonly onlyAsk?: boolean }, WholeValue | null>;
  run: Call<{ readonly function: FunctionBlob; readonly args: Opaque; readonly wait: boolean }, Opaque>;
  'call-stack': Call<{ readonly taskIds?: readonly TaskId[] }, Readonly<Record<string, string>>>;
  upload: Call<UploadedFile, null>;
  story: Call<{ readonly taskIds: readonly TaskId[] }, readonly StoryEntry[]>;
  versions: Call<null, Readonly<Record<string, string>>>;
  /** Watches where its compute threads spend their time, for so long. */
  profile: Call<{ readonly durationMs: number }, ProfileNode>;
  /** Finish nothing further and end the process with status 0. */
  close: Call<{ readonly reason: string }, null>;
}

/** What the scheduler may ask of a nanny. */
export interface NannyCalls {
  /** Kills and starts again the named workers (all when absent). */
  restart: Call<{ readonly workers?: readonly string[] }, null>;
  close: Call<{ readonly reason: string }, null>;
}

/** What a nanny may tell the scheduler. */
export interface FromNannyCalls {
  /** A worker's process ended without being asked to. */
  'worker-died': Call<WorkerDeath, null>;
}

/** What is known of a process that died: evidence, shown in `KilledWorkerError`. */
export interface WorkerDeath {
  readonly worker: string;
  readonly pid: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Resident set in bytes, the last minute, oldest first: pairs of (milliseconds before death, bytes). */
  readonly memory: readonly (readonly [number, number])[];
  readonly memoryLimit: number;
  /** True when the nanny ended it for its memory. */
  readonly overMemory: boolean;
  /** The last lines it wrote to stderr. */
  readonly stderr: string;
}

/** What a client (or another worker) may ask of a worker directly. */
export interface WorkerPeerCalls {
  'actor-call': Call<{ readonly taskId: TaskId; readonly method: string; readonly args: Opaque }, Opaque>;
  'actor-get': Call<{ readonly taskId: TaskId; readonly property: string }, Opaque>;
}
