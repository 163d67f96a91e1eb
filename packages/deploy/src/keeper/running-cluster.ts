/** A cluster that another process owns, found by its name: what one connects by, and what its keeper can be asked. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectError } from '@covey/protocol';
import type { ConnectTls, Secret } from '@covey/protocol';
import { openChannel } from '@covey/protocol/internal';
import type { AdaptiveRange } from '../adaptive/adaptive-policy.js';
import { askScheduler } from '../ask-scheduler.js';
import { ClusterClosedError } from '../errors.js';
import { isAlive, systemProcessTable } from '../host/process-identity.js';
import type { ProcessTable } from '../host/process-identity.js';
import type { ClusterEntry } from '../registry/cluster-entry.js';
import { Registry } from '../registry/registry.js';
import type { RegistryOptions } from '../registry/registry.js';
import type { KeeperCalls, KeptClusterInfo } from './keeper-messages.js';

interface AskOptions {
  readonly signal?: AbortSignal;
}

/** How long a cluster that is asked to end may take before its owner is ended by force. */
const STOP_GRACE_MS = 10_000;

/**
 * A cluster of this host that runs apart from this program, as `openCluster` and `startCluster` give it: to connect to, and to ask its keeper to
 * scale or to stop it.
 */
export class RunningCluster {
  /** What the list of clusters has of it. */
  readonly entry: ClusterEntry;
  /** By which executors and workers are let in. */
  readonly secret: Secret;
  /** How to dial its processes over TLS; undefined for any certificate, or none. */
  readonly tls?: ConnectTls;
  readonly #processes: ProcessTable;

  constructor(entry: ClusterEntry, registry: Registry) {
    this.entry = entry;
    this.secret = registry.secretOf(entry);
    const tls = registry.tlsOf(entry);
    if (tls !== undefined) this.tls = tls;
    this.#processes = systemProcessTable();
  }

  /** By this the executor knows a cluster that a function captures: inside the task it becomes the task's own. */
  get [Symbol.for('covey.cluster')](): true {
    return true;
  }

  get name(): string {
    return this.entry.name;
  }

  /** Where executors and workers reach the scheduler. */
  get address(): string {
    return this.entry.address;
  }

  /** Whether its owner still lives. */
  get isRunning(): boolean {
    return isAlive(this.#processes, this.entry.owner) === true;
  }

  /** The cluster now. @throws {@link ClusterClosedError} when it is over. */
  async info(options: AskOptions = {}): Promise<KeptClusterInfo> {
    if (this.entry.control !== null) return this.#ask('info', null, options);
    const { workers, clients } = await this.#whileRunning(() => askScheduler(this, 'scheduler-info', null, options));
    const { name, kind, address } = this.entry;
    return { name, kind, address, requested: workers.length, adaptive: null, workers, clients: clients.length - 1 };
  }

  /**
   * Asks for so many workers.
   * @throws {ClusterClosedError} when it is over, or has nobody who starts workers for it.
   */
  async scale(workers: number, options: AskOptions = {}): Promise<void> {
    this.#checkScalable();
    await this.#ask('scale', { workers }, options);
  }

  /**
   * Has it scaled by what there is to do from now on; null ends that, and so does {@link scale}.
   * @throws {ClusterClosedError} when it is over, or has nobody who starts workers for it; {@link ConfigurationError} when the range is none.
   */
  async adapt(range: AdaptiveRange | null, options: AskOptions = {}): Promise<void> {
    this.#checkScalable();
    await this.#ask('adapt', { range }, options);
  }

  /** Ends the cluster; resolves when its owner is gone. A cluster that is over already is as it should be. */
  async stop(options: AskOptions = {}): Promise<void> {
    try {
      if (this.entry.control !== null) await this.#ask('stop', null, options);
      else await askScheduler(this, 'shutdown', null, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      // Whoever does not answer is asked by a signal; ending it is what this is for.
      if (this.isRunning) this.#signal('SIGTERM', error);
    }
    for (const untilMs = Date.now() + STOP_GRACE_MS; this.isRunning; await delay(10, undefined, options)) {
      if (Date.now() > untilMs) this.#signal('SIGKILL', undefined);
    }
  }

  /** The end of its log, oldest line first; empty for one that was started by hand. */
  logs(lines = 200): readonly string[] {
    if (this.entry.logFile === null) return [];
    return readFileSync(this.entry.logFile, 'utf8').trimEnd().split('\n').slice(-lines);
  }

  #checkScalable(): void {
    if (this.entry.control !== null) return;
    throw new ClusterClosedError(
      `the cluster '${this.name}' was started by hand and nobody starts workers for it; use 'covey worker ${this.name}'`,
    );
  }

  #signal(signal: NodeJS.Signals, cause: unknown): void {
    try {
      if (this.isRunning) process.kill(this.entry.owner.pid, signal);
    } catch (error) {
      // It ended between the look and the signal.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH')
        throw new ClusterClosedError(`the cluster '${this.name}' can't be stopped: ${(error as Error).message}`, {
          cause: cause ?? error,
        });
    }
  }

  async #ask<Method extends keyof KeeperCalls>(
    method: Method,
    params: KeeperCalls[Method]['params'],
    options: AskOptions,
  ): Promise<KeeperCalls[Method]['result']> {
    return this.#whileRunning(async () => {
      const { channel } = await openChannel(this.entry.control ?? '', {
        secret: this.secret,
        role: 'client',
        reconnect: { graceMs: 0 },
        ...options,
      });
      try {
        return (await channel.call(method, params, options)) as KeeperCalls[Method]['result'];
      } finally {
        await channel.close();
      }
    });
  }

  async #whileRunning<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ConnectError && !this.isRunning)
        throw new ClusterClosedError(`the cluster '${this.name}' is over`, { cause: error });
      throw error;
    }
  }
}

/**
 * The running cluster of that name.
 * @throws {ClusterNotFoundError} when there is none, with how to start one.
 */
export function openCluster(name: string, options: RegistryOptions = {}): RunningCluster {
  const registry = new Registry(options);
  return new RunningCluster(registry.get(name), registry);
}

/** The running clusters of this user on this host, oldest first. */
export function listClusters(options: RegistryOptions = {}): readonly ClusterEntry[] {
  return new Registry(options).list();
}

/**
 * Ends the running cluster of that name; resolves when its owner is gone.
 * @throws {ClusterNotFoundError} when there is none.
 */
export async function stopCluster(name: string, options: RegistryOptions & AskOptions = {}): Promise<void> {
  await openCluster(name, options).stop(options);
}
