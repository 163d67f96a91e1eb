/**
 * What is known of clusters: the registry's list by the manager, and a line of live figures for each that somebody
 * looks at. Knows neither JupyterLab nor the DOM.
 */
import { feedOf } from '@covey/dashboard';
import type { ClusterSummary, Overview } from '@covey/protocol/bridge';
import type { BridgeClient } from '../bridge/bridge-client.js';
import type { FigureSources } from '../bridge/figure-sources.js';
import { Holds } from '../bridge/holds.js';
import { Listeners } from '../bridge/listeners.js';

export interface IClusterEntry {
  readonly summary: ClusterSummary;
  readonly overview: Overview | undefined;
}

export class ClusterStore {
  readonly changed = new Listeners<void>();
  /** Who shows the list. While nobody does the manager does not look after it. */
  readonly shown = new Holds();
  private readonly _sources: FigureSources;
  private _entries: readonly IClusterEntry[] | undefined;
  private _client: BridgeClient | undefined;
  private readonly _looks = new Map<string, { count: number; readonly stop: () => void }>();

  constructor(sources: FigureSources) {
    this._sources = sources;
    this.shown.changed.add((isShown) => this._client?.watch(isShown));
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
    this._client = client;
    client.clustersChanged.add((clusters) => this.set(clusters));
    if (this.shown.isHeld) client.watch(true);
    // Of a client that is lost meanwhile the next one is asked.
    this.read(client).catch(() => undefined);
  }

  /** The list as it is now: also where nobody shows it, and what is known may be old. */
  async read(client: BridgeClient): Promise<readonly IClusterEntry[]> {
    this.set(await client.call('clusters', null));
    return this._entries ?? [];
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
      look.stop();
      this._looks.delete(name);
    };
  }

  private _beginLook(name: string): { count: number; readonly stop: () => void } {
    const { source, release } = this._sources.use(name);
    const feed = feedOf(source);
    const unwatch = feed.watch(['overview'], () => {
      // Of a cluster that does not answer the line shows what the list says.
      const isInterrupted = feed.status(['overview']).phase === 'interrupted';
      this._setOverview(name, isInterrupted ? undefined : feed.store.overview);
    });
    const stop = (): void => {
      unwatch();
      release();
    };
    const look = { count: 0, stop };
    this._looks.set(name, look);
    return look;
  }

  private _setOverview(name: string, overview: Overview | undefined): void {
    if (this.find(name)?.overview === overview) return;
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
