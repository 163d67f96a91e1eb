/**
 * What people are told of failures: our own, and those of kernels that are met most, in their language; all else that a kernel
 * or server said in its words.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import { BridgeVersionFailure } from '../bridge/bridge-client.js';
import { ManagerAwayError } from '../manager/manager-state.js';
import type { AwayState, IManagerFailure } from '../manager/manager-state.js';
import { skewText } from './skew-text.js';

export function failureText(error: unknown, trans: TranslationBundle): string {
  if (error instanceof ManagerAwayError) return awayText(error.state, trans);
  if (error instanceof BridgeVersionFailure) return skewText(error.welcome, 'notebook', trans);
  if (!(error instanceof Error)) return String(error);
  return ownText((error as { code?: unknown }).code, trans) ?? error.message;
}

/** Why the manager kernel can't be had. */
export function awayText(state: AwayState, trans: TranslationBundle): string {
  switch (state.status) {
    case 'stopped':
      return trans.__('The kernel that looks after clusters was shut down. The clusters themselves go on.');
    case 'kernel-not-installed':
      return trans.__('The TypeScript (Covey) kernel is not installed for this Jupyter server.');
    case 'waiting':
      return trans.__('The Jupyter server does not answer. Clusters go on; what is shown of them is how they were.');
    case 'failed':
      return `${trans.__('The kernel that looks after clusters could not be reached:')} ${reasonText(state.failure, trans)}`;
  }
}

export function reasonText({ code, message, welcome }: IManagerFailure, trans: TranslationBundle): string {
  if (welcome !== undefined) return skewText(welcome, 'manager', trans);
  return ownText(code, trans) ?? message;
}

function ownText(code: unknown, trans: TranslationBundle): string | undefined {
  switch (code) {
    case 'ERR_COVEY_CLUSTER_NOT_FOUND':
      return trans.__('No cluster of this name is running.');
    case 'ERR_COVEY_CLUSTER_EXISTS':
      return trans.__('A cluster of this name is running. Choose another name, or stop that one first.');
    case 'ERR_COVEY_AUTHENTICATION':
      return trans.__('The cluster has another secret. The file that its scheduler wrote holds it.');
    case 'ERR_COVEY_BRIDGE_CLOSED':
      return trans.__('The connection to the kernel was lost.');
    case 'ERR_COVEY_MANAGER_SILENT':
      return trans.__('The kernel does not answer. Its Covey may be too old: run covey jupyter install.');
    case 'ERR_COVEY_NO_KERNEL':
      return trans.__('Its session has no kernel.');
    case 'ERR_COVEY_NO_SETTINGS':
      return trans.__('This JupyterLab keeps no settings.');
    default:
      return undefined;
  }
}
