import { panels } from '@covey/dashboard';
import type { PanelContext, PanelDescription, TaskReference } from '@covey/dashboard';
import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager, Notification, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { DockPanel } from '@lumino/widgets';
import type { DockLayout, Widget } from '@lumino/widgets';
import { CommandIds } from '../app/command-ids.js';
import { tellFailure } from '../app/tell-failure.js';
import { chooseCluster } from '../clusters/choose-cluster.js';
import { clusterArgs, namedCluster } from '../clusters/named-cluster.js';
import { currentCluster } from '../clusters/notebook-cluster.js';
import { ClusterPanel, panelId } from '../panels/cluster-panel.js';
import { BESIDE, layoutOf } from '../panels/layout.js';
import type { IPlace } from '../panels/layout.js';
import { placesIn, readPlaces, withShares, withWidth } from '../panels/saved-layout.js';
import { ICovey } from '../tokens.js';

/** A page of less height has no room for plots in three rows. */
const LOW_PX = 900;

const ID = '@covey/labextension:panels';

/** The plots as panels that are arranged, restored, and opened all at once. */
export const panelsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Live plots of clusters as panels.',
  autoStart: true,
  requires: [ICovey],
  optional: [ILayoutRestorer, IThemeManager, ICommandPalette, INotebookTracker, ISettingRegistry, ILabShell],
  activate: (
    app: JupyterFrontEnd,
    covey: ICovey,
    restorer: ILayoutRestorer | null,
    themes: IThemeManager | null,
    palette: ICommandPalette | null,
    notebooks: INotebookTracker | null,
    registry: ISettingRegistry | null,
    labShell: ILabShell | null,
  ) => {
    const { trans } = covey;
    const { commands, shell } = app;
    const tracker = new WidgetTracker<ClusterPanel>({ namespace: 'covey-panels' });
    const theme = themes === null ? undefined : themeSignal(themes);
    const nameClusters = (): void => {
      const open: ClusterPanel[] = [];
      tracker.forEach((panel) => open.push(panel));
      const isNamed = new Set(open.map(({ cluster }) => cluster)).size > 1;
      for (const panel of open) panel.nameCluster(isNamed);
    };
    const make = (description: PanelDescription, cluster: string, task: TaskReference | undefined): ClusterPanel => {
      const panel = new ClusterPanel({
        description,
        cluster,
        theme,
        covey,
        start: () => void commands.execute(CommandIds.startManager),
        task,
        openTask: (reference) =>
          void commands.execute(CommandIds.openPanel, { panel: 'task', cluster, task: reference }),
      });
      void tracker.add(panel);
      panel.disposed.connect(nameClusters);
      nameClusters();
      return panel;
    };
    const clusterOf = async (args: ReadonlyPartialJSONObject): Promise<string | undefined> =>
      namedCluster(app, args) ?? (await chooseCluster(covey, commands, currentCluster(notebooks)));
    commands.addCommand(CommandIds.openPanel, {
      label: (args) => {
        const title = panels.find(({ id }) => id === args['panel'])?.title(trans);
        if (title === undefined) return trans.__('Open a Covey Plot');
        // In the palette it stands beside all else.
        return namedCluster(app, args) === undefined ? trans.__('Open Covey Plot: %1', title) : title;
      },
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
      label: (args) =>
        namedCluster(app, args) === undefined ? trans.__('Open All Covey Plots') : trans.__('Open All Plots'),
      describedBy: { args: clusterArgs },
      execute: async (args) => {
        const cluster = await clusterOf(args);
        if (cluster === undefined) return;
        const settings = await registry?.load(ID);
        const room = { isLow: window.innerHeight < LOW_PX, isBeside: neighbourIn(shell) !== undefined };
        const places = readPlaces(settings?.get('layout').composite, panels) ?? layoutOf(panels, room);
        const opened: ClusterPanel[] = [];
        for (const place of places) {
          const description = panels.find((panel) => panel.id === place.id);
          const isThere = tracker.find((panel) => panel.id === panelId(place.id, cluster)) !== undefined;
          if (description === undefined || isThere) continue;
          const panel = make(description, cluster, undefined);
          shell.add(panel, 'main', { ...beginning(place, cluster, shell), activate: false });
          opened.push(panel);
        }
        // Among panels that somebody has arranged, sizes are theirs.
        if (opened.length === places.length) resize(opened, places);
        for (const id of ['workers', 'progress', 'task-stream']) shell.activateById(panelId(id, cluster));
      },
    });
    const canSave = (): boolean => registry !== null && labShell !== null && tracker.size > 0;
    const saveLayout = async (): Promise<void> => {
      const cluster = tracker.currentWidget?.cluster;
      const area = labShell?.saveLayout().mainArea?.dock?.main;
      if (registry === null || cluster === undefined || area == null) return;
      try {
        const settings = await registry.load(ID);
        await settings.set(
          'layout',
          placesIn(area, plotsOf(cluster)).map(({ id, mode, ref, share }) => ({
            ...{ panel: id, mode, ref: ref ?? null },
            ...(share !== undefined && { share }),
          })),
        );
        Notification.info(trans.__('All plots open in this layout from now on.'), {
          autoClose: 8000,
          actions: [{ label: trans.__('Undo'), callback: () => void settings.remove('layout') }],
        });
      } catch (error) {
        tellFailure(trans.__('The layout was not saved'), error, trans, () => void saveLayout());
      }
    };
    commands.addCommand(CommandIds.saveLayout, {
      label: trans.__('Save Plots as Layout'),
      caption: trans.__('Open all plots as they are arranged now, from now on'),
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: canSave,
      execute: saveLayout,
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

/** What stands in the main area and is to be seen beside plots: a notebook, say. */
function neighbourIn(shell: JupyterFrontEnd.IShell): Widget | undefined {
  const others = seenIn(shell).filter((widget) => !isPanel(widget) && !widget.id.startsWith('launcher'));
  return others.find((widget) => widget === shell.currentWidget) ?? others[0];
}

/**
 * Where a plot is added. The first begins an area of their own, so that it does not stand before what is to be seen beside
 * it; where plots of another cluster are seen, it stands with them.
 */
function beginning(
  { mode, ref }: IPlace,
  cluster: string,
  shell: JupyterFrontEnd.IShell,
): { readonly mode: IPlace['mode']; readonly ref?: string } {
  if (ref !== undefined) return { mode, ref: panelId(ref, cluster) };
  const plots = seenIn(shell).find(isPanel);
  if (plots !== undefined) return { mode, ref: plots.id };
  const neighbour = neighbourIn(shell);
  return neighbour === undefined ? { mode } : { mode: 'split-right', ref: neighbour.id };
}

function seenIn(shell: JupyterFrontEnd.IShell): Widget[] {
  return [...shell.widgets('main')].filter(({ isVisible }) => isVisible);
}

function isPanel(widget: Widget): boolean {
  return widget instanceof ClusterPanel;
}

/** Gives panels that were just opened the sizes of their places. */
function resize(opened: readonly ClusterPanel[], places: readonly IPlace[]): void {
  const [first] = opened;
  const dock = first?.parent;
  if (first === undefined || !(dock instanceof DockPanel) || dock.mode !== 'multiple-document') return;
  const layout = dock.saveLayout();
  if (layout.main === null) return;
  const idOf = plotsOf(first.cluster);
  const main = withShares(withWidth(layout.main, idOf, BESIDE), idOf, places);
  dock.restoreLayout({ main: main as DockLayout.AreaConfig });
}

function plotsOf(cluster: string): (widget: unknown) => string | undefined {
  return (widget) => (widget instanceof ClusterPanel && widget.cluster === cluster ? widget.description.id : undefined);
}

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

function taskOf(written: unknown): TaskReference | undefined {
  if (typeof written !== 'object' || written === null) return undefined;
  const { key, taskId } = written as { key?: unknown; taskId?: unknown };
  if (typeof key === 'string') return { key };
  return typeof taskId === 'number' ? { taskId } : undefined;
}
