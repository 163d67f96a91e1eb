import type { INotebookModel, INotebookTracker } from '@jupyterlab/notebook';

/** Where a notebook keeps what is Covey's. */
export const METADATA = 'covey';

/** What a notebook names as its cluster; nothing when the kernel is to choose. */
export function clusterIn(model: INotebookModel | null | undefined): string | undefined {
  const written: unknown = model?.getMetadata(METADATA);
  const name = (written as { cluster?: unknown } | null | undefined)?.cluster;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** Of the notebook at hand. */
export function currentCluster(notebooks: INotebookTracker | null): string | undefined {
  return clusterIn(notebooks?.currentWidget?.model);
}
