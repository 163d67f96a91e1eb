/**
 * What a notebook keeps of a future, a list of futures, an executor or a cluster that a cell shows: enough to draw it, and for
 * an extension to ask a running cluster for more. Saved with the notebook, so never a secret. While what it shows changes, a
 * display is updated in place; where the front end draws displays itself, it is told by the bridge instead, and the notebook is
 * written at changes of the status only.
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

interface Display {
  readonly version: number;
  /** Names the display to who is told of it by the bridge: Jupyter's own id is not saved. Absent in what older kernels wrote. */
  readonly display?: string;
}

export interface FutureDisplay extends Display {
  /** Null when the future's cluster was never reached. */
  readonly cluster: string | null;
  readonly key: string;
  readonly status: FutureDisplayStatus;
  /** Name of the result's type; null until it is there. */
  readonly type: string | null;
  readonly nbytes: number | null;
}

export interface FuturesDisplay extends Display {
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

export interface ExecutorDisplay extends Display {
  readonly cluster: string | null;
  readonly address: string;
  readonly status: 'connected' | 'closed' | 'unreachable';
  /** Null when they could not be had. */
  readonly figures: ClusterFigures | null;
}

export interface ClusterDisplay extends Display {
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

/** A display as it is now, told by a kernel to a front end that draws it. */
export interface ToldDisplay {
  /** As its payload names it. */
  readonly display: string;
  readonly kind: DisplayKind;
  /** What a notebook keeps: representations by MIME type. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Futures are pending as long as one of them is. */
export function statusOfFutures(counts: FuturesDisplay['counts']): FutureDisplayStatus {
  if ((counts.pending ?? 0) > 0) return 'pending';
  return (counts.error ?? 0) + (counts.lost ?? 0) > 0 ? 'error' : 'finished';
}

/** The sign of each state, the same in a notebook's text and on its cards. */
export const displayMarks: Readonly<Record<string, string>> = {
  pending: '◌',
  finished: '✓',
  error: '✗',
  cancelled: '⊘',
  lost: '?',
  released: '–',
  connected: '●',
  running: '●',
  closed: '○',
  unreachable: '?',
};
