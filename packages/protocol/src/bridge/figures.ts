/**
 * Live figures: what a dashboard shows of a cluster while it works.
 *
 * They are pulled: who shows a topic asks for what is newer than its cursor, and the answer comes when there is
 * something, at most ten times a second. So a viewer that is slow, hidden or gone is sent nothing, and a scheduler
 * that nobody asks collects nothing.
 */
import type { TaskState } from '../messages/explanation.js';

/** What each topic's answers hold. Snapshots replace what was shown; streams add to it. */
export interface FigureTopics {
  /** Snapshot: the cluster in one line. */
  overview: Overview;
  /** Snapshot: a row a worker. */
  workers: readonly WorkerRow[];
  /** Snapshot: a row a function name, the busiest 200; the rest summed up in one named `…`. */
  progress: readonly ProgressRow[];
  /** Stream: what ran where and when. */
  'task-stream': TaskStreamColumns;
  /** Stream: nodes that came or changed; the first answer has all. At most 5,000 nodes are told of. */
  graph: { readonly nodes: readonly GraphNode[]; readonly gone: readonly number[]; readonly leftOut: number };
  /** Snapshot: bytes between workers since the last answer. */
  transfers: TransferMatrix;
  /** Stream: events and warnings, oldest first. */
  events: readonly EventRow[];
  /** Snapshot: failures by function and message, the latest first. */
  errors: readonly ErrorGroup[];
  /** Snapshot: where the compute threads spend their time, merged over the cluster. */
  profile: ProfileNode;
}

export type FigureTopic = keyof FigureTopics;

/** The answer to a pull, in the form that every transport carries: plain data, and columns beside it. */
export interface FigureBatch {
  readonly topic: FigureTopic;
  /** Names the scheduler's life: with another one, what was shown is cleared. */
  readonly epoch: string;
  /** To be given with the next pull. */
  readonly cursor: number;
  /** What came between the given cursor and this batch, and is no longer there, in a stream's own units. */
  readonly missed: number;
  /** The topic's data; of columns only their description. */
  readonly json: unknown;
  /** Columns of numbers, little-endian, in the topic's order. */
  readonly buffers: readonly Uint8Array[];
}

/** A batch as a program reads it. */
export interface Figures<Topic extends FigureTopic> {
  readonly topic: Topic;
  readonly epoch: string;
  readonly cursor: number;
  readonly missed: number;
  readonly data: FigureTopics[Topic];
}

/** Bytes and counts of the whole cluster at a moment. */
export interface Overview {
  /** Milliseconds since the Unix epoch, on the scheduler's clock. */
  readonly timeMs: number;
  readonly startedMs: number;
  readonly name: string;
  readonly address: string;
  readonly version: string;
  readonly workers: number;
  readonly threads: number;
  readonly clients: number;
  /** Tasks by state. */
  readonly counts: Readonly<Record<string, number>>;
  /** Since the scheduler started. */
  readonly completed: number;
  readonly erred: number;
  /** 1.0 is one processor fully used, summed over workers. */
  readonly cpu: number;
  /** Resident sets of the workers; of that, results held in memory; results on disk; what they may use, 0 for no limit. */
  readonly memory: {
    readonly process: number;
    readonly managed: number;
    readonly spilled: number;
    readonly limit: number;
  };
  /** Bytes between workers since the scheduler started. */
  readonly transferred: number;
}

export interface WorkerRow {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly host: string;
  readonly pid: number;
  readonly status: 'running' | 'paused' | 'retiring';
  readonly threads: number;
  /** 1.0 is one processor fully used. */
  readonly cpu: number;
  /** As in {@link Overview}; `leased`: buffers of results that user code still reads. */
  readonly memory: {
    readonly process: number;
    readonly managed: number;
    readonly leased: number;
    readonly spilled: number;
    readonly limit: number;
  };
  readonly processing: number;
  readonly executing: number;
  readonly ready: number;
  readonly suspended: number;
  readonly held: number;
  readonly completed: number;
  readonly occupancyMs: number;
  /** Bytes a second, from and to peers, over the last heartbeats. */
  readonly readRate: number;
  readonly writeRate: number;
  readonly loopDelayMs: number;
  readonly lastSeenMs: number;
}

/** Tasks of one function, of those that exist now, and what ended before. */
export interface ProgressRow {
  readonly name: string;
  readonly waiting: number;
  readonly queued: number;
  readonly processing: number;
  readonly memory: number;
  readonly erred: number;
  /** Done and no longer wanted. */
  readonly released: number;
  /** Mean milliseconds of a run; 0 when none was measured. */
  readonly meanMs: number;
}

/** How a run of a task ended. */
export const RunOutcome = { done: 0, erred: 1, stopped: 2 } as const;

/**
 * Equally long columns, one element a run of a task, in the order in which they ended. When runs come faster than each
 * can be told, tiny ones of a function that follow each other on a thread are one element.
 */
export interface TaskStreamColumns {
  /** Milliseconds since the Unix epoch, on the scheduler's clock as far as it can tell. */
  readonly start: Float64Array;
  /** Milliseconds; of several runs from the start of the first to the end of the last. */
  readonly duration: Float32Array;
  /** Index into `lanes`. */
  readonly lane: Uint16Array;
  /** Index into `names`. */
  readonly name: Uint32Array;
  /** One of {@link RunOutcome}. */
  readonly outcome: Uint8Array;
  /** Scheduler's number of the task, of several runs of the first; asks for its key and story. */
  readonly task: Float64Array;
  /** Runs in this element: 1 mostly. */
  readonly count: Uint32Array;
  /** Lanes and names that were not told of before, with the index of the first: both grow and never change in an epoch. */
  readonly lanes: {
    readonly first: number;
    readonly added: readonly { readonly worker: string; readonly thread: number }[];
  };
  readonly names: { readonly first: number; readonly added: readonly string[] };
}

export type GraphState = TaskState;

export interface GraphNode {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly state: GraphState;
  /** Ids of what it needs. */
  readonly dependencies: readonly number[];
}

/** `bytes[i * workers.length + j]` went from worker `i` to worker `j` in the last `overMs` milliseconds. */
export interface TransferMatrix {
  readonly workers: readonly string[];
  readonly bytes: Float64Array;
  readonly overMs: number;
}

export interface EventRow {
  readonly timeMs: number;
  readonly topic: string;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly payload: unknown;
}

export interface ErrorGroup {
  readonly name: string;
  /** The error's class and message. */
  readonly title: string;
  readonly stack: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Some of the tasks. */
  readonly keys: readonly string[];
  readonly workers: readonly string[];
}

/** A frame of a call tree. */
export interface ProfileNode {
  readonly name: string;
  /** `file:line`, empty for the root. */
  readonly place: string;
  /** Milliseconds in it and in what it called. */
  readonly totalMs: number;
  readonly children: readonly ProfileNode[];
}
