/** A cluster's log, to read and to save. */
import { MainAreaWidget, ToolbarButton } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { downloadIcon, refreshIcon } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import { failureText } from '../app/failure-text.js';
import { coveyIcon } from '../app/icons.js';
import { tellFailure } from '../app/tell-failure.js';

const SHOWN_LINES = 2_000;
const SAVED_LINES = 100_000;

export function logWidget(
  cluster: string,
  read: (lines: number) => Promise<readonly string[]>,
  trans: TranslationBundle,
): MainAreaWidget {
  // Lab makes the content itself no stop of the keyboard's; what scrolls must be one.
  const content = new Widget();
  content.addClass('jp-covey-LogHost');
  const text = document.createElement('pre');
  text.className = 'jp-covey-Log';
  text.tabIndex = 0;
  text.setAttribute('role', 'region');
  text.setAttribute('aria-label', trans.__('Log of %1', cluster));
  content.node.append(text);
  const widget = new MainAreaWidget({ content });
  widget.addClass('jp-covey-LogPanel');
  widget.title.label = trans.__('Log of %1', cluster);
  widget.title.icon = coveyIcon;
  const show = async (): Promise<void> => {
    try {
      text.textContent = (await read(SHOWN_LINES)).join('\n') || trans.__('The log is empty.');
      text.scrollTop = text.scrollHeight;
    } catch (error) {
      text.textContent = trans.__('The log can’t be read: %1', failureText(error, trans));
    }
  };
  const save = async (): Promise<void> => {
    try {
      const url = URL.createObjectURL(new Blob([(await read(SAVED_LINES)).join('\n')], { type: 'text/plain' }));
      const link = document.createElement('a');
      link.href = url;
      link.download = `${cluster}.log`;
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      tellFailure(trans.__('The log was not saved'), error, trans);
    }
  };
  const button = (label: string, icon: typeof refreshIcon, onClick: () => Promise<void>): ToolbarButton =>
    new ToolbarButton({ label, icon, tooltip: label, onClick: () => void onClick() });
  widget.toolbar.addItem('refresh', button(trans.__('Read again'), refreshIcon, show));
  widget.toolbar.addItem('save', button(trans.__('Save'), downloadIcon, save));
  void show();
  return widget;
}
