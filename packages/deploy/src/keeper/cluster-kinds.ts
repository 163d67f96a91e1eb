/**
 * The kinds of clusters that a keeper can keep, each with the options that it takes. Options come from flags, dialogs and
 * files, so every kind says how each of its options is read, and the rest follows from that.
 */
import type { Logger } from '@covey/protocol';
import type { Cluster } from '../cluster.js';
import { choice, integer, listOf, memoryLimit, resources, text } from '../config/value-kinds.js';
import type { ValueKind } from '../config/value-kinds.js';
import { ConfigurationError } from '../errors.js';
import { LocalCluster } from '../local/local-cluster.js';
import type { LocalClusterOptions } from '../local/local-cluster-options.js';

/** An option of a kind of cluster. */
export interface KindOption {
  readonly kind: ValueKind<unknown>;
  readonly summary: string;
  /** What its absence means. */
  readonly defaultMeans: string;
}

/** What a keeper gives to a cluster beside its options. */
export interface KeptClusterContext {
  readonly name: string;
  readonly idleTimeoutMs?: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface ClusterKind {
  readonly name: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, KindOption>>;
  /** Starts a cluster; the options have been read. */
  create(options: Readonly<Record<string, unknown>>, context: KeptClusterContext): Promise<Cluster>;
}

const local: ClusterKind = {
  name: 'local',
  summary: 'Processes on this machine.',
  options: {
    workers: {
      kind: integer(0, 10_000),
      summary: 'Worker processes.',
      defaultMeans: 'one for each processor up to four, then fewer',
    },
    threadsPerWorker: {
      kind: integer(1, 10_000),
      summary: 'Compute threads of each worker.',
      defaultMeans: 'processors, shared among the workers',
    },
    memoryLimit: { kind: memoryLimit(), summary: 'Memory of each worker.', defaultMeans: 'an equal share' },
    resources: { kind: resources(), summary: 'Abstract resources of each worker.', defaultMeans: 'none' },
    protocol: {
      kind: choice('unix', 'ws', 'wss'),
      summary: 'How processes talk: Unix sockets, TCP, or TLS.',
      defaultMeans: 'unix, or ws when a host or port is given',
    },
    host: { kind: text('HOST'), summary: 'The interface to listen on, for ws and wss.', defaultMeans: '127.0.0.1' },
    port: {
      kind: integer(0, 65535),
      summary: "The scheduler's port, for ws and wss.",
      defaultMeans: 'any that is free',
    },
    localDirectory: {
      kind: text('PATH'),
      summary: 'Where workers keep files.',
      defaultMeans: "the system's folder for temporary files",
    },
    execArgv: { kind: listOf(text('OPTION')), summary: 'Options of Node for the workers.', defaultMeans: 'none' },
  },
  create: (options, context) =>
    LocalCluster.create({ ...(options as LocalClusterOptions), ...context, waitForWorkers: 'all' }),
};

/** All kinds, by name. */
export const clusterKinds: Readonly<Record<string, ClusterKind>> = { local };

/**
 * A kind and options for it, as anybody may have written them.
 * @throws {ConfigurationError} naming the kind or the option that is not what it must be.
 */
export function readClusterRequest(
  kindName: string,
  written: Readonly<Record<string, unknown>>,
): { readonly kind: ClusterKind; readonly options: Readonly<Record<string, unknown>> } {
  const kind = Object.hasOwn(clusterKinds, kindName) ? clusterKinds[kindName] : undefined;
  if (kind === undefined) {
    throw new ConfigurationError(
      `there is no kind of cluster '${kindName}'; there is: ${Object.keys(clusterKinds).join(', ')}`,
    );
  }
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(written)) {
    if (value === undefined) continue;
    const option = Object.hasOwn(kind.options, name) ? kind.options[name] : undefined;
    if (option === undefined)
      throw new ConfigurationError(
        `a ${kind.name} cluster has no option '${name}'; it has: ${Object.keys(kind.options).join(', ')}`,
      );
    try {
      options[name] = option.kind.read(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ConfigurationError(`option '${name}' ${error.message}`, { cause: error });
    }
  }
  return { kind, options };
}
