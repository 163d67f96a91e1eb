/** Tells that a notebook's kernel is of another version of Covey than this extension: of each kernel once. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { skewText } from '../app/skew-text.js';
import type { SkewedWelcome } from '../bridge/bridge-client.js';
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
    const { shell, commands } = this._app;
    const trans = this._trans;
    const remedy =
      older === 'front-end'
        ? { label: trans.__('Reload the page'), callback: () => window.location.reload() }
        : {
            label: trans.__('Restart the kernel'),
            callback: () => {
              shell.activateById(panel.id);
              void commands.execute(RESTART_KERNEL);
            },
          };
    const text = `${panel.title.label}: ${skewText(welcome, 'notebook', trans)}`;
    const options: Notification.IOptions<null> = { autoClose: false, actions: [remedy] };
    if (works) Notification.warning(text, options);
    else Notification.error(text, options);
  }
}
