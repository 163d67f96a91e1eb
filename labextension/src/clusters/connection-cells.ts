/** Connection code on its way into notebooks: inserted, or pulled there. */
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
export function insertCell(panel: NotebookPanel, code: string): void {
  const notebook = panel.content;
  const { activeCell } = notebook;
  const isEmpty = activeCell?.model.type === 'code' && activeCell.model.sharedModel.getSource().trim() === '';
  if (!isEmpty) NotebookActions.insertAbove(notebook);
  notebook.activeCell?.model.sharedModel.setSource(code);
}

/** What is pulled. */
export interface IPull {
  readonly code: () => Promise<string>;
  readonly label: string;
  /** It was let go over a notebook that does not take it. */
  readonly refused: () => void;
}

/**
 * Follows a pointer that went down on a cluster: when it is pulled, it carries a cell (for notebooks) and text (for
 * editors). Only a notebook of Covey's kernel takes it.
 */
export function watchForPull(tracker: INotebookTracker | null, down: PointerEvent, pull: IPull): void {
  if (down.button !== 0) return;
  // Asked for at once, so that it is there when the pull begins.
  const coming = pull.code();
  coming.catch(() => undefined);
  const move = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < PULL_PX) return;
    stop();
    void coming.then(
      (text) => startDrag(tracker, event, text, pull),
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
  { label, refused }: IPull,
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
  let isRefused = false;
  // Heard on its way down, before the notebook takes it.
  const guard = (event: Event): void => {
    const panel = tracker?.find(({ node }) => event.target instanceof Node && node.contains(event.target));
    isRefused = panel !== undefined && !speaksCovey(panel);
    if (!isRefused) return;
    event.preventDefault();
    event.stopPropagation();
    (event as Drag.Event).dropAction = 'none';
  };
  for (const type of DRAG_EVENTS) document.addEventListener(type, guard, true);
  void drag.start(clientX, clientY).then((action) => {
    for (const type of DRAG_EVENTS) document.removeEventListener(type, guard, true);
    drag.dispose();
    if (action === 'none' && isRefused) refused();
  });
}
