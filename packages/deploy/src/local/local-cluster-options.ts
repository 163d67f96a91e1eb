/** What a local cluster can be told, and what holds where nothing is said. */
import type { ConnectTls, Logger } from '@covey/protocol';
import {
  abortSignal,
  amount,
  aName,
  anObject,
  anyText,
  anything,
  checkOptions,
  either,
  listOf,
  mapOf,
  oneOf,
  someMilliseconds,
  whole,
} from '@covey/protocol/internal';
import type { Kinds } from '@covey/protocol/internal';
import { Configuration } from '../config/configuration.js';
import { configuredTls } from '../config/tls-files.js';
import { memoryLimit, resources } from '../config/value-kinds.js';
import type { MemoryLimit } from '../config/value-kinds.js';
import { ConfigurationError } from '../errors.js';
import { hostLimits, spreadOver, workerMemory } from '../host/host-limits.js';
import type { HostLimits } from '../host/host-limits.js';
import { checkClusterName, inventName } from '../names.js';

/** What a `LocalCluster` is made of; what is left out comes from the settings (`local.…`), or the machine. */
export interface LocalClusterOptions {
  /** How the cluster is called in lists and messages. Default one is invented. */
  readonly name?: string;
  /** Worker processes. Default one for each processor up to four, then fewer with several threads each. */
  readonly workers?: number;
  /** Compute threads of each worker. Default the processors that this process may use, shared among the workers. */
  readonly threadsPerWorker?: number;
  /** Memory of each worker: bytes, text such as `'2GB'`, `{ part: 0.5 }` of the host's, 0 for no limit. Default `'auto'`: an equal share. */
  readonly memoryLimit?: Exclude<MemoryLimit, string> | string;
  /** Abstract resources of each worker, e.g. `{ GPU: 1 }`. */
  readonly resources?: Readonly<Record<string, number>>;
  /** How its processes talk. `unix` (default): sockets that only this user can open. `ws`: TCP, so that others can be let in; `wss`: with TLS. */
  readonly protocol?: 'unix' | 'ws' | 'wss';
  /**
   * For `wss`: PEM texts of the certificate of all its processes, and of the authorities by which they and its clients check each other's. Default
   * the settings `tls.…`, else certificates made on the spot, which nobody checks: the proofs of the secret bind the TLS session.
   */
  readonly tls?: ConnectTls;
  /** For `ws` and `wss`: the interface to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** For `ws` and `wss`: the scheduler's port. Default 0: any that is free. */
  readonly port?: number;
  /**
   * How many workers to wait for before `create` resolves. Default 0: it resolves as soon as the scheduler answers, since tasks wait for
   * workers anyway, and the program prepares its first ones while the workers start.
   */
  readonly waitForWorkers?: number | 'all';
  /** The cluster ends when it had nothing to do for so long. Default never. */
  readonly idleTimeoutMs?: number;
  /**
   * Milliseconds for which what a client holds is kept after its connection broke, so that it can come back. Default 60,000: also
   * what a client that was killed leaves behind is kept for so long.
   */
  readonly clientGraceMs?: number;
  /** Where workers keep uploaded files and what they spill. Default a folder in the system's folder for temporary files. */
  readonly localDirectory?: string;
  /** Options of Node for the worker processes, e.g. `['--max-old-space-size=4096']`. */
  readonly execArgv?: readonly string[];
  /** Added to the environment of the worker processes. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes what its processes log. Default: warnings and errors, on standard error. */
  readonly logger?: Logger;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
  /** The settings to fall back on. Default those of the environment and the user's file. */
  readonly configuration?: Configuration;
}

/** Options with nothing left open. */
export interface LocalClusterPlan {
  readonly name: string;
  readonly workers: number;
  readonly threadsPerWorker: number;
  /** Bytes for each worker; 0 is unlimited. */
  readonly memoryLimit: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly protocol: 'unix' | 'ws' | 'wss';
  readonly tls?: ConnectTls;
  readonly host: string;
  readonly port: number;
  readonly waitForWorkers: number;
  /** Of the scheduler: see the setting `scheduler.busy-poll`. */
  readonly busyPoll: number;
}

const localClusterKinds: Kinds<LocalClusterOptions> = {
  name: anything,
  workers: whole(0, 100_000),
  threadsPerWorker: whole(1, 100_000),
  memoryLimit: anything,
  resources: anything,
  protocol: oneOf('unix', 'ws', 'wss'),
  tls: anObject('an object with `authority`, `cert` and `key`'),
  host: aName,
  port: whole(0, 65_535),
  waitForWorkers: either(oneOf('all'), whole(0, 100_000)),
  idleTimeoutMs: someMilliseconds,
  clientGraceMs: amount,
  localDirectory: aName,
  execArgv: listOf(anyText, 'a list of texts'),
  environment: mapOf(anyText, 'texts by name'),
  logger: anObject('a Logger'),
  signal: abortSignal,
  configuration: anObject('a Configuration'),
};

/** @throws {ConfigurationError} naming the option that is not what it must be. */
export function planLocalCluster(options: LocalClusterOptions, limits: HostLimits = hostLimits()): LocalClusterPlan {
  checkOptions(options, localClusterKinds, 'LocalCluster.create', ConfigurationError);
  const configuration = options.configuration ?? Configuration.read();
  const workersAsked = options.workers ?? configuration.get('local.workers');
  const threadsAsked = options.threadsPerWorker ?? configuration.get('local.threads-per-worker');
  const { workers, threadsPerWorker } = spreadOver(limits.processors, workersAsked, threadsAsked);
  const limit =
    options.memoryLimit === undefined
      ? configuration.get('local.memory-limit')
      : readOption('memoryLimit', memoryLimit(), options.memoryLimit);
  const protocol: LocalClusterPlan['protocol'] =
    options.protocol ??
    (options.host === undefined && options.port === undefined && process.platform !== 'win32' ? 'unix' : 'ws');
  if (protocol !== 'wss' && options.tls !== undefined) throw new ConfigurationError("tls is for protocol 'wss'");
  if (protocol === 'unix' && (options.host !== undefined || options.port !== undefined)) {
    throw new ConfigurationError("host and port are for protocols 'ws' and 'wss'; a Unix socket has neither");
  }
  const tls = protocol === 'wss' ? (options.tls ?? configuredTls(configuration)) : undefined;
  return {
    ...(tls !== undefined && { tls }),
    name: options.name === undefined ? inventName() : checkClusterName(options.name),
    workers,
    threadsPerWorker,
    memoryLimit: workerMemory(limit, workers, limits),
    resources: readOption('resources', resources(), options.resources ?? {}),
    protocol,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    waitForWorkers: options.waitForWorkers === 'all' ? workers : Math.min(options.waitForWorkers ?? 0, workers),
    busyPoll: configuration.get('scheduler.busy-poll') ?? limits.processors - 1,
  };
}

function readOption<T>(name: string, kind: { read(written: unknown): T }, value: unknown): T {
  if (typeof value === 'object' && value !== null && 'part' in value) {
    const { part } = value;
    if (typeof part === 'number' && part > 0 && part <= 1) return value as T;
  }
  try {
    return kind.read(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigurationError(`${name} ${error.message}`, { cause: error });
  }
}
