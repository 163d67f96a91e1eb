/**
 * Which cluster is meant: the explicit one, else that of the settings (`COVEY_CLUSTER`, the user's file), else a new local one.
 * A named cluster that isn't running is an error with a way to start it, never silently another.
 */
import { Secret, SecretError, formatAddress, parseAddress, silentLogger } from '@covey/protocol';
import type { ConnectTls, Logger } from '@covey/protocol';
import { Configuration } from './config/configuration.js';
import { configuredTls } from './config/tls-files.js';
import { LocalCluster } from './local/local-cluster.js';
import type { LocalClusterOptions } from './local/local-cluster-options.js';
import { isClusterName } from './names.js';
import { Registry } from './registry/registry.js';

/** A cluster to connect to. */
export interface ClusterLike {
  readonly address: string;
  readonly secret: Secret;
  readonly name?: string;
  readonly tls?: ConnectTls;
}

/** The cluster that was meant, and why it is this one. */
export interface ResolvedTarget extends ClusterLike {
  /** For people: `COVEY_CLUSTER names it`. */
  readonly why: string;
  /** Present when the cluster was made for this use: whoever uses it ends it. */
  close?(): Promise<void>;
}

/** How a cluster is found. */
export interface ResolveOptions {
  /** For an address. Default `COVEY_SECRET`, `COVEY_SECRET_FILE`, or the registry's when the cluster at that address is listed. */
  readonly secret?: Secret;
  /** Hears of a choice that nobody made explicitly. */
  readonly logger?: Logger;
  /** Settings. Default those of the environment and your own file. */
  readonly configuration?: Configuration;
  /** The list of clusters. Default this host's. */
  readonly registry?: Registry;
  /** For the new local cluster. */
  readonly local?: LocalClusterOptions;
  /** Gives up looking. */
  readonly signal?: AbortSignal;
}

/**
 * The cluster that `Executor.connect(target)` connects to: of an address, of a name, or, for neither, the one that is chosen by `COVEY_CLUSTER` or your settings,
 * else a new local one.
 *
 * @throws {ClusterNotFoundError} for a name under which no cluster runs; `AddressError` for text that is neither name nor address;
 * `SecretError` for an address whose secret is not known.
 */
export async function resolveTarget(
  target: ClusterLike | string | undefined,
  options: ResolveOptions = {},
): Promise<ResolvedTarget> {
  if (typeof target === 'object') return withWhy(target, 'it was passed');
  const configuration = options.configuration ?? Configuration.read();
  const logger = options.logger ?? silentLogger;
  if (target !== undefined) return find(target, 'it was named', configuration, options);
  const named = configuration.get('cluster');
  if (named !== undefined) {
    const found = find(named, `${configuration.originOf('cluster')} names it`, configuration, options);
    logger.info(`using the cluster ${found.name ?? found.address}: ${found.why}`);
    return found;
  }
  const cluster = await LocalCluster.create({
    configuration,
    ...options.local,
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  const why = 'no cluster was named, so a local one was started for this program';
  logger.info(`using the new local cluster ${cluster.name}: ${why}`);
  return { ...withWhy(cluster, why), close: () => cluster.close() };
}

function find(target: string, why: string, configuration: Configuration, options: ResolveOptions): ResolvedTarget {
  const registry = options.registry ?? new Registry(options.logger === undefined ? {} : { logger: options.logger });
  const tls = configuredTls(configuration);
  if (isClusterName(target)) {
    const entry = registry.get(target);
    const known = tls ?? registry.tlsOf(entry);
    const secret = registry.secretOf(entry);
    return { name: entry.name, address: entry.address, secret, why, ...(known !== undefined && { tls: known }) };
  }
  const address = formatAddress(parseAddress(target));
  const entry = registry.list().find((listed) => listed.address === address);
  const secret = options.secret ?? configuredSecret(configuration) ?? (entry && registry.secretOf(entry));
  const known = tls ?? (entry && registry.tlsOf(entry));
  if (secret === undefined) {
    throw new SecretError(
      `the secret of the cluster at ${address} is not known: set COVEY_SECRET_FILE to the file that its scheduler wrote, or pass a secret`,
    );
  }
  return { address, secret, why, ...(known !== undefined && { tls: known }) };
}

/** The secret that the environment or the user's file names, if they do. */
export function configuredSecret(configuration: Configuration): Secret | undefined {
  const file = configuration.get('secret-file');
  // An explicit file wins over a secret that happens to be in the environment.
  if (file !== undefined && configuration.originOf('secret-file') !== 'COVEY_SECRET_FILE') return Secret.fromFile(file);
  return Secret.fromEnvironment() ?? (file === undefined ? undefined : Secret.fromFile(file));
}

function withWhy(target: ClusterLike, why: string): ResolvedTarget {
  const { name, address, secret, tls } = target;
  return { address, secret, why, ...(name !== undefined && { name }), ...(tls !== undefined && { tls }) };
}
