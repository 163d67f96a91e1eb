/**
 * The clusters as front ends show them: those of the registry, and those that this process is starting or stopping, which
 * the registry doesn't list yet or any more. It is watched only while somebody wants to know.
 */
import { hostname, userInfo } from 'node:os';
import { COVEY_VERSION } from '@covey/protocol';
import type { ClusterSummary } from '@covey/protocol/bridge';
import type { ClusterEntry } from '@covey/deploy';
import { clusterKinds, Registry, RegistryWatch } from '@covey/deploy/internal';
import { Reachability } from './reachability.js';

export type ListListener = (clusters: readonly ClusterSummary[]) => void;

export class ClusterList {
  readonly registry = new Registry();
  readonly #starting = new Map<string, ClusterSummary>();
  /** By the file of the secret, which no other cluster ever has. */
  readonly #stopping = new Map<string, ClusterSummary>();
  readonly #listeners = new Set<ListListener>();
  readonly #reachability = new Reachability(() => this.look());
  #watch: RegistryWatch | undefined;
  #told = '';

  /** The clusters now, oldest first. */
  summaries(): readonly ClusterSummary[] {
    const listed = this.registry.list();
    const running = listed
      .filter(({ secretFile }) => !this.#stopping.has(secretFile))
      .map((entry) => summaryOf(entry, this.#reachability.isSilent(entry.address) ? 'unreachable' : 'running'));
    const names = new Set(running.map(({ name }) => name));
    const starting = [...this.#starting.values()].filter(({ name }) => !names.has(name));
    return [...running, ...this.#stopping.values(), ...starting].sort((a, b) => a.createdMs - b.createdMs);
  }

  /** Hears the list whenever it has changed, until what is returned is called. */
  subscribe(listener: ListListener): () => void {
    this.#listeners.add(listener);
    if (this.#watch === undefined) {
      this.#told = JSON.stringify(this.summaries());
      const look = (): void => {
        this.look();
        this.#reachability.look(this.registry.list().map(({ address }) => address));
      };
      this.#watch = new RegistryWatch(this.registry.folder, look);
      look();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#watch?.close();
      this.#watch = undefined;
    };
  }

  /** Tells the listeners if the list has changed. */
  look(): void {
    if (this.#listeners.size === 0) return;
    const clusters = this.summaries();
    const text = JSON.stringify(clusters);
    if (text === this.#told) return;
    this.#told = text;
    for (const listener of [...this.#listeners]) listener(clusters);
  }

  /** Lists a cluster as starting while `start` runs. */
  async whileStarting<T>(name: string, kind: string, start: () => Promise<T>): Promise<T> {
    const summary = startingSummary(name, kind);
    this.#starting.set(name, summary);
    this.look();
    try {
      return await start();
    } finally {
      if (this.#starting.get(name) === summary) this.#starting.delete(name);
      this.look();
    }
  }

  /** Lists a cluster as stopping while `stop` runs. */
  async whileStopping(entry: ClusterEntry, stop: () => Promise<void>): Promise<void> {
    this.#stopping.set(entry.secretFile, summaryOf(entry, 'stopping'));
    this.look();
    try {
      await stop();
    } finally {
      this.#stopping.delete(entry.secretFile);
      this.look();
    }
  }
}

export function summaryOf(entry: ClusterEntry, status: ClusterSummary['status'] = 'running'): ClusterSummary {
  const { name, kind, address, createdMs, idleTimeoutMs, user, owner, coveyVersion } = entry;
  // A kind that is not known here was started by a newer version, or is a scheduler that was started by hand.
  const isOwned = clusterKinds[kind]?.isOwned ?? true;
  return {
    ...{ name, kind, address, createdMs, idleTimeoutMs, user, coveyVersion },
    status,
    host: owner.host,
    pid: owner.pid,
    scalable: entry.control !== null && isOwned,
    attached: !isOwned,
    adaptive: entry.adaptive,
    hasLog: entry.logFile !== null,
  };
}

function startingSummary(name: string, kind: string): ClusterSummary {
  return {
    ...{ name, kind, address: '', status: 'starting', createdMs: Date.now(), idleTimeoutMs: null },
    ...{ user: userInfo().username, host: hostname(), pid: 0, coveyVersion: COVEY_VERSION },
    ...{ scalable: false, attached: false, adaptive: null, hasLog: false },
  };
}
