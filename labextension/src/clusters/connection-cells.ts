/** Connection code on its way into notebooks: inserted, or pulled there. */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';

const CELLS = 'application/vnd.jupyter.cells';
/** A pull begins when the pointer has gone so far. */
const PULL_PX = 6;

/** Into the active cell when that is empty, else into a new one above it. */
export function insertCell(panel: NotebookPanel, code: string): void {
  const notebook = panel.content;
  const { activeCell } = notebook;
  const isEmpty = activeCell?.model.type === 'code' && activeCell.model.sharedModel.getSource().trim() === '';
  if (!isEmpty) NotebookActions.insertAbove(notebook);
  notebook.activeCell?.model.sharedModel.setSource(code);
}

/**
 * Follows a pointer that went down on a cluster: when it is pulled, it carries a cell (for notebooks) and text (for
 * editors).
 */
export function watchForPull(
  tracker: INotebookTracker | null,
  down: PointerEvent,
  code: () => Promise<string>,
  label: string,
): void {
  if (down.button !== 0) return;
  // Asked for at once, so that it is there when the pull begins.
  const coming = code();
  coming.catch(() => undefined);
  const move = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < PULL_PX) return;
    stop();
    void coming.then(
      (text) => startDrag(tracker, event, text, label),
      () => undefined,
    );
  };
  const stop = (): void => {
    document.removeEventListener('pointermove', move);
    document.removeEventListener('pointerup', stop);
  };
  document.addEventListener('pointermove', move);
  document.addEventListener('pointerup', stop);
}

function startDrag(
  tracker: INotebookTracker | null,
  { clientX, clientY }: PointerEvent,
  code: string,
  label: string,
): void {
  const mimeData = new MimeData();
  mimeData.setData(CELLS, [{ cell_type: 'code', source: code, metadata: {}, outputs: [], execution_count: null }]);
  mimeData.setData('text/plain', code);
  const dragImage = document.createElement('div');
  dragImage.className = 'jp-covey-DragImage';
  dragImage.textContent = label;
  // A notebook takes for its own whatever is pulled without a source.
  const drag = new Drag({
    mimeData,
    dragImage,
    supportedActions: 'copy',
    proposedAction: 'copy',
    source: tracker ?? undefined,
  });
  void drag.start(clientX, clientY).then(() => drag.dispose());
}
