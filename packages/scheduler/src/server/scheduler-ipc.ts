/**
 * What a launcher and the scheduler's process say to each other over Node's IPC channel. The channel is also the leash: when it closes, the launcher is
 * gone and the scheduler ends. Everything here is plain JSON; the secret travels here and never in arguments or the environment.
 */
import type { ListenTls, LogLevel } from '@covey/protocol';
import type { SchedulerConfig } from '../core/config.js';
import type { SchedulerTimings } from './server-options.js';

/** How a scheduler is to run, as plain data. */
export interface SchedulerSettings {
  /** The text of the cluster's secret. */
  readonly secret: string;
  /** Addresses; the first is the one that clients are told. */
  readonly listen: readonly string[];
  readonly clusterName?: string;
  /** 0 or absent: never. */
  readonly idleTimeoutMs?: number;
  readonly contactAddress?: string;
  readonly allowedHosts?: readonly string[];
  /** PEM texts. */
  readonly tls?: ListenTls;
  readonly preload?: readonly string[];
  readonly http?: boolean;
  readonly busyPoll?: number;
  /** What is logged to standard error. Default `warn`. */
  readonly logLevel?: LogLevel;
  readonly config?: SchedulerConfig;
  readonly timings?: SchedulerTimings;
  readonly validate?: boolean;
}

/** Launcher → scheduler. */
export type ToScheduler =
  | ({ readonly type: 'start' } & SchedulerSettings)
  /** End cleanly. */
  | { readonly type: 'close'; readonly reason?: string };

/** Scheduler → launcher. */
export type FromScheduler =
  /** It listens; addresses as clients dial them. */
  | { readonly type: 'ready'; readonly addresses: readonly string[] }
  /** It could not start, and exits with status 1. */
  | { readonly type: 'failed'; readonly message: string; readonly code?: string }
  /** It ends by itself (a client's `shutdown`, or the idle timeout), and exits with status 0. */
  | { readonly type: 'closing'; readonly reason: string };
