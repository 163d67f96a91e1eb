/**
 * The comm `covey`: what JupyterLab and a kernel say to each other about clusters. A manager kernel answers all of it,
 * a notebook's kernel what is marked so.
 */
import type { Call } from '../messages/calls.js';
import type { ToldDisplay } from './displays.js';
import type { FigureBatch, FigureTopic } from './figures.js';

export const BRIDGE_TARGET = 'covey';
/** Raised when an older side could no longer understand; both sides tell theirs, and name the older one to the user. */
export const BRIDGE_VERSION = 1;

/** The data of `comm_open`, sent by the front end. */
export interface BridgeOpen {
  readonly protocol: number;
  /** The front end's version of Covey. */
  readonly covey: string;
  /**
   * The kernel is to be a manager: it keeps itself small, and does not load TypeScript's language service until a cell is run
   * or a completion is asked for. Any one of its front ends may say so.
   */
  readonly manager?: boolean;
  /** The front end draws futures, executors and clusters itself: it is told of their changes, and its notebook is left alone. */
  readonly drawsDisplays?: boolean;
}

/** The versions of both sides differ. */
export interface BridgeSkew {
  readonly older: 'kernel' | 'front-end';
  /** False: the protocols differ, and every request is answered by a failure. */
  readonly works: boolean;
  /** For people: which is older, and what to do. */
  readonly message: string;
}

/** A cluster of the registry, as lists show it. Never holds a secret. */
export interface ClusterSummary {
  readonly name: string;
  readonly kind: string;
  readonly address: string;
  /** `unreachable`: its owner lives, but its scheduler does not answer. */
  readonly status: 'starting' | 'running' | 'unreachable' | 'stopping';
  readonly createdMs: number;
  readonly idleTimeoutMs: number | null;
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly coveyVersion: string;
  /** Whether somebody starts workers for it: only then it can be scaled. */
  readonly scalable: boolean;
  /** It was started elsewhere: stopping it only takes it off the list. */
  readonly attached: boolean;
  readonly adaptive: { readonly minimum: number; readonly maximum: number } | null;
  readonly hasLog: boolean;
}

/** A kind of cluster and the form by which one is started. */
export interface ClusterKindForm {
  readonly name: string;
  /** A word or two. */
  readonly label: string;
  readonly summary: string;
  /** False of what was started elsewhere, and does not stop when idle by what is said here. */
  readonly isOwned?: boolean;
  readonly fields: readonly FormField[];
}

export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** What its absence means, in words. */
  readonly defaultMeans: string;
  readonly isRequired: boolean;
  readonly type: 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'memory' | 'list' | 'resources' | 'duration';
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A cell of one of the notebooks on a kernel. */
export interface CellPlace {
  readonly cellId: string;
  /**
   * The notebook's own name among those on the kernel, as its front end says it with each cell (`covey.notebook`): copies of
   * a notebook have cells of the same ids. Absent where it says none.
   */
  readonly notebook?: string;
}

/** A cell that runs, or ran, on a cluster. */
export interface SubmittedCell extends CellPlace {
  /** The message that ran it: the parent of its output. */
  readonly request: string;
  readonly key: string;
  readonly cluster: string;
  /** `left`: its cell was run again or deleted. Its task goes on if a variable holds the future. */
  readonly state: 'pending' | 'done' | 'erred' | 'cancelled' | 'lost' | 'left';
  readonly name: string | null;
}

/** Output of a cell, as notebooks keep it. */
export type CellOutput =
  | { readonly output_type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | {
      readonly output_type: 'display_data';
      readonly data: Readonly<Record<string, unknown>>;
      readonly metadata: Readonly<Record<string, unknown>>;
    }
  | {
      readonly output_type: 'error';
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

interface ByCluster {
  readonly cluster: string;
}

/** Requests of the front end. A failed one is answered by a {@link BridgeError}. */
export interface BridgeCalls {
  /** An existing cluster is listed by the kind `address`, whose options are its address and the file of its secret. */
  kinds: Call<null, readonly ClusterKindForm[]>;
  clusters: Call<null, readonly ClusterSummary[]>;
  start: Call<
    {
      readonly kind: string;
      readonly name?: string;
      readonly options: Readonly<Record<string, unknown>>;
      readonly idleTimeoutMs?: number;
    },
    ClusterSummary
  >;
  scale: Call<ByCluster & { readonly workers: number }, null>;
  /** Null ends it. */
  adapt: Call<ByCluster & { readonly range: { readonly minimum: number; readonly maximum: number } | null }, null>;
  /** All workers when none are named. */
  'restart-workers': Call<ByCluster & { readonly workers?: readonly string[] }, null>;
  'retire-workers': Call<ByCluster & { readonly workers: readonly string[] }, null>;
  stop: Call<ByCluster, null>;
  logs: Call<ByCluster & { readonly lines: number }, readonly string[]>;
  /** TypeScript that connects an executor to it. */
  'connection-code': Call<ByCluster, string>;
  /** Reads more of one task or worker: calls of the scheduler that change nothing. */
  ask: Call<
    ByCluster & {
      readonly method:
        'story' | 'explain' | 'who-has' | 'nbytes' | 'call-stack' | 'processing' | 'scheduler-info' | 'task';
      readonly params: unknown;
    },
    unknown
  >;
  cancel: Call<ByCluster & { readonly keys: readonly string[] }, null>;
  /** Notebook kernels: connects `executor` to this cluster from now on; null for what the notebook's own rules say. */
  use: Call<{ readonly cluster: string | null }, null>;
  /** Notebook kernels: the cluster in use, and why. */
  used: Call<null, { readonly cluster: string | null; readonly reason: string }>;
  /** Notebook kernels. */
  submitted: Call<null, readonly SubmittedCell[]>;
  /** Notebook kernels: cancels what a cell submitted. */
  'cancel-cell': Call<CellPlace, null>;
  /** Notebook kernels: a cell is gone. What it submitted is cancelled, unless a variable holds its future. */
  'give-up': Call<CellPlace, null>;
  /** Notebook kernels: all that a submitted cell has shown so far; null when it is not kept. */
  'cell-output': Call<CellPlace, readonly CellOutput[] | null>;
  /** Notebook kernels: the displays that can still change, and the last ones that no longer do, as they are now. */
  displays: Call<null, readonly ToldDisplay[]>;
}

export type BridgeMethod = keyof BridgeCalls;

/** Data of a `comm_msg` of the front end. */
export type ToKernel =
  | {
      readonly [Method in BridgeMethod]: {
        readonly type: 'request';
        readonly id: number;
        readonly method: Method;
        readonly params: BridgeCalls[Method]['params'];
      };
    }[BridgeMethod]
  /** Tell of changes in the list of clusters, or no longer. */
  | { readonly type: 'watch'; readonly on: boolean }
  | {
      readonly type: 'subscribe';
      /** A number of the front end's own, free again after `figures-end` or `unsubscribe`. */
      readonly subscription: number;
      readonly cluster: string;
      readonly topic: FigureTopic;
      /** Of the last batch that was taken, to go on from there; absent or 0: from the start. */
      readonly cursor?: number;
      readonly epoch?: string;
    }
  /** Figures up to this sequence number were taken; two more batches may be under way. */
  | { readonly type: 'acknowledge'; readonly subscription: number; readonly sequence: number }
  | { readonly type: 'unsubscribe'; readonly subscription: number };

/** `ended`: the cluster has nothing more to show. `unacknowledged`: nobody took the last batch; one may subscribe again. */
export type FiguresEndCode = 'ended' | 'unacknowledged';

/** Data of a `comm_msg` of the kernel. */
export type FromKernel =
  | {
      readonly type: 'welcome';
      readonly protocol: number;
      readonly covey: string;
      readonly mode: 'manager' | 'notebook';
      readonly host: string;
      readonly user: string;
      readonly skew: BridgeSkew | null;
    }
  | { readonly type: 'reply'; readonly id: number; readonly result: unknown }
  /** `id` is null for what was no request. */
  | { readonly type: 'failure'; readonly id: number | null; readonly error: BridgeError }
  | { readonly type: 'clusters'; readonly clusters: readonly ClusterSummary[] }
  /** The message's buffers are the batch's. */
  | {
      readonly type: 'figures';
      readonly subscription: number;
      readonly sequence: number;
      readonly batch: Omit<FigureBatch, 'buffers'>;
    }
  | {
      readonly type: 'figures-end';
      readonly subscription: number;
      readonly code: FiguresEndCode;
      readonly reason: string;
      /** Of the error's class, when one ended it. */
      readonly failure?: string;
    }
  | { readonly type: 'cell'; readonly cell: SubmittedCell }
  /** To front ends that draw displays. */
  | { readonly type: 'display'; readonly display: ToldDisplay };

export interface BridgeError {
  /** Of the error's class, such as `ERR_COVEY_CLUSTER_NOT_FOUND`. */
  readonly code: string;
  readonly message: string;
  /** The field of the form that is not what it must be. */
  readonly option?: string;
}
