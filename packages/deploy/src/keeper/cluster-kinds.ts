/**
 * The kinds of clusters that a keeper can keep, each with the options that it takes. Options come from flags, dialogs and
 * files, so every kind says how each of its options is read, and the rest follows from that.
 */
import type { Logger } from '@covey/protocol';
import type { ClusterKindForm } from '@covey/protocol/bridge';
import type { Cluster } from '../cluster.js';
import { choice, integer, listOf, memoryLimit, resources, text } from '../config/value-kinds.js';
import type { ValueKind } from '../config/value-kinds.js';
import { ConfigurationError } from '../errors.js';
import { AttachedCluster } from './attached-cluster.js';
import { LocalCluster } from '../local/local-cluster.js';
import type { LocalClusterOptions } from '../local/local-cluster-options.js';

/** An option of a kind of cluster. */
export interface KindOption {
  readonly kind: ValueKind<unknown>;
  /** A few words, for a form. */
  readonly label: string;
  readonly summary: string;
  /** What its absence means. */
  readonly defaultMeans: string;
  /** Default false. */
  readonly isRequired?: boolean;
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
  readonly label: string;
  readonly summary: string;
  /** Its keeper starts and ends workers; otherwise it was started elsewhere, and stopping it only takes it off the list. */
  readonly isOwned: boolean;
  readonly options: Readonly<Record<string, KindOption>>;
  /** Starts a cluster; the options have been read. */
  create(options: Readonly<Record<string, unknown>>, context: KeptClusterContext): Promise<Cluster>;
}

const local: ClusterKind = {
  name: 'local',
  label: 'Local',
  summary: 'Processes on this machine.',
  isOwned: true,
  options: {
    workers: {
      kind: integer(0, 10_000),
      label: 'Workers',
      summary: 'Worker processes.',
      defaultMeans: 'one for each processor up to four, then fewer',
    },
    threadsPerWorker: {
      kind: integer(1, 10_000),
      label: 'Threads of each worker',
      summary: 'How many tasks a worker runs at a time.',
      defaultMeans: 'processors, shared among the workers',
    },
    memoryLimit: {
      kind: memoryLimit(),
      label: 'Memory of each worker',
      summary: 'Such as 4 GiB; near it, a worker moves results to disk.',
      defaultMeans: 'an equal share',
    },
    resources: {
      kind: resources(),
      label: 'Resources of each worker',
      summary: 'Such as gpu=1: what tasks may ask for.',
      defaultMeans: 'none',
    },
    protocol: {
      kind: choice('unix', 'ws', 'wss'),
      label: 'Protocol',
      summary: 'How processes talk: Unix sockets, TCP, or TLS.',
      defaultMeans: 'unix, or ws when a host or port is given',
    },
    host: {
      kind: text('HOST'),
      label: 'Interface',
      summary: 'The interface to listen on, for ws and wss.',
      defaultMeans: '127.0.0.1',
    },
    port: {
      kind: integer(0, 65535),
      label: 'Port',
      summary: "The scheduler's port, for ws and wss.",
      defaultMeans: 'any that is free',
    },
    localDirectory: {
      kind: text('PATH'),
      label: 'Folder',
      summary: 'Where workers keep files.',
      defaultMeans: "the system's folder for temporary files",
    },
    execArgv: {
      kind: listOf(text('OPTION')),
      label: 'Node options',
      summary: 'Options of Node for the workers.',
      defaultMeans: 'none',
    },
  },
  create: (options, context) =>
    LocalCluster.create({ ...(options as LocalClusterOptions), ...context, waitForWorkers: 'all' }),
};

const address: ClusterKind = {
  name: 'address',
  label: 'Existing address',
  summary: 'A cluster that was started elsewhere.',
  isOwned: false,
  options: {
    address: {
      kind: text('ADDRESS', "an address such as 'wss://host:8786'"),
      label: 'Address',
      summary: 'Where its scheduler listens, such as wss://host:8786.',
      defaultMeans: '',
      isRequired: true,
    },
    secretFile: {
      kind: text('PATH', 'a path'),
      label: 'File of the secret',
      summary: 'The file that its scheduler wrote, readable by you alone.',
      defaultMeans: 'that of the settings or the environment',
    },
  },
  create: async ({ address, secretFile }, { name, idleTimeoutMs, signal }) => {
    if (idleTimeoutMs !== undefined)
      throw new ConfigurationError('an idle timeout is for clusters that are started here', {
        data: { option: 'idleTimeoutMs' },
      });
    return AttachedCluster.create({
      ...{ name, signal, address: address as string },
      ...(secretFile !== undefined && { secretFile: secretFile as string }),
    });
  },
};

/** All kinds, by name. */
export const clusterKinds: Readonly<Record<string, ClusterKind>> = { local, address };

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
        { data: { option: name } },
      );
    try {
      options[name] = option.kind.read(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ConfigurationError(`option '${name}' ${error.message}`, { cause: error, data: { option: name } });
    }
  }
  for (const [name, { isRequired = false, label }] of Object.entries(kind.options)) {
    if (isRequired && options[name] === undefined)
      throw new ConfigurationError(`a cluster of the kind '${kind.name}' needs the option '${name}' (${label})`, {
        data: { option: name },
      });
  }
  return { kind, options };
}

/** What a dialog needs to start a cluster of each kind. */
export function kindForms(): readonly ClusterKindForm[] {
  return Object.values(clusterKinds).map(({ name, label, summary, isOwned, options }) => ({
    ...{ name, label, summary, isOwned },
    fields: Object.entries(options).map(
      ([field, { kind, label, summary: help, defaultMeans, isRequired = false }]) => ({
        ...{ name: field, label, help, defaultMeans, isRequired },
        ...kind.form,
      }),
    ),
  }));
}
