/** The sidebar as a widget of JupyterLab. There is to be a manager while it is seen, and it asks for nothing while it is not. */
import * as React from 'react';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { coveyIcon } from '../app/icons.js';
import { SidebarView } from './sidebar-view.js';
import type { ISidebarProps } from './sidebar-view.js';

export class ClusterSidebar extends ReactWidget {
  private readonly _props: Omit<ISidebarProps, 'isLive'>;
  private _release: (() => void) | undefined;
  private readonly _onVisibility = (): void => this._seen();

  constructor(props: Omit<ISidebarProps, 'isLive'>) {
    super();
    this._props = props;
    this.id = 'covey-clusters';
    this.addClass('jp-covey-Sidebar');
    this.title.icon = coveyIcon;
    this.title.caption = props.trans.__('Covey clusters');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', props.trans.__('Covey clusters'));
    document.addEventListener('visibilitychange', this._onVisibility);
  }

  override dispose(): void {
    document.removeEventListener('visibilitychange', this._onVisibility);
    this._release?.();
    super.dispose();
  }

  protected override render(): JSX.Element {
    return <SidebarView {...this._props} isLive={this._isLive} />;
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._seen();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._seen();
  }

  /** Who opens it by the keyboard goes on here: at the first cluster, or at what can be done without one. */
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    const { node } = this;
    if (node.contains(document.activeElement)) return;
    const first = node.querySelector<HTMLElement>('.jp-covey-Card-title') ?? node.querySelector<HTMLElement>('button');
    first?.focus();
  }

  private get _isLive(): boolean {
    return this.isVisible && document.visibilityState === 'visible';
  }

  private _seen(): void {
    if (this._isLive) this._release ??= this._hold();
    else {
      this._release?.();
      this._release = undefined;
    }
    this.update();
  }

  private _hold(): () => void {
    const { manager, store } = this._props;
    const releases = [manager.need(), store.shown.hold()];
    return () => {
      for (const release of releases) release();
    };
  }
}
