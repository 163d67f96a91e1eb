/** Tells that a notebook's kernel is of another version of Covey than this extension: of each kernel once. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { skewText } from '../app/skew-text.js';
import type { BridgeSkew } from '@covey/protocol/bridge';
import type { SkewedWelcome } from '../bridge/bridge-client.js';
import { version } from '../version.js';
import type { CoveyNotebook } from './covey-notebook.js';

const RESTART_KERNEL = 'notebook:restart-kernel';

export class SkewTeller {
  private readonly _told = new Set<string>();

  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _trans: TranslationBundle,
  ) {}

  tell({ panel }: CoveyNotebook, welcome: SkewedWelcome): void {
    const { older, works } = welcome.skew;
    // One extension is older than all of the newer kernels.
    const teller = older === 'front-end' ? older : (panel.sessionContext.session?.kernel?.id ?? '');
    if (this._told.has(teller)) return;
    this._told.add(teller);
    const options: Notification.IOptions<null> = {
      autoClose: false,
      actions: [this._remedy(panel, older), this._explanation(welcome)],
    };
    const text = this._text(panel.title.label, welcome);
    if (works) Notification.warning(text, options);
    else Notification.error(text, options);
  }

  /** JupyterLab shows 140 characters. */
  private _text(notebook: string, { skew, covey }: SkewedWelcome): string {
    const trans = this._trans;
    return skew.older === 'kernel'
      ? trans.__('%3: the kernel is of Covey %1, older than this extension (%2).', covey, version, notebook)
      : trans.__('%3: the kernel is of Covey %1, newer than this extension (%2).', covey, version, notebook);
  }

  /** Helps when the older side was updated meanwhile. */
  private _remedy(panel: NotebookPanel, older: BridgeSkew['older']): Notification.IAction {
    const { shell, commands } = this._app;
    const trans = this._trans;
    if (older === 'front-end') {
      return { label: trans.__('Reload the page'), callback: () => window.location.reload() };
    }
    return {
      label: trans.__('Restart the kernel'),
      callback: () => {
        shell.activateById(panel.id);
        void commands.execute(RESTART_KERNEL);
      },
    };
  }

  private _explanation(welcome: SkewedWelcome): Notification.IAction {
    const trans = this._trans;
    return {
      label: trans.__('How to update'),
      callback: () =>
        void showDialog({
          title: trans.__('Versions of Covey'),
          body: skewText(welcome, 'notebook', trans),
          buttons: [Dialog.okButton()],
        }),
    };
  }
}
