/** A line under each cell that runs on a cluster: where it runs, and the button that cancels it. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CoveyNotebook } from './covey-notebook.js';

const CLASS = 'jp-covey-CellBar';

export function showCellBars(
  notebook: CoveyNotebook,
  trans: TranslationBundle,
  onFailure: (error: unknown) => void,
): void {
  const show = (): void => {
    for (const cell of notebook.panel.content.widgets) {
      const { id } = cell.model;
      const submitted = notebook.submitted(id);
      const present = cell.node.querySelector<HTMLElement>(`:scope > .${CLASS}`);
      if (submitted?.state !== 'pending') {
        const hadFocus = present?.contains(document.activeElement) === true;
        present?.remove();
        // The button was pressed by the keyboard, which goes on in the notebook.
        if (hadFocus) notebook.panel.content.activate();
      } else if (present?.dataset['key'] !== submitted.key) {
        present?.remove();
        cell.node.append(
          cellBar(submitted.key, trans.__('Runs on %1', submitted.cluster), trans.__('Cancel'), () => {
            notebook.cancel(id).catch(onFailure);
          }),
        );
      }
    }
  };
  notebook.changed.add(show);
}

function cellBar(key: string, text: string, label: string, cancel: () => void): HTMLElement {
  const bar = document.createElement('div');
  bar.className = CLASS;
  bar.dataset['key'] = key;
  bar.setAttribute('role', 'status');
  const spinner = document.createElement('span');
  spinner.className = 'jp-covey-Spinner';
  spinner.setAttribute('aria-hidden', 'true');
  const words = document.createElement('span');
  words.textContent = text;
  const button = document.createElement('button');
  button.className = 'jp-covey-Button';
  button.textContent = label;
  button.addEventListener('click', cancel);
  bar.append(spinner, words, button);
  return bar;
}
