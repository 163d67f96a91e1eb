/**
 * Keeps one cluster for whoever needs it, independently of who launched it: owns it, lists it in the registry, answers on a
 * control socket, and ends when it ends. It knows kinds of clusters by what they declare and nothing of their processes.
 */
import { formatAddress } from '@covey/protocol';
import type { CoveyError, Logger } from '@covey/protocol';
import { ChannelServer, listen, makeNonce, socketAddress } from '@covey/protocol/internal';
import type { Listener } from '@covey/protocol/internal';
import type { AdaptiveRange } from '../adaptive/adaptive-policy.js';
import type { Cluster } from '../cluster.js';
import { Configuration } from '../config/configuration.js';
import { tlsFilesOf } from '../config/tls-files.js';
import { ConfigurationError } from '../errors.js';
import type { ClusterEntry } from '../registry/cluster-entry.js';
import { Registry } from '../registry/registry.js';
import { readClusterRequest } from './cluster-kinds.js';
import type { KeeperCalls, KeepRequest, KeptClusterInfo } from './keeper-messages.js';

export class Keeper {
  #entry: ClusterEntry;
  readonly #cluster: Cluster;
  readonly #registry: Registry;
  readonly #sessions: ChannelServer;
  readonly #listener: Listener;
  readonly #logger: Logger;
  #closing: Promise<void> | undefined;

  private constructor(
    cluster: Cluster,
    registry: Registry,
    sessions: ChannelServer,
    listener: Listener,
    entry: ClusterEntry,
    logger: Logger,
  ) {
    this.#logger = logger;
    this.#cluster = cluster;
    this.#registry = registry;
    this.#sessions = sessions;
    this.#listener = listener;
    this.#entry = entry;
  }

  /**
   * Starts the cluster and lists it.
   * @throws what the kind of cluster throws; `ClusterExistsError` when a running cluster has the name. Nothing is left behind then.
   */
  static async start(request: KeepRequest, logger: Logger, signal: AbortSignal): Promise<Keeper> {
    const { kind, options } = readClusterRequest(request.kind, request.options);
    const registry = new Registry({ home: request.home, logger });
    const { name, idleTimeoutMs, logFile } = request;
    const context = { name, logger, signal, ...(idleTimeoutMs !== undefined && { idleTimeoutMs }) };
    const cluster = await kind.create(options, context);
    let listener: Listener | undefined;
    try {
      let keeper: Keeper | undefined = undefined;
      const sessions = new ChannelServer({
        onhello: () => ({ name }),
        onchannel: (channel) => {
          channel.handle = (method, params) => keeper?.answer(method, params);
        },
        logger,
      });
      listener = await listen({
        address: socketAddress(`keeper ${name} ${makeNonce()}`),
        secret: cluster.secret,
        role: 'keeper',
        onChannelPeer: (comm) => sessions.accept(comm),
        onrejected: (error: CoveyError) => logger.warn(`the control socket turned a caller away: ${error.message}`),
        logger,
      });
      // The cluster was given them by the same settings.
      const tls = cluster.tls === undefined ? undefined : tlsFilesOf(Configuration.read());
      const entry = registry.add({
        name,
        kind: kind.name,
        address: cluster.address,
        secret: cluster.secret,
        control: formatAddress(listener.contactAddress),
        logFile,
        ...(tls !== undefined && { tls }),
        ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
      });
      keeper = new Keeper(cluster, registry, sessions, listener, entry, logger);
      return keeper;
    } catch (error) {
      await listener?.close();
      await cluster.close();
      throw error;
    }
  }

  /** As the registry lists it. */
  get entry(): ClusterEntry {
    return this.#entry;
  }

  /** Resolves when the cluster is over, with the reason. */
  get closed(): Promise<string> {
    return this.#cluster.closed;
  }

  /** Answers a call of the control socket. */
  async answer(method: string, params: unknown): Promise<unknown> {
    switch (method as keyof KeeperCalls) {
      case 'info':
        return this.#info();
      case 'scale': {
        const workers = (params as { workers?: unknown } | null)?.workers;
        if (typeof workers !== 'number') throw new ConfigurationError("'scale' takes a number of workers");
        this.#adapt(null);
        await this.#cluster.scale(workers);
        return null;
      }
      case 'adapt':
        this.#adapt((params as KeeperCalls['adapt']['params'] | null)?.range ?? null);
        return null;
      case 'stop':
        // After the answer has left.
        setImmediate(() => void this.close());
        return null;
      case 'logs':
        return this.#cluster.logs();
      default:
        throw new ConfigurationError(`a keeper knows no call '${method}'`);
    }
  }

  /** Ends the cluster and leaves the list. Safe to call again. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      // Off the list first: who looks for the cluster now shall not find one that ends under its hands.
      this.#registry.remove(this.#entry);
      await this.#cluster.close();
      await this.#sessions.close('the cluster was stopped');
      await this.#listener.close();
    })();
    return this.#closing;
  }

  /** Whoever looks at the list sees it. */
  #adapt(range: AdaptiveRange | null): void {
    if (range === null && this.#cluster.adaptive === null) return;
    this.#cluster.adapt(range === null ? null : { ...range, logger: this.#logger });
    this.#entry = this.#registry.update(this.#entry, { adaptive: this.#cluster.adaptive });
  }

  async #info(): Promise<KeptClusterInfo> {
    // The client that asks this is the keeper's own.
    const { workers, clients } = await this.#cluster.schedulerInfo();
    const { name, kind, address, requested, adaptive } = this.#cluster;
    return { name, kind, address, requested, adaptive, workers, clients: clients.length - 1 };
  }
}
