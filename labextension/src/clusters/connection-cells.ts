/** Connection code on its way into notebooks: inserted, or pulled there. It is TypeScript, so only such notebooks take it. */
import { connectionCode } from '@covey/protocol/bridge';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';
import { speaksCovey } from '../notebook/speaks-covey.js';

const CELLS = 'application/vnd.jupyter.cells';
/** A pull begins when the pointer has gone so far. */
const PULL_PX = 6;
const DRAG_EVENTS = ['lm-dragenter', 'lm-dragover', 'lm-drop'] as const;

/** Into the active cell when that is empty, else into a new one above it. */
export function insertConnection(panel: NotebookPanel, cluster: string): void {
  const notebook = panel.content;
  const { activeCell } = notebook;
  const isEmpty = activeCell?.model.type === 'code' && activeCell.model.sharedModel.getSource().trim() === '';
  if (!isEmpty) NotebookActions.insertAbove(notebook);
  notebook.activeCell?.model.sharedModel.setSource(connectionCode(cluster));
}

/**
 * Follows a pointer that went down on a cluster: when it is pulled, it carries a cell (for notebooks) and text (for
 * editors).
 * @param refused it was dropped on a notebook of another language.
 */
export function watchForPull(
  tracker: INotebookTracker | null,
  down: PointerEvent,
  cluster: string,
  refused: () => void,
): void {
  if (down.button !== 0) return;
  const move = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < PULL_PX) return;
    stop();
    void drag(tracker, event, cluster, refused);
  };
  const stop = (): void => {
    document.removeEventListener('pointermove', move);
    document.removeEventListener('pointerup', stop);
  };
  document.addEventListener('pointermove', move);
  document.addEventListener('pointerup', stop);
}

async function drag(
  tracker: INotebookTracker | null,
  { clientX, clientY }: PointerEvent,
  cluster: string,
  refused: () => void,
): Promise<void> {
  const source = connectionCode(cluster);
  const mimeData = new MimeData();
  mimeData.setData(CELLS, [{ cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null }]);
  mimeData.setData('text/plain', source);
  const dragImage = document.createElement('div');
  dragImage.className = 'jp-covey-DragImage';
  dragImage.textContent = cluster;
  // A notebook takes for its own whatever is pulled without a source.
  const own = new Drag({
    mimeData,
    dragImage,
    supportedActions: 'copy',
    proposedAction: 'copy',
    source: tracker ?? undefined,
  });
  // Notebooks take any cell: those of other languages don't get to see it, and stay what it is over.
  let over: NotebookPanel | undefined;
  const keepAway = (event: Event): void => {
    over = tracker?.find((panel) => panel.node.contains(event.target as Node) && !speaksCovey(panel));
    if (over === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    (event as Drag.Event).dropAction = 'none';
  };
  for (const type of DRAG_EVENTS) document.addEventListener(type, keepAway, true);
  try {
    const action = await own.start(clientX, clientY);
    if (action === 'none' && over !== undefined) refused();
  } finally {
    for (const type of DRAG_EVENTS) document.removeEventListener(type, keepAway, true);
    own.dispose();
  }
}
