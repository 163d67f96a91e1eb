import type { TranslationBundle } from '@jupyterlab/translation';

const NAMES_IT = ' names it';

/** Why a kernel uses its cluster, in the user's language; a reason that is not known here, in the kernel's words. */
export function usedReason(reason: string, trans: TranslationBundle): string {
  // The environment's variable or the file that does.
  if (reason.endsWith(NAMES_IT) && reason !== 'the notebook names it') {
    return trans.__('%1 names it', reason.slice(0, -NAMES_IT.length));
  }
  switch (reason) {
    case 'it was chosen for this notebook':
      return trans.__('it was chosen for this notebook');
    case 'the notebook names it':
      return trans.__('the notebook names it');
    case 'no cluster was named; it ends with the kernel':
      return trans.__('no cluster was named; it ends with the kernel');
    default:
      return reason;
  }
}
