import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IToolbarWidgetRegistry, Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';
import { CommandIds } from '../app/command-ids.js';
import { submitIcon } from '../app/icons.js';
import { tellFailure } from '../app/tell-failure.js';
import { showCellBars } from '../notebook/cell-bars.js';
import { openClusterChoice } from '../notebook/cluster-choice.js';
import { ClusterItem } from '../notebook/cluster-item.js';
import { CoveyNotebook } from '../notebook/covey-notebook.js';
import { SkewTeller } from '../notebook/tell-skew.js';
import { hasSubmitMagic, toggleSubmitMagic } from '../notebook/submit-magic.js';
import { ICovey } from '../tokens.js';

/** The notebook's cluster in its toolbar, and cells that run there. */
export const notebookPlugin: JupyterFrontEndPlugin<void> = {
  id: '@covey/labextension:notebook',
  description: 'The cluster of a notebook, and cells that run on it.',
  autoStart: true,
  requires: [ICovey, INotebookTracker],
  optional: [IToolbarWidgetRegistry],
  activate: (
    app: JupyterFrontEnd,
    covey: ICovey,
    tracker: INotebookTracker,
    toolbars: IToolbarWidgetRegistry | null,
  ) => {
    const { trans, clusters } = covey;
    const notebooks = new Map<NotebookPanel, CoveyNotebook>();
    const skews = new SkewTeller(app, trans);
    const notify = (): void => {
      for (const id of [CommandIds.submitCell, CommandIds.cancelCell, CommandIds.alwaysSubmitCell]) {
        if (app.commands.hasCommand(id)) app.commands.notifyCommandChanged(id);
      }
    };
    const of = (panel: NotebookPanel): CoveyNotebook => {
      const known = notebooks.get(panel);
      if (known !== undefined) return known;
      const notebook = new CoveyNotebook(panel, covey.displays);
      notebooks.set(panel, notebook);
      panel.disposed.connect(() => notebooks.delete(panel));
      showCellBars(notebook, trans, (error) => tellFailure(trans.__('The cell was not cancelled'), error, trans));
      notebook.changed.add(notify);
      notebook.skewed.add((welcome) => skews.tell(notebook, welcome));
      notebook.clusterMissed.add((name) => offerToStart(app, covey, name));
      return notebook;
    };
    tracker.currentChanged.connect(notify);
    tracker.activeCellChanged.connect(notify);
    tracker.selectionChanged.connect(notify);
    tracker.widgetAdded.connect((_, panel) => of(panel));
    tracker.forEach((panel) => of(panel));
    toolbars?.addFactory('Notebook', 'covey-cluster', (panel: Widget) => {
      const notebook = of(panel as NotebookPanel);
      return new ClusterItem(
        notebook,
        clusters,
        trans,
        (button) => void openClusterChoice(app, covey, notebook, button),
      );
    });
    addCommands(app, covey, () => (tracker.currentWidget === null ? undefined : of(tracker.currentWidget)));
  },
};

function addCommands(app: JupyterFrontEnd, { trans }: ICovey, current: () => CoveyNotebook | undefined): void {
  const { commands } = app;
  const describedBy = { args: { type: 'object', properties: {} } };
  const isCovey = (): boolean => current()?.isCovey === true;
  const activeCell = (): string | undefined => current()?.panel.content.activeCell?.model.id;
  const isPending = (): boolean => current()?.submitted(activeCell() ?? '')?.state === 'pending';
  commands.addCommand(CommandIds.submitCell, {
    label: trans.__('Run Selected Cells on the Cluster'),
    caption: trans.__('Run this cell on the cluster'),
    icon: submitIcon,
    describedBy,
    isEnabled: () => current()?.canSubmit === true,
    isVisible: isCovey,
    execute: () => current()?.submit(),
  });
  commands.addCommand(CommandIds.cancelCell, {
    label: trans.__('Cancel the Cell on the Cluster'),
    describedBy,
    isEnabled: isPending,
    isVisible: isPending,
    execute: () =>
      current()
        ?.cancel(activeCell() ?? '')
        .catch((error: unknown) => tellFailure(trans.__('The cell was not cancelled'), error, trans)),
  });
  commands.addCommand(CommandIds.alwaysSubmitCell, {
    label: trans.__('Always Run This Cell on the Cluster'),
    caption: trans.__('Write %%submit into the cell, or take it away'),
    describedBy,
    isEnabled: isCovey,
    isVisible: isCovey,
    isToggled: () => hasSubmitMagic(current()?.panel.content.activeCell?.model.sharedModel.getSource() ?? ''),
    execute: () => {
      const model = current()?.panel.content.activeCell?.model;
      if (model?.type === 'code') model.sharedModel.setSource(toggleSubmitMagic(model.sharedModel.getSource()));
    },
  });
  commands.addCommand(CommandIds.useCluster, {
    label: (args) => (typeof args['cluster'] === 'string' ? args['cluster'] : trans.__('Let the Kernel Choose')),
    describedBy: { args: { type: 'object', properties: { cluster: { type: 'string' } } } },
    isToggled: (args) => current()?.cluster === (typeof args['cluster'] === 'string' ? args['cluster'] : undefined),
    execute: ({ cluster }) => {
      const notebook = current();
      if (notebook !== undefined) notebook.cluster = typeof cluster === 'string' ? cluster : undefined;
    },
  });
}

function offerToStart(app: JupyterFrontEnd, { trans }: ICovey, name: string): void {
  Notification.error(trans.__('The cluster %1, which this notebook uses, is not running.', name), {
    autoClose: false,
    actions: [
      {
        label: trans.__('Start it'),
        displayType: 'accent',
        callback: () => void app.commands.execute(CommandIds.newCluster, { name }),
      },
    ],
  });
}
