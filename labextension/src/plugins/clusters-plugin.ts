import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import { Notification, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { CommandIds } from '../app/command-ids.js';
import { coveyIcon } from '../app/icons.js';
import { ClusterActions } from '../clusters/cluster-actions.js';
import { insertCell, watchForPull } from '../clusters/connection-cells.js';
import { SettingsDrafts } from '../clusters/drafts.js';
import { logWidget } from '../clusters/log-widget.js';
import { speaksCovey } from '../notebook/speaks-covey.js';
import { ClusterSidebar } from '../sidebar/sidebar-widget.js';
import { ICovey } from '../tokens.js';

const ID = '@covey/labextension:clusters';

/** The sidebar, and the commands about clusters. */
export const clustersPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Clusters in the sidebar: start, scale, stop, connect.',
  autoStart: true,
  requires: [ICovey],
  optional: [ISettingRegistry, INotebookTracker, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    covey: ICovey,
    registry: ISettingRegistry | null,
    notebooks: INotebookTracker | null,
    restorer: ILayoutRestorer | null,
  ) => {
    const { manager, clusters, trans } = covey;
    let settings: ISettingRegistry.ISettings | undefined;
    void registry?.load(ID).then((loaded) => {
      settings = loaded;
    });
    const actions = new ClusterActions(covey, () => new SettingsDrafts(settings));
    addCommands(app, covey, actions, notebooks, restorer);
    const sidebar = new ClusterSidebar({
      manager,
      store: clusters,
      commands: app.commands,
      trans,
      beginDrag: (cluster, event) =>
        watchForPull(notebooks, event.nativeEvent, {
          code: () => actions.connectionCode(cluster),
          label: cluster,
          refused: () => refuseCode(trans),
        }),
    });
    app.shell.add(sidebar, 'left', { rank: 200 });
    restorer?.add(sidebar, sidebar.id);
    app.commands.addCommand(CommandIds.showSidebar, {
      label: trans.__('Show Covey Clusters'),
      icon: coveyIcon,
      describedBy: { args: noArgs },
      execute: () => app.shell.activateById(sidebar.id),
    });
  },
};

/** Into a notebook of another kernel, TypeScript is not written. */
function refuseCode(trans: TranslationBundle): void {
  Notification.warning(
    trans.__('The code that connects is TypeScript: it goes into notebooks with the TypeScript (Covey) kernel only.'),
    { autoClose: 6000 },
  );
}

const noArgs = { type: 'object', properties: {} };
const clusterArgs = { type: 'object', properties: { cluster: { type: 'string' } }, required: ['cluster'] };

function addCommands(
  app: JupyterFrontEnd,
  { manager, clusters, trans }: ICovey,
  actions: ClusterActions,
  notebooks: INotebookTracker | null,
  restorer: ILayoutRestorer | null,
): void {
  const { commands } = app;
  const logs = new WidgetTracker<MainAreaWidget>({ namespace: 'covey-logs' });
  const aboutCluster = (id: string, label: string, act: (cluster: string) => Promise<unknown> | void): void => {
    commands.addCommand(id, {
      label,
      describedBy: { args: clusterArgs },
      execute: ({ cluster }) => (typeof cluster === 'string' ? act(cluster) : undefined),
    });
  };
  commands.addCommand(CommandIds.newCluster, {
    label: ({ name }) => (typeof name === 'string' ? trans.__('Start %1…', name) : trans.__('New Covey Cluster…')),
    caption: trans.__('Start a Covey cluster'),
    icon: coveyIcon,
    describedBy: { args: { type: 'object', properties: { name: { type: 'string' } } } },
    execute: ({ name }) => actions.newCluster(typeof name === 'string' ? name : undefined),
  });
  commands.addCommand(CommandIds.startManager, {
    label: trans.__('Start the Kernel That Looks After Clusters'),
    describedBy: { args: noArgs },
    isEnabled: () => manager.state.status !== 'connected',
    execute: () => manager.start(),
  });
  commands.addCommand(CommandIds.stopAll, {
    label: trans.__('Stop All Clusters'),
    describedBy: { args: noArgs },
    isEnabled: () => (clusters.entries ?? []).length > 0,
    execute: () => actions.stopAll(),
  });
  aboutCluster(CommandIds.scaleCluster, trans.__('Scale…'), (cluster) => actions.scale(cluster));
  aboutCluster(CommandIds.restartWorkers, trans.__('Restart Workers…'), (cluster) => actions.restartWorkers(cluster));
  commands.addCommand(CommandIds.stopCluster, {
    label: trans.__('Stop…'),
    describedBy: {
      args: { ...clusterArgs, properties: { ...clusterArgs.properties, isSure: { type: 'boolean' } } },
    },
    execute: ({ cluster, isSure }) => {
      if (typeof cluster !== 'string') return undefined;
      return isSure === true ? actions.stopNow([cluster]) : actions.stop(cluster);
    },
  });
  aboutCluster(CommandIds.copyAddress, trans.__('Copy Address'), (cluster) => actions.copyAddress(cluster));
  aboutCluster(CommandIds.insertCode, trans.__('Insert Connection Code'), async (cluster) => {
    const panel = notebooks?.currentWidget;
    if (panel == null) {
      Notification.warning(trans.__('Open a notebook first: the code goes into a cell of it.'), { autoClose: 4000 });
      return;
    }
    if (!speaksCovey(panel)) {
      refuseCode(trans);
      return;
    }
    insertCell(panel, await actions.connectionCode(cluster));
    app.shell.activateById(panel.id);
  });
  aboutCluster(CommandIds.showLogs, trans.__('Show Log'), (cluster) => {
    const id = `covey-log-${cluster}`;
    const present = logs.find((widget) => widget.id === id);
    const widget = present ?? logWidget(cluster, (lines) => actions.logs(cluster, lines), trans);
    if (present === undefined) {
      widget.id = id;
      void logs.add(widget);
      app.shell.add(widget, 'main');
    }
    app.shell.activateById(id);
  });
  if (restorer !== null) {
    void restorer.restore(logs, {
      command: CommandIds.showLogs,
      args: (widget) => ({ cluster: widget.id.slice('covey-log-'.length) }),
      name: (widget) => widget.id,
    });
  }
}
