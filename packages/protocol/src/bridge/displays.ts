/**
 * What a notebook keeps of a future, a list of futures, an executor or a cluster that a cell shows: enough to draw it, and for
 * an extension to ask a running cluster for more. Saved with the notebook, so never a secret. A display is updated in
 * place while what it shows changes.
 */

/** MIME types, by what is shown. */
export const displayTypes = {
  future: 'application/vnd.covey.future+json',
  futures: 'application/vnd.covey.futures+json',
  executor: 'application/vnd.covey.executor+json',
  cluster: 'application/vnd.covey.cluster+json',
} as const;

/** Raised when an older reader could no longer draw what a kernel writes. */
export const DISPLAY_VERSION = 1;

export type FutureDisplayStatus = 'pending' | 'finished' | 'error' | 'cancelled' | 'lost' | 'released';

export interface FutureDisplay {
  readonly version: number;
  /** Null when the future's cluster was never reached. */
  readonly cluster: string | null;
  readonly key: string;
  readonly status: FutureDisplayStatus;
  /** Name of the result's type; null until it is there. */
  readonly type: string | null;
  readonly nbytes: number | null;
}

export interface FuturesDisplay {
  readonly version: number;
  readonly cluster: string | null;
  /** What all keys begin with: usually the function's name. */
  readonly name: string;
  readonly total: number;
  readonly counts: Readonly<Partial<Record<FutureDisplayStatus, number>>>;
  /** Of the first ones. */
  readonly keys: readonly string[];
  /** Types of the results that are there, at most ten. */
  readonly types: readonly string[];
  /** Of the results that are there. */
  readonly nbytes: number;
}

/** Figures of a cluster at a moment. */
export interface ClusterFigures {
  readonly workers: number;
  readonly threads: number;
  /** Results held on workers. */
  readonly heldBytes: number;
  /** Of all workers; 0 for no limit. */
  readonly memoryLimit: number;
  /** Tasks by state. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface ExecutorDisplay {
  readonly version: number;
  readonly cluster: string | null;
  readonly address: string;
  readonly status: 'connected' | 'closed' | 'unreachable';
  /** Null when they could not be had. */
  readonly figures: ClusterFigures | null;
}

export interface ClusterDisplay {
  readonly version: number;
  readonly cluster: string;
  readonly kind: string;
  readonly address: string;
  readonly status: 'running' | 'closed' | 'unreachable';
  readonly figures: ClusterFigures | null;
}

/** Payloads by what is shown. */
export interface DisplayPayloads {
  future: FutureDisplay;
  futures: FuturesDisplay;
  executor: ExecutorDisplay;
  cluster: ClusterDisplay;
}

export type DisplayKind = keyof DisplayPayloads;
