/** How a worker is configured: what its launcher passes through the nanny, and its defaults. */
import { LOG_LEVELS } from '@covey/protocol';
import type { ConnectTls, LogLevel } from '@covey/protocol';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** All of it may be left out. Sizes are bytes, times milliseconds. */
export interface WorkerOptions {
  /** Compute threads. Default: what the machine (or its cgroup) lets run in parallel. */
  readonly nthreads?: number;
  /** Amounts of abstract resources that tasks may ask for. */
  readonly resources?: Readonly<Record<string, number>>;
  /** Where to listen. Default: a socket file when the scheduler has one, a free port of this host when it is on it, else one of all interfaces. */
  readonly listenAddress?: string;
  /** Where others reach this worker, if not where it listens. */
  readonly contactAddress?: string;
  /** The folder in which the worker makes its own. Default one for the user under the system's temporary folder. */
  readonly localDirectory?: string;
  /** Where bare specifiers of shipped functions resolve. Default: the working directory. */
  readonly moduleRoot?: string;
  /** The module that gives tasks their executor. */
  readonly executorEntry?: string;
  /** The worker ends when it has not reached its scheduler for so long. Default 60,000. */
  readonly deathTimeoutMs?: number;
  /** How long a task may take to heed its signal. Default 200. */
  readonly cancelGraceMs?: number;
  /** Of `memoryLimit`, above which no further task starts. Default 0.8. */
  readonly pauseFraction?: number;
  /** JavaScript heap of one compute thread, above which the thread is ended and its task blamed. Default: 0.7 of the memory limit; without one, V8's own limit. */
  readonly threadHeapBytes?: number;
  /** How much it says on standard error. Default `warn`. */
  readonly logLevel?: LogLevel;
  /** The entry of compute threads, for tests. */
  readonly threadEntry?: string;
}

/** {@link WorkerOptions} with nothing left open, and what comes from the nanny. */
export interface WorkerConfig {
  readonly name: string;
  readonly scheduler: string;
  /** As text. Never logged. */
  readonly secret: string;
  /** For dialling others and for who dials the worker. */
  readonly tls: ConnectTls | undefined;
  readonly nanny: string | undefined;
  readonly memoryLimit: number;
  readonly nthreads: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly listenAddress: string | undefined;
  readonly contactAddress: string | undefined;
  readonly localDirectory: string;
  readonly moduleRoot: string | null;
  readonly executorEntry: string | null;
  readonly deathTimeoutMs: number;
  readonly cancelGraceMs: number;
  readonly pauseFraction: number;
  readonly threadHeapBytes: number | undefined;
  readonly logLevel: LogLevel;
  readonly threadEntry: string;
}

/** What the nanny knows beside the options. */
export interface WorkerIdentity {
  readonly name: string;
  readonly scheduler: string;
  readonly secret: string;
  readonly tls?: ConnectTls;
  readonly nanny?: string;
  readonly memoryLimit: number;
}

/** Of the memory limit, for one thread's heap. */
const HEAP_FRACTION = 0.7;

/**
 * Fills in the defaults.
 * @throws TypeError that names the option which has no sense.
 */
export function readConfig(identity: WorkerIdentity, options: WorkerOptions, threadEntry: string): WorkerConfig {
  const { memoryLimit } = identity;
  return {
    name: identity.name,
    scheduler: identity.scheduler,
    secret: identity.secret,
    tls: identity.tls,
    nanny: identity.nanny,
    memoryLimit: count('memoryLimit', memoryLimit, 0),
    nthreads: count('nthreads', options.nthreads ?? availableParallelism(), 1),
    resources: options.resources ?? {},
    listenAddress: options.listenAddress,
    contactAddress: options.contactAddress,
    localDirectory: options.localDirectory ?? join(tmpdir(), `covey-workers-${process.getuid?.() ?? 'user'}`),
    moduleRoot: options.moduleRoot ?? null,
    executorEntry: options.executorEntry ?? null,
    deathTimeoutMs: count('deathTimeoutMs', options.deathTimeoutMs ?? 60_000, 0),
    cancelGraceMs: count('cancelGraceMs', options.cancelGraceMs ?? 200, 0),
    pauseFraction: fraction('pauseFraction', options.pauseFraction ?? 0.8),
    threadHeapBytes: options.threadHeapBytes ?? (memoryLimit > 0 ? Math.floor(memoryLimit * HEAP_FRACTION) : undefined),
    logLevel: level(options.logLevel ?? 'warn'),
    threadEntry: options.threadEntry ?? threadEntry,
  };
}

function count(name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new TypeError(`the worker's option ${name} is ${String(value)}; it must be a whole number from ${least} on`);
  }
  return value;
}

function level(value: LogLevel): LogLevel {
  if (!LOG_LEVELS.includes(value))
    throw new TypeError(
      `the worker's option logLevel is '${String(value)}'; it must be one of ${LOG_LEVELS.join(', ')}`,
    );
  return value;
}

function fraction(name: string, value: number): number {
  if (!(value > 0 && value <= 1))
    throw new TypeError(`the worker's option ${name} is ${String(value)}; it must be above 0 and at most 1`);
  return value;
}
