/** Which cluster a command is about that names none. */
import { InputDialog, Notification } from '@jupyterlab/apputils';
import { CommandIds } from '../app/command-ids.js';
import type { CommandRegistry } from '@lumino/commands';
import { tellFailure } from '../app/tell-failure.js';
import type { ICovey } from '../tokens.js';
import type { IClusterEntry } from './cluster-store.js';

/**
 * The preferred one, or the only one, or the one that is chosen.
 * @returns nothing when there is none, or none was chosen, which was told.
 */
export async function chooseCluster(
  covey: ICovey,
  commands: CommandRegistry,
  preferred?: string,
): Promise<string | undefined> {
  const { clusters, manager, trans } = covey;
  let entries: readonly IClusterEntry[];
  try {
    entries = await clusters.read(await manager.started());
  } catch (error) {
    tellFailure(
      trans.__('The clusters are not known'),
      error,
      trans,
      () => void chooseCluster(covey, commands, preferred),
    );
    return undefined;
  }
  const names = entries.map(({ summary }) => summary.name);
  if (preferred !== undefined && names.includes(preferred)) return preferred;
  if (names.length === 0) {
    const start = { label: trans.__('New cluster'), callback: () => void commands.execute(CommandIds.newCluster) };
    Notification.info(trans.__('No cluster runs.'), { autoClose: 8000, actions: [start] });
    return undefined;
  }
  if (names.length === 1) return names[0];
  const { value } = await InputDialog.getItem({ title: trans.__('Of which cluster?'), items: names });
  return value ?? undefined;
}
