import { panels } from '@covey/dashboard';
import type { PanelContext, PanelDescription, TaskReference } from '@covey/dashboard';
import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, InputDialog, IThemeManager, Notification, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds } from '../app/command-ids.js';
import { ClusterPanel, panelId } from '../panels/cluster-panel.js';
import { layoutOf } from '../panels/layout.js';
import { ICovey } from '../tokens.js';

/** A page of less height has no room for plots in three rows. */
const LOW_PX = 900;

/** The plots as panels that are arranged, restored, and opened all at once. */
export const panelsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@covey/labextension:panels',
  description: 'Live plots of clusters as panels.',
  autoStart: true,
  requires: [ICovey],
  optional: [ILayoutRestorer, IThemeManager, ICommandPalette, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    covey: ICovey,
    restorer: ILayoutRestorer | null,
    themes: IThemeManager | null,
    palette: ICommandPalette | null,
    notebooks: INotebookTracker | null,
  ) => {
    const { trans } = covey;
    const { commands, shell } = app;
    const tracker = new WidgetTracker<ClusterPanel>({ namespace: 'covey-panels' });
    const theme = themes === null ? undefined : themeSignal(themes);
    const make = (description: PanelDescription, cluster: string, task: TaskReference | undefined): ClusterPanel => {
      const panel = new ClusterPanel({
        description,
        cluster,
        theme,
        trans,
        task,
        clientWanted: (signal) => covey.manager.wanted(signal),
        openTask: (reference) =>
          void commands.execute(CommandIds.openPanel, { panel: 'task', cluster, task: reference }),
      });
      void tracker.add(panel);
      return panel;
    };
    const clusterOf = (args: ReadonlyPartialJSONObject): Promise<string | undefined> =>
      typeof args['cluster'] === 'string' ? Promise.resolve(args['cluster']) : askForCluster(covey, notebooks);
    commands.addCommand(CommandIds.openPanel, {
      label: ({ panel }) => panels.find(({ id }) => id === panel)?.title(trans) ?? trans.__('Open a Plot'),
      caption: ({ panel }) => panels.find(({ id }) => id === panel)?.caption(trans) ?? '',
      describedBy: { args: openPanelArgs },
      execute: async (args) => {
        const description = panels.find(({ id }) => id === args['panel']);
        const cluster = await clusterOf(args);
        if (description === undefined || cluster === undefined) return;
        const task = taskOf(args['task']);
        const present = tracker.find(({ id }) => id === panelId(description.id, cluster));
        if (present !== undefined && task !== undefined) present.showTask(task);
        const panel = present ?? make(description, cluster, task);
        if (present === undefined) shell.add(panel, 'main');
        shell.activateById(panel.id);
      },
    });
    commands.addCommand(CommandIds.openAllPanels, {
      label: trans.__('Open All Covey Plots'),
      describedBy: { args: { type: 'object', properties: { cluster: { type: 'string' } } } },
      execute: async (args) => {
        const cluster = await clusterOf(args);
        if (cluster === undefined) return;
        for (const { id, mode, ref } of layoutOf(panels, window.innerHeight < LOW_PX)) {
          const description = panels.find((panel) => panel.id === id);
          const isThere = tracker.find((panel) => panel.id === panelId(id, cluster)) !== undefined;
          if (description === undefined || isThere) continue;
          const beside = ref === undefined ? {} : { ref: panelId(ref, cluster) };
          shell.add(make(description, cluster, undefined), 'main', { mode, ...beside, activate: false });
        }
        for (const id of ['workers', 'progress', 'task-stream']) shell.activateById(panelId(id, cluster));
      },
    });
    for (const { id } of panels) {
      if (id !== 'task')
        palette?.addItem({ command: CommandIds.openPanel, args: { panel: id }, category: trans.__('Covey') });
    }
    if (restorer !== null) {
      void restorer.restore(tracker, {
        command: CommandIds.openPanel,
        args: ({ description, cluster, task }) => ({
          panel: description.id,
          cluster,
          ...(task === undefined ? {} : { task: { ...task } }),
        }),
        name: ({ id }) => id,
      });
    }
  },
};

const openPanelArgs = {
  type: 'object',
  properties: {
    panel: { type: 'string', enum: panels.map(({ id }) => id) },
    cluster: { type: 'string' },
    task: { type: 'object' },
  },
  required: ['panel'],
};

function themeSignal(themes: IThemeManager): NonNullable<PanelContext['theme']> {
  return {
    connect: (listener) => {
      const changed = (): void => listener();
      themes.themeChanged.connect(changed);
      return () => themes.themeChanged.disconnect(changed);
    },
  };
}

/** The notebook's, or the only one, or the one that is chosen. */
async function askForCluster(
  { clusters, manager, trans }: ICovey,
  notebooks: INotebookTracker | null,
): Promise<string | undefined> {
  await manager.wanted(new AbortController().signal);
  const names = (clusters.entries ?? []).map(({ summary }) => summary.name);
  const written: unknown = notebooks?.currentWidget?.model?.getMetadata('covey');
  const named = (written as { cluster?: unknown } | undefined)?.cluster;
  if (typeof named === 'string' && names.includes(named)) return named;
  if (names.length === 0) {
    Notification.info(trans.__('No cluster runs: there is nothing to show yet.'), { autoClose: 4000 });
    return undefined;
  }
  if (names.length === 1) return names[0];
  const { value } = await InputDialog.getItem({ title: trans.__('Of which cluster?'), items: names });
  return value ?? undefined;
}

function taskOf(written: unknown): TaskReference | undefined {
  if (typeof written !== 'object' || written === null) return undefined;
  const { key, taskId } = written as { key?: unknown; taskId?: unknown };
  if (typeof key === 'string') return { key };
  return typeof taskId === 'number' ? { taskId } : undefined;
}
