/** A cluster's log, to read and to save. */
import { MainAreaWidget, ToolbarButton } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { downloadIcon, refreshIcon } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import { coveyIcon } from '../app/icons.js';

const SHOWN_LINES = 2_000;
const SAVED_LINES = 100_000;

export function logWidget(
  cluster: string,
  read: (lines: number) => Promise<readonly string[]>,
  trans: TranslationBundle,
): MainAreaWidget {
  const content = new Widget({ node: document.createElement('pre') });
  content.addClass('jp-covey-Log');
  content.node.tabIndex = 0;
  content.node.setAttribute('aria-label', trans.__('Log of %1', cluster));
  const widget = new MainAreaWidget({ content });
  widget.title.label = trans.__('Log of %1', cluster);
  widget.title.icon = coveyIcon;
  const show = async (): Promise<void> => {
    try {
      content.node.textContent = (await read(SHOWN_LINES)).join('\n') || trans.__('The log is empty.');
      content.node.scrollTop = content.node.scrollHeight;
    } catch (error) {
      content.node.textContent = trans.__('The log can’t be read: %1', (error as Error).message);
    }
  };
  const save = async (): Promise<void> => {
    const url = URL.createObjectURL(new Blob([(await read(SAVED_LINES)).join('\n')], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${cluster}.log`;
    link.click();
    URL.revokeObjectURL(url);
  };
  const button = (label: string, icon: typeof refreshIcon, onClick: () => Promise<void>): ToolbarButton =>
    new ToolbarButton({ label, icon, tooltip: label, onClick: () => void onClick() });
  widget.toolbar.addItem('refresh', button(trans.__('Read again'), refreshIcon, show));
  widget.toolbar.addItem('save', button(trans.__('Save'), downloadIcon, save));
  void show();
  return widget;
}
