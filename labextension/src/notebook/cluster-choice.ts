/** The menu of the notebook's toolbar: which cluster it uses. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MenuSvg } from '@jupyterlab/ui-components';
import { CommandIds } from '../app/command-ids.js';
import { openMenu } from '../app/open-menu.js';
import { tellFailure } from '../app/tell-failure.js';
import type { IClusterEntry } from '../clusters/cluster-store.js';
import type { ICovey } from '../tokens.js';
import type { CoveyNotebook } from './covey-notebook.js';

/** The list may be old, or not there yet: it is asked for anew. */
export async function openClusterChoice(
  app: JupyterFrontEnd,
  covey: ICovey,
  notebook: CoveyNotebook,
  button: HTMLElement,
): Promise<void> {
  const { clusters, manager, trans } = covey;
  app.shell.activateById(notebook.panel.id);
  const menu = new MenuSvg({ commands: app.commands });
  menu.addClass('jp-covey-ClusterMenu');
  let entries: readonly IClusterEntry[];
  try {
    entries = await clusters.read(await manager.started());
  } catch (error) {
    const again = (): void => void openClusterChoice(app, covey, notebook, button);
    return tellFailure(trans.__('The clusters are not known'), error, trans, again);
  }
  const named = notebook.cluster;
  const isMissing = named !== undefined && clusters.find(named) === undefined;
  // First what is always there: of many clusters, the end is far away.
  menu.addItem({ command: CommandIds.newCluster, args: isMissing ? { name: named } : {} });
  menu.addItem({ command: CommandIds.useCluster, args: {} });
  if (entries.length > 0) menu.addItem({ type: 'separator' });
  for (const { summary } of entries) menu.addItem({ command: CommandIds.useCluster, args: { cluster: summary.name } });
  openMenu(menu, button);
}
