/** What can be done with one cluster, as its menus show it. */
import type { CommandRegistry } from '@lumino/commands';
import { panels } from '@covey/dashboard';
import type { TranslationBundle } from '@jupyterlab/translation';
import { MenuSvg } from '@jupyterlab/ui-components';
import { CommandIds } from '../app/command-ids.js';
import { openMenu } from '../app/open-menu.js';

export function openClusterMenu(
  commands: CommandRegistry,
  cluster: string,
  button: HTMLElement,
  trans: TranslationBundle,
): void {
  const args = { cluster };
  const plots = new MenuSvg({ commands });
  plots.title.label = trans.__('Plots');
  plots.addItem({ command: CommandIds.openAllPanels, args });
  plots.addItem({ type: 'separator' });
  for (const { id } of panels)
    if (id !== 'task') plots.addItem({ command: CommandIds.openPanel, args: { ...args, panel: id } });
  const menu = new MenuSvg({ commands });
  menu.addClass('jp-covey-CardMenu');
  menu.addItem({ type: 'submenu', submenu: plots });
  menu.addItem({ type: 'separator' });
  for (const command of [CommandIds.scaleCluster, CommandIds.restartWorkers]) menu.addItem({ command, args });
  menu.addItem({ type: 'separator' });
  for (const command of [CommandIds.insertCode, CommandIds.copyAddress, CommandIds.showLogs]) {
    menu.addItem({ command, args });
  }
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: CommandIds.stopCluster, args });
  openMenu(menu, button);
}
