/** Clusters in the status bar: how many workers, how much memory. Asks for figures only while the page is shown. */
import { formatBytes } from '@covey/protocol/bridge';
import * as React from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import { coveyIcon } from '../app/icons.js';
import type { ICovey } from '../tokens.js';

/** With more clusters than this, the item counts them only. */
const LOOKED_AT = 3;

export class StatusItem extends ReactWidget {
  readonly activeChanged = new Signal<this, void>(this);
  private readonly _looks = new Map<string, () => void>();
  private readonly _update = (): void => this._follow();
  private readonly _remove: () => void;
  private _hide: (() => void) | undefined;

  constructor(
    private readonly _covey: ICovey,
    private readonly _open: () => void,
  ) {
    super();
    this.addClass('jp-covey-StatusItem');
    this._remove = _covey.clusters.changed.add(this._update);
    document.addEventListener('visibilitychange', this._update);
    this._follow();
  }

  get hasClusters(): boolean {
    return this._names.length > 0;
  }

  override dispose(): void {
    this._remove();
    document.removeEventListener('visibilitychange', this._update);
    for (const stop of this._looks.values()) stop();
    this._hide?.();
    super.dispose();
  }

  protected override render(): JSX.Element {
    const { trans, clusters } = this._covey;
    const names = this._names;
    const overviews = names.flatMap((name) => clusters.find(name)?.overview ?? []);
    const sum = (of: (overview: (typeof overviews)[number]) => number): number =>
      overviews.reduce((total, overview) => total + of(overview), 0);
    const title = names.length === 1 ? (names[0] ?? '') : trans._n('%1 cluster', '%1 clusters', names.length);
    const figures =
      overviews.length < names.length
        ? ''
        : `: ${trans._n(
            '%1 worker',
            '%1 workers',
            sum(({ workers }) => workers),
          )}, ${formatBytes(sum(({ memory }) => memory.process))}`;
    return (
      <button className="jp-covey-StatusItem-button" title={trans.__('Show Covey clusters')} onClick={this._open}>
        <coveyIcon.react tag="span" stylesheet="statusBar" />
        <span className="jp-covey-StatusItem-text">
          <span className="jp-covey-StatusItem-name">{title}</span>
          <span>{figures}</span>
        </span>
      </button>
    );
  }

  private get _names(): string[] {
    return (this._covey.clusters.entries ?? []).map(({ summary }) => summary.name);
  }

  private _follow(): void {
    const entries = this._covey.clusters.entries ?? [];
    const isSeen = document.visibilityState === 'visible';
    // The list is followed while the page is seen: the item comes with the first cluster.
    if (isSeen) this._hide ??= this._covey.clusters.shown.hold();
    else {
      this._hide?.();
      this._hide = undefined;
    }
    const isLive = isSeen && entries.length <= LOOKED_AT;
    const wanted = new Set(
      isLive ? entries.flatMap(({ summary }) => (summary.status === 'running' ? [summary.name] : [])) : [],
    );
    for (const [name, stop] of this._looks) {
      if (wanted.has(name)) continue;
      this._looks.delete(name);
      stop();
    }
    for (const name of wanted) {
      if (!this._looks.has(name)) this._looks.set(name, this._covey.clusters.look(name));
    }
    this.activeChanged.emit();
    this.update();
  }
}
