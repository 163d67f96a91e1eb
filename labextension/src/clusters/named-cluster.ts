import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** Of commands about a cluster. `isHere`: the one on which the context menu was opened. */
export const clusterArgs = {
  type: 'object',
  properties: { cluster: { type: 'string' }, isHere: { type: 'boolean' } },
};

/** The cluster that a command's arguments name. */
export function namedCluster(app: JupyterFrontEnd, { cluster, isHere }: ReadonlyPartialJSONObject): string | undefined {
  if (typeof cluster === 'string') return cluster;
  if (isHere !== true) return undefined;
  return app.contextMenuHitTest(({ dataset }) => dataset['cluster'] !== undefined)?.dataset['cluster'];
}
