/** What a scheduler can be told when it starts. */
import type { Address, ListenTls, Logger, Secret } from '@covey/protocol';
import type { Clock, InProcessNetwork, TurnEnd } from '@covey/protocol/internal';
import type { SchedulerConfig } from '../core/config.js';

/** Times of the process around the core, in milliseconds. Plain data: they travel to a child process. */
export interface SchedulerTimings {
  /** How long a client that lost its connection may take to come back. Default 60,000. */
  readonly clientGraceMs?: number;
  /** How long a worker that lost its connection may take to come back. Default 5,000. */
  readonly workerGraceMs?: number;
  /** A worker that is connected but silent for longer is taken for dead. Default 300,000. */
  readonly workerTtlMs?: number;
  /** How often workers say how they are. Default 500. */
  readonly heartbeatMs?: number;
  /** How long a nanny's report is waited for when its worker's connection is gone. Default 250. */
  readonly evidenceMs?: number;
}

export type ResolvedTimings = Required<SchedulerTimings>;

export function resolveTimings(timings: SchedulerTimings = {}): ResolvedTimings {
  return {
    clientGraceMs: 60_000,
    workerGraceMs: 5_000,
    workerTtlMs: 300_000,
    heartbeatMs: 500,
    evidenceMs: 250,
    ...timings,
  };
}

export interface SchedulerServerOptions {
  /** Where to listen, one address or several (`ws`, `wss`, `unix`, `inproc`); the first is the one that clients are told. Default `127.0.0.1:0`. */
  readonly listen?: Address | string | readonly (Address | string)[];
  /** The cluster's secret: whoever knows it may do everything. */
  readonly secret: Secret;
  /** For `wss`. Default a certificate made on the spot. */
  readonly tls?: ListenTls;
  /** What peers should dial instead of the first address (port mappings, proxies). */
  readonly contactAddress?: Address | string;
  /** Names (or `name:port`) under which peers may dial beside the machine's own. */
  readonly allowedHosts?: readonly string[];
  /** Shown to people. Default `covey`. */
  readonly clusterName?: string;
  /** The numbers by which the core decides. */
  readonly config?: SchedulerConfig;
  readonly timings?: SchedulerTimings;
  /** Checks every invariant after every stimulus: slow. Default false. */
  readonly validate?: boolean;
  /** Ends after so long without unfinished tasks and news from clients. Default 0: never. */
  readonly idleTimeoutMs?: number;
  /**
   * While no more tasks than these are under way, the process stays awake between messages that follow each other closely: less
   * latency for the processor's time. Default 0: it never does.
   */
  readonly busyPoll?: number;
  /** Whether to answer HTTP beyond `/health`. Default true. */
  readonly http?: boolean;
  /** Modules whose `setup` runs in this process: the operator's own, never a client's. See `preload.ts`. */
  readonly preload?: readonly string[];
  /** Default: silent. */
  readonly logger?: Logger;
  /** For tests: time, the network of `inproc` addresses, the end of a turn. */
  readonly clock?: Clock;
  readonly network?: InProcessNetwork;
  readonly turnEnd?: TurnEnd;
}
