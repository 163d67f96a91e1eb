import { CodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

/** The outputs of a notebook's code cells, by the id of the cell. */
export function* codeOutputs(panel: NotebookPanel): Generator<[string, CodeCellModel['outputs']]> {
  if (panel.isDisposed || panel.model === null) return;
  for (const cell of panel.model.cells) if (cell instanceof CodeCellModel) yield [cell.id, cell.outputs];
}
