/**
 * Says with every cell that runs which notebook it is of, and which cluster that one names: so a new or restarted kernel knows
 * it before the first cell that is queued. JupyterLab has no hook between a cell and its request; the connection of this one
 * kernel is given a longer one.
 */
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';

type RequestExecute = Kernel.IKernelConnection['requestExecute'];

export interface IToldWithCells {
  /** Its own among the notebooks on the kernel. */
  readonly notebook: string | undefined;
  readonly cluster: string | undefined;
}

const told = new WeakSet<Kernel.IKernelConnection>();

export function tellWithCells(kernel: Kernel.IKernelConnection, what: () => IToldWithCells): void {
  if (told.has(kernel)) return;
  told.add(kernel);
  const request: RequestExecute = kernel.requestExecute.bind(kernel);
  kernel.requestExecute = (
    content: KernelMessage.IExecuteRequestMsg['content'],
    disposeOnDone?: boolean,
    metadata?: JSONObject,
  ) => {
    const { notebook, cluster } = what();
    const own = metadata?.['covey'] as JSONObject | undefined;
    const covey = { ...(notebook !== undefined && { notebook }), ...(cluster !== undefined && { cluster }), ...own };
    return request(content, disposeOnDone, { ...metadata, covey });
  };
}
