import type { INotebookTracker } from '@jupyterlab/notebook';

/** What the notebook at hand names as its cluster. */
export function currentCluster(notebooks: INotebookTracker | null): string | undefined {
  const written: unknown = notebooks?.currentWidget?.model?.getMetadata('covey');
  const name = (written as { cluster?: unknown } | null | undefined)?.cluster;
  return typeof name === 'string' ? name : undefined;
}
