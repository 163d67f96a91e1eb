/** A plot of one cluster as a widget of JupyterLab: it works while it can be seen, and rests otherwise. */
import type { Panel, PanelContext, PanelDescription, TaskReference } from '@covey/dashboard';
import type { TranslationBundle } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { BridgeFigureSource } from '../bridge/figure-source.js';
import type { ClientWanted } from '../bridge/figure-source.js';

export interface IClusterPanelOptions {
  readonly description: PanelDescription;
  readonly cluster: string;
  readonly clientWanted: ClientWanted;
  readonly theme: NonNullable<PanelContext['theme']> | undefined;
  readonly trans: TranslationBundle;
  readonly openTask: (task: TaskReference) => void;
  readonly task: TaskReference | undefined;
}

export class ClusterPanel extends Widget {
  readonly cluster: string;
  readonly description: PanelDescription;
  /** Of the task page: what it shows. */
  task: TaskReference | undefined;
  private readonly _options: IClusterPanelOptions;
  private readonly _source: BridgeFigureSource;
  private _panel: Panel | undefined;
  private readonly _onVisibility = (): void => this._showOrHide();

  constructor(options: IClusterPanelOptions) {
    super();
    const { description, cluster, trans } = options;
    this._options = options;
    this.cluster = cluster;
    this.description = description;
    this.task = options.task;
    this._source = new BridgeFigureSource(cluster, options.clientWanted);
    this.id = panelId(description.id, cluster);
    this.addClass('jp-covey-Panel');
    const title = description.title(trans);
    this.title.label = `${title}: ${cluster}`;
    this.title.caption = trans.__('%1 of the cluster %2', title, cluster);
    this.title.icon = new LabIcon({ name: `covey:panel-${description.id}`, svgstr: description.icon });
    this.title.closable = true;
    this.node.tabIndex = -1;
    document.addEventListener('visibilitychange', this._onVisibility);
  }

  showTask(task: TaskReference): void {
    this.task = task;
    this._panel?.showTask?.(task);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    document.removeEventListener('visibilitychange', this._onVisibility);
    this._panel?.dispose();
    this._source.dispose();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._showOrHide();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._showOrHide();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._showOrHide();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.focus();
  }

  private _showOrHide(): void {
    if (this.isDisposed) return;
    const isSeen = this.isVisible && document.visibilityState === 'visible';
    if (isSeen) this._panel ??= this._create();
    this._panel?.setVisible(isSeen);
  }

  private _create(): Panel {
    const { description, theme, trans, openTask } = this._options;
    return description.create(this.node, {
      source: this._source,
      translate: trans,
      ...(theme === undefined ? {} : { theme }),
      openTask,
      ...(this.task === undefined ? {} : { task: this.task }),
      onTask: (task) => {
        this.task = task;
      },
    });
  }
}

export function panelId(panel: string, cluster: string): string {
  return `covey-panel:${panel}:${cluster}`;
}
