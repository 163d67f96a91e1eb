/** The notebook's cluster in its toolbar: which it is, and a menu to choose another. */
import * as React from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { MessageLoop } from '@lumino/messaging';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { coveyIcon } from '../app/icons.js';
import type { ClusterStore } from '../clusters/cluster-store.js';
import type { CoveyNotebook } from './covey-notebook.js';
import { usedReason } from './used-reason.js';

export class ClusterItem extends ReactWidget {
  private readonly _remove: (() => void)[];
  private _hide: (() => void) | undefined;

  constructor(
    private readonly _notebook: CoveyNotebook,
    private readonly _store: ClusterStore,
    private readonly _trans: TranslationBundle,
    private readonly _choose: (button: HTMLElement) => void,
  ) {
    super();
    this.addClass('jp-covey-ClusterItem');
    const changed = (): void => {
      this.setHidden(!_notebook.isCovey);
      this._follow();
      this.update();
    };
    document.addEventListener('visibilitychange', changed);
    this._remove = [
      _notebook.changed.add(changed),
      _store.changed.add(changed),
      () => document.removeEventListener('visibilitychange', changed),
    ];
    changed();
  }

  override dispose(): void {
    for (const remove of this._remove) remove();
    this._hide?.();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._follow();
    this._askForRoom();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._follow();
  }

  protected override render(): JSX.Element {
    const { label, caption, isMissing } = this._look();
    return (
      <button
        className={`jp-covey-ClusterItem-button ${isMissing ? 'jp-covey-ClusterItem-missing' : ''}`}
        title={caption}
        aria-label={caption}
        aria-haspopup="menu"
        onClick={(event) => this._choose(event.currentTarget)}
      >
        {isMissing ? (
          <span className="jp-covey-ClusterItem-mark" aria-hidden="true">
            ✗
          </span>
        ) : (
          <coveyIcon.react tag="span" stylesheet="toolbarButton" />
        )}
        <span className="jp-covey-ClusterItem-label">{label}</span>
      </button>
    );
  }

  /** JupyterLab's toolbars look for what doesn't fit when they are resized, not when an item is shown. */
  private _askForRoom(): void {
    const toolbar = this.parent;
    if (toolbar === null) return;
    const { clientWidth, clientHeight } = toolbar.node;
    MessageLoop.postMessage(toolbar, new Widget.ResizeMessage(clientWidth, clientHeight));
  }

  /** Whether the notebook's cluster runs is shown here: the list is followed while this is seen. */
  private _follow(): void {
    if (this.isVisible && document.visibilityState === 'visible') this._hide ??= this._store.shown.hold();
    else {
      this._hide?.();
      this._hide = undefined;
    }
  }

  private _look(): { label: string; caption: string; isMissing: boolean } {
    const { _notebook: notebook, _trans: trans, _store: store } = this;
    const named = notebook.cluster;
    const { used } = notebook;
    if (named !== undefined) {
      const isMissing = store.entries !== undefined && store.find(named) === undefined;
      return {
        label: named,
        caption: isMissing
          ? trans.__('This notebook uses the cluster %1, which is not running. Choose another, or start it.', named)
          : trans.__('This notebook uses the cluster %1. Choose another.', named),
        isMissing,
      };
    }
    const cluster = used?.cluster;
    if (cluster == null) {
      return {
        label: trans.__('No cluster'),
        caption: trans.__('This notebook names no cluster: its first use of executor chooses one. Choose a cluster.'),
        isMissing: false,
      };
    }
    const caption = trans.__(
      'This notebook uses the cluster %1, since %2. Choose another.',
      cluster,
      usedReason(used?.reason ?? '', trans),
    );
    return { label: cluster, caption, isMissing: false };
  }
}
