import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import { Notification, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds } from '../app/command-ids.js';
import { coveyIcon } from '../app/icons.js';
import { chooseCluster } from '../clusters/choose-cluster.js';
import { ClusterActions } from '../clusters/cluster-actions.js';
import type { IClusterEntry } from '../clusters/cluster-store.js';
import { insertConnection, watchForPull } from '../clusters/connection-cells.js';
import { SettingsDrafts } from '../clusters/drafts.js';
import { logWidget } from '../clusters/log-widget.js';
import { clusterArgs, namedCluster } from '../clusters/named-cluster.js';
import { currentCluster } from '../clusters/notebook-cluster.js';
import { speaksCovey } from '../notebook/speaks-covey.js';
import { SidebarMemory } from '../sidebar/sidebar-memory.js';
import { ClusterSidebar } from '../sidebar/sidebar-widget.js';
import { ICovey } from '../tokens.js';

const ID = '@covey/labextension:clusters';

/** The sidebar, and the commands about clusters. */
export const clustersPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Clusters in the sidebar: start, scale, stop, connect.',
  autoStart: true,
  requires: [ICovey],
  optional: [ISettingRegistry, INotebookTracker, ILayoutRestorer, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    covey: ICovey,
    registry: ISettingRegistry | null,
    notebooks: INotebookTracker | null,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
  ) => {
    const { manager, clusters, trans } = covey;
    // Loaded once it is asked for, and again when that failed.
    const actions = new ClusterActions(covey, async () => new SettingsDrafts(await registry?.load(ID)));
    addCommands(app, covey, actions, notebooks);
    addLogs(app, covey, actions, notebooks, restorer);
    const sidebar = new ClusterSidebar({
      manager,
      memory: new SidebarMemory(state ?? undefined),
      store: clusters,
      commands: app.commands,
      trans,
      beginDrag: (cluster, event) => watchForPull(notebooks, event.nativeEvent, cluster, () => refuseCode(covey)),
    });
    app.shell.add(sidebar, 'left', { rank: 200 });
    restorer?.add(sidebar, sidebar.id);
    app.commands.addCommand(CommandIds.showSidebar, {
      label: trans.__('Show Covey Clusters'),
      icon: coveyIcon,
      describedBy: { args: noArgs },
      execute: () => {
        app.shell.activateById(sidebar.id);
        // The palette activates the notebook once a command has been carried out.
        setTimeout(() => sidebar.activate());
      },
    });
  },
};

const noArgs = { type: 'object', properties: {} };
/** What a command about a cluster does, and when it can. */
interface IClusterCommand {
  /** In the menus of a cluster, and elsewhere. */
  readonly labels: readonly [short: string, long: string];
  readonly isEnabled?: (entry: IClusterEntry) => boolean;
  readonly act: (cluster: string, args: ReadonlyPartialJSONObject) => Promise<unknown> | void;
}

function addClusterCommand(
  app: JupyterFrontEnd,
  covey: ICovey,
  notebooks: INotebookTracker | null,
  id: string,
  { labels, isEnabled, act }: IClusterCommand,
): void {
  const { clusters } = covey;
  const { commands } = app;
  const named = (args: ReadonlyPartialJSONObject): string | undefined => namedCluster(app, args);
  commands.addCommand(id, {
    label: (args) => labels[named(args) === undefined ? 1 : 0],
    describedBy: { args: clusterArgs },
    isEnabled: (args) => {
      const entry = clusters.find(named(args) ?? '');
      return entry === undefined || isEnabled === undefined || isEnabled(entry);
    },
    execute: async (args) => {
      const cluster = named(args) ?? (await chooseCluster(covey, commands, currentCluster(notebooks)));
      return cluster === undefined ? undefined : act(cluster, args);
    },
  });
}

function addCommands(
  app: JupyterFrontEnd,
  covey: ICovey,
  actions: ClusterActions,
  notebooks: INotebookTracker | null,
): void {
  const { commands } = app;
  const { manager, clusters, trans } = covey;
  const add = (id: string, command: IClusterCommand): void => addClusterCommand(app, covey, notebooks, id, command);
  commands.addCommand(CommandIds.newCluster, {
    label: ({ name, isNew }) => {
      if (typeof name === 'string') return trans.__('Start %1…', name);
      return isNew === true ? trans.__('Covey Cluster…') : trans.__('New Covey Cluster…');
    },
    caption: trans.__('Start a Covey cluster'),
    icon: coveyIcon,
    describedBy: { args: { type: 'object', properties: { name: { type: 'string' }, isNew: { type: 'boolean' } } } },
    execute: ({ name }) => actions.newCluster(typeof name === 'string' ? name : undefined),
  });
  commands.addCommand(CommandIds.startManager, {
    label: trans.__('Start the Kernel That Looks After Clusters'),
    describedBy: { args: noArgs },
    isEnabled: () => manager.state.status !== 'connected',
    execute: () => actions.startManager(),
  });
  commands.addCommand(CommandIds.stopAll, {
    label: trans.__('Stop All Covey Clusters'),
    describedBy: { args: noArgs },
    isEnabled: () => clusters.entries?.length !== 0,
    execute: () => actions.stopAll(),
  });
  const isRunning = ({ summary }: IClusterEntry): boolean => summary.status === 'running';
  add(CommandIds.scaleCluster, {
    labels: [trans.__('Scale…'), trans.__('Scale a Cluster…')],
    isEnabled: (entry) => isRunning(entry) && entry.summary.scalable,
    act: (cluster) => actions.scale(cluster),
  });
  add(CommandIds.restartWorkers, {
    labels: [trans.__('Restart Workers…'), trans.__('Restart the Workers of a Cluster…')],
    isEnabled: isRunning,
    act: (cluster) => actions.restartWorkers(cluster),
  });
  add(CommandIds.stopCluster, {
    labels: [trans.__('Stop…'), trans.__('Stop a Cluster…')],
    act: (cluster, { isSure }) => (isSure === true ? actions.stopNow([cluster]) : actions.stop(cluster)),
  });
  add(CommandIds.copyAddress, {
    labels: [trans.__('Copy Address'), trans.__('Copy the Address of a Cluster')],
    act: (cluster) => actions.copyAddress(cluster),
  });
  add(CommandIds.insertCode, {
    labels: [trans.__('Insert Connection Code'), trans.__('Insert Code That Connects to a Cluster')],
    act: (cluster) => {
      const panel = notebooks?.currentWidget;
      if (panel == null) {
        Notification.warning(trans.__('Open a notebook first: the code goes into a cell of it.'), { autoClose: 4000 });
      } else if (speaksCovey(panel)) {
        insertConnection(panel, cluster);
        app.shell.activateById(panel.id);
      } else refuseCode(covey);
    },
  });
}

/** Logs as widgets of the main area. */
function addLogs(
  app: JupyterFrontEnd,
  covey: ICovey,
  actions: ClusterActions,
  notebooks: INotebookTracker | null,
  restorer: ILayoutRestorer | null,
): void {
  const { trans } = covey;
  const logs = new WidgetTracker<MainAreaWidget>({ namespace: 'covey-logs' });
  addClusterCommand(app, covey, notebooks, CommandIds.showLogs, {
    labels: [trans.__('Show Log'), trans.__('Show the Log of a Cluster')],
    isEnabled: ({ summary }) => summary.hasLog,
    act: (cluster) => {
      const id = `covey-log-${cluster}`;
      const present = logs.find((widget) => widget.id === id);
      const widget = present ?? logWidget(cluster, (lines) => actions.logs(cluster, lines), trans);
      if (present === undefined) {
        widget.id = id;
        void logs.add(widget);
        app.shell.add(widget, 'main');
      }
      app.shell.activateById(id);
    },
  });
  if (restorer !== null) {
    void restorer.restore(logs, {
      command: CommandIds.showLogs,
      args: (widget) => ({ cluster: widget.id.slice('covey-log-'.length) }),
      name: (widget) => widget.id,
    });
  }
}

/** Into a notebook of another kernel, TypeScript is not written. */
function refuseCode({ trans }: ICovey): void {
  Notification.warning(
    trans.__('The code that connects is TypeScript: it goes into notebooks with the TypeScript (Covey) kernel only.'),
    { autoClose: 8000 },
  );
}
