/**
 * What is known of clusters: the registry's list by the manager, and a line of live figures for each that somebody
 * looks at. Knows neither JupyterLab nor the DOM.
 */
import type { ClusterSummary, Overview } from '@covey/protocol/bridge';
import type { BridgeClient } from '../bridge/bridge-client.js';
import { BridgeFigureSource } from '../bridge/figure-source.js';
import type { ClientWanted } from '../bridge/figure-source.js';
import { Listeners } from '../bridge/listeners.js';

const RETRY_MS = 5_000;

export interface IClusterEntry {
  readonly summary: ClusterSummary;
  readonly overview: Overview | undefined;
}

export class ClusterStore {
  readonly changed = new Listeners<void>();
  private readonly _clientWanted: ClientWanted;
  private _entries: readonly IClusterEntry[] | undefined;
  private readonly _looks = new Map<string, { count: number; stop: AbortController }>();

  constructor(clientWanted: ClientWanted) {
    this._clientWanted = clientWanted;
  }

  /** By name; nothing while they were never heard. The same array until something changes. */
  get entries(): readonly IClusterEntry[] | undefined {
    return this._entries;
  }

  find(name: string): IClusterEntry | undefined {
    return this._entries?.find(({ summary }) => summary.name === name);
  }

  /** Takes the list of this client from now on. */
  follow(client: BridgeClient): void {
    client.clustersChanged.add((clusters) => this.set(clusters));
    client.watch(true);
    // A client that was closed meanwhile is followed by another one.
    client.call('clusters', null).then(
      (clusters) => this.set(clusters),
      () => undefined,
    );
  }

  set(clusters: readonly ClusterSummary[]): void {
    this._entries = clusters
      .map((summary) => ({ summary, overview: this._overviewOf(summary) }))
      .sort((a, b) => compareNames(a.summary.name, b.summary.name));
    this.changed.emit();
  }

  /**
   * Keeps the figures of a cluster fresh, as long as somebody looks.
   * @returns ends it.
   */
  look(name: string): () => void {
    const look = this._looks.get(name) ?? this._beginLook(name);
    look.count += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      look.count -= 1;
      if (look.count > 0) return;
      look.stop.abort();
      this._looks.delete(name);
    };
  }

  private _beginLook(name: string): { count: number; stop: AbortController } {
    const look = { count: 0, stop: new AbortController() };
    this._looks.set(name, look);
    void this._pullOverviews(name, look.stop.signal);
    return look;
  }

  private async _pullOverviews(name: string, signal: AbortSignal): Promise<void> {
    const source = new BridgeFigureSource(name, this._clientWanted);
    while (!signal.aborted) {
      try {
        for (let cursor = 0; ;) {
          const batch = await source.pull('overview', cursor, signal);
          cursor = batch.cursor;
          this._setOverview(name, batch.json as Overview);
        }
      } catch {
        // The cluster does not answer, or nobody looks any more: until it does, its line shows what the list says.
        if (!signal.aborted) this._setOverview(name, undefined);
      }
      await pause(RETRY_MS, signal);
    }
    source.dispose();
  }

  private _setOverview(name: string, overview: Overview | undefined): void {
    this._entries = this._entries?.map((entry) => (entry.summary.name === name ? { ...entry, overview } : entry));
    this.changed.emit();
  }

  private _overviewOf({ name, address }: ClusterSummary): Overview | undefined {
    const known = this.find(name);
    return known?.summary.address === address ? known.overview : undefined;
  }
}

/** `cluster-2` before `cluster-10`. */
function compareNames(a: string, b: string): number {
  return a.localeCompare(b, undefined, { numeric: true });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
