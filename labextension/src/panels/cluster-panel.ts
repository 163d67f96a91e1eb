/** A plot of one cluster as a widget of JupyterLab: it works while it can be seen, and rests otherwise. */
import type { Panel, PanelContext, PanelDescription, TaskReference } from '@covey/dashboard';
import { LabIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { PanelLayout, Widget } from '@lumino/widgets';
import type { IUsedSource } from '../bridge/figure-sources.js';
import { ManagerNoticeWidget } from '../manager/manager-notice-view.js';
import type { ICovey } from '../tokens.js';

export interface IClusterPanelOptions {
  readonly description: PanelDescription;
  readonly cluster: string;
  readonly covey: ICovey;
  readonly theme: NonNullable<PanelContext['theme']> | undefined;
  /** Starts the manager kernel. */
  readonly start: () => void;
  readonly openTask: (task: TaskReference) => void;
  readonly task: TaskReference | undefined;
}

export class ClusterPanel extends Widget {
  readonly cluster: string;
  readonly description: PanelDescription;
  /** Of the task page: what it shows. */
  task: TaskReference | undefined;
  private readonly _options: IClusterPanelOptions;
  private readonly _used: IUsedSource;
  private readonly _host = new Widget();
  private _panel: Panel | undefined;
  private readonly _onVisibility = (): void => this._showOrHide();

  constructor(options: IClusterPanelOptions) {
    super();
    const { description, cluster, covey, start } = options;
    const { trans } = covey;
    this._options = options;
    this.cluster = cluster;
    this.description = description;
    this.task = options.task;
    this._used = covey.sources.use(cluster);
    this.id = panelId(description.id, cluster);
    this.addClass('jp-covey-Panel');
    const title = description.title(trans);
    this.title.label = title;
    this.title.caption = trans.__('%1 of the cluster %2', title, cluster);
    this.title.icon = new LabIcon({ name: `covey:panel-${description.id}`, svgstr: description.icon });
    this.title.closable = true;
    this.node.tabIndex = -1;
    const layout = new PanelLayout();
    layout.addWidget(new ManagerNoticeWidget(covey.manager, start, trans));
    this._host.addClass('jp-covey-Panel-host');
    layout.addWidget(this._host);
    this.layout = layout;
    document.addEventListener('visibilitychange', this._onVisibility);
  }

  /** Where there are plots of more clusters than one, the tab says whose it is. */
  nameCluster(isNamed: boolean): void {
    const title = this.description.title(this._options.covey.trans);
    this.title.label = isNamed ? `${title}: ${this.cluster}` : title;
  }

  showTask(task: TaskReference): void {
    this.task = task;
    this._panel?.showTask?.(task);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    document.removeEventListener('visibilitychange', this._onVisibility);
    this._panel?.dispose();
    this._used.release();
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
    const { description, theme, covey, openTask } = this._options;
    return description.create(this._host.node, {
      source: this._used.source,
      translate: covey.trans,
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
