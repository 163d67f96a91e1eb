/** What the two sides of a channel say of themselves first: the free parts of the channel's hello and welcome. */
import type { ClientId, WorkerId } from './ids.js';

/** A client introduces itself. */
export interface ClientHello {
  /** Shown in lists and logs; default: host and process id. */
  readonly name: string;
  /** Set when the client lives inside a task: the task's key. Its submissions run before new work of others. */
  readonly insideTask?: string;
  /** Whether it wants to hear what its tasks print, and warnings about them: events `task-print` and `task-warning`. */
  readonly output?: boolean;
  /** The compute thread that it lives in, if any: its session ends with the thread. */
  readonly thread?: HostThread;
}

/** A compute thread of one process of a worker. */
export interface HostThread {
  /** The worker's name. */
  readonly worker: string;
  readonly pid: number;
  readonly number: number;
}

export interface ClientWelcome {
  readonly clientId: ClientId;
  readonly clusterName: string;
  /** Changes when a scheduler is started anew: nothing numbered before it means anything after it. */
  readonly epoch: string;
}

/** A worker introduces itself. */
export interface WorkerHello {
  /** Unique among the living workers; tasks may be restricted to it. */
  readonly name: string;
  /** Where peers and clients reach it, for control and bulk alike. */
  readonly address: string;
  readonly host: string;
  readonly pid: number;
  readonly nthreads: number;
  /** Bytes; 0 is unlimited. */
  readonly memoryLimit: number;
  readonly resources: Readonly<Record<string, number>>;
  /** The nanny that watches it, by its session name; its report explains a death. */
  readonly nanny?: string;
  readonly versions: Readonly<Record<string, string>>;
}

export interface WorkerWelcome {
  readonly workerId: WorkerId;
  readonly epoch: string;
  readonly heartbeatMs: number;
  /** Files uploaded so far: to be in place before the first task. */
  readonly uploads: readonly UploadedFile[];
}

/** A nanny introduces itself. */
export interface NannyHello {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
}

/** A file every worker has in its local directory; modules among them can be imported by tasks. */
export interface UploadedFile {
  readonly name: string;
  readonly content: Uint8Array;
  /** Content hash: a new version of a module is evaluated anew. */
  readonly hash: string;
}
