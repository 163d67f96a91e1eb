import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Signal } from '@lumino/signaling';
import { CommandIds } from '../app/command-ids.js';
import { coveyIcon } from '../app/icons.js';
import { kindLabel } from '../clusters/kind-texts.js';
import { StatusItem } from '../clusters/status-item.js';
import { ICovey } from '../tokens.js';

/** Where else clusters are met: launcher, palette, menu, status bar, running sessions. Each of them may be absent. */
export const placesPlugin: JupyterFrontEndPlugin<void> = {
  id: '@covey/labextension:places',
  description: 'Clusters in the launcher, palette, menu, status bar and running sessions.',
  autoStart: true,
  requires: [ICovey],
  optional: [ILauncher, ICommandPalette, IMainMenu, IStatusBar, IRunningSessionManagers],
  activate: (
    app: JupyterFrontEnd,
    covey: ICovey,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    menu: IMainMenu | null,
    statusBar: IStatusBar | null,
    running: IRunningSessionManagers | null,
  ) => {
    // Among what is new, where nothing is called so.
    const newCluster = { command: CommandIds.newCluster, args: { isNew: true } };
    launcher?.add({ ...newCluster, category: covey.trans.__('Other'), rank: 10 });
    const category = covey.trans.__('Covey');
    for (const command of inPalette) palette?.addItem({ command, category });
    menu?.fileMenu.newMenu.addGroup([newCluster], 50);
    menu?.viewMenu.addGroup(
      [{ command: CommandIds.showSidebar }, { command: CommandIds.openAllPanels }, { command: CommandIds.saveLayout }],
      60,
    );
    menu?.runMenu.addGroup(
      [CommandIds.submitCell, CommandIds.cancelCell].map((command) => ({ command })),
      60,
    );
    if (statusBar !== null) {
      const item = new StatusItem(covey, () => void app.commands.execute(CommandIds.showSidebar));
      statusBar.registerStatusItem('@covey/labextension:status', {
        item,
        align: 'left',
        rank: 3,
        isActive: () => item.hasClusters,
        activeStateChanged: item.activeChanged,
      });
    }
    if (running !== null) addToRunning(app, covey, running);
  },
};

const inPalette = [
  CommandIds.newCluster,
  CommandIds.showSidebar,
  CommandIds.stopAll,
  CommandIds.startManager,
  CommandIds.openAllPanels,
  CommandIds.saveLayout,
  CommandIds.scaleCluster,
  CommandIds.restartWorkers,
  CommandIds.stopCluster,
  CommandIds.copyAddress,
  CommandIds.insertCode,
  CommandIds.showLogs,
  CommandIds.submitCell,
  CommandIds.cancelCell,
  CommandIds.alwaysSubmitCell,
];

function addToRunning(
  app: JupyterFrontEnd,
  { manager, clusters, trans }: ICovey,
  running: IRunningSessionManagers,
): void {
  const owner = {};
  const runningChanged = new Signal<object, void>(owner);
  clusters.changed.add(() => runningChanged.emit());
  running.add({
    name: trans.__('Covey Clusters'),
    running: () =>
      (clusters.entries ?? []).map(({ summary }) => ({
        icon: () => coveyIcon,
        label: () => summary.name,
        labelTitle: () => trans.__('%1: %2', kindLabel(summary.kind, trans), summary.address),
        open: () => void app.commands.execute(CommandIds.showSidebar),
        shutdown: () => void app.commands.execute(CommandIds.stopCluster, { cluster: summary.name, isSure: true }),
      })),
    // Lab has asked already.
    shutdownAll: () => {
      for (const { summary } of clusters.entries ?? []) {
        void app.commands.execute(CommandIds.stopCluster, { cluster: summary.name, isSure: true });
      }
    },
    refreshRunning: () => manager.lookFor(),
    runningChanged,
    shutdownLabel: trans.__('Stop'),
    shutdownAllLabel: trans.__('Stop All'),
    shutdownAllConfirmationText: trans.__('Stop all clusters? Their tasks end, and their results are gone.'),
  });
}
