import type { NotebookPanel } from '@jupyterlab/notebook';
import { KERNEL_NAME } from '../app/kernel-name.js';

/** Whether a notebook's cells run in Covey's kernel: in the one that runs, else in the one that the notebook names. */
export function speaksCovey({ sessionContext, model }: NotebookPanel): boolean {
  const running = sessionContext.session?.kernel?.name;
  if (running !== undefined) return running === KERNEL_NAME;
  const named: unknown = model?.getMetadata('kernelspec');
  return (named as { name?: unknown } | undefined)?.name === KERNEL_NAME;
}
