/**
 * Says the notebook's cluster with every cell that runs, so that a new or restarted kernel knows it before the first cell that
 * is queued. JupyterLab has no hook between a cell and its request; the connection of this one kernel is given a longer one.
 */
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';

type RequestExecute = Kernel.IKernelConnection['requestExecute'];

const named = new WeakSet<Kernel.IKernelConnection>();

export function nameCluster(kernel: Kernel.IKernelConnection, clusterOf: () => string | undefined): void {
  if (named.has(kernel)) return;
  named.add(kernel);
  const request: RequestExecute = kernel.requestExecute.bind(kernel);
  kernel.requestExecute = (
    content: KernelMessage.IExecuteRequestMsg['content'],
    disposeOnDone?: boolean,
    metadata?: JSONObject,
  ) => {
    const cluster = clusterOf();
    if (cluster === undefined) return request(content, disposeOnDone, metadata);
    const own = metadata?.['covey'] as JSONObject | undefined;
    return request(content, disposeOnDone, { ...metadata, covey: { cluster, ...own } });
  };
}
