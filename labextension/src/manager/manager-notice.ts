/** What is said where clusters would be shown while the manager kernel is away, and what can be done about it. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { awayText, reasonText } from '../app/failure-text.js';
import { isAway } from './manager-state.js';
import type { ManagerState } from './manager-state.js';

export interface IManagerNotice {
  readonly lines: readonly string[];
  /** To be run in a terminal of the server. */
  readonly code?: string;
  readonly reason?: string;
  /** Of the button that starts it. */
  readonly action?: string;
  /** It passes by itself. */
  readonly isBusy?: boolean;
}

/** Nothing when it is connected. */
export function managerNotice(state: ManagerState, trans: TranslationBundle): IManagerNotice | undefined {
  if (state.status === 'connected') return undefined;
  if (!isAway(state)) return { lines: [trans.__('Connecting to clusters…')], isBusy: true };
  switch (state.status) {
    case 'waiting':
      return { lines: [awayText(state, trans)], isBusy: true };
    case 'stopped':
      return { lines: [awayText(state, trans)], action: trans.__('Start it') };
    case 'kernel-not-installed':
      return {
        lines: [awayText(state, trans), trans.__('In a terminal on the server, run:')],
        code: 'npm install --global \\\n  covey @covey/kernel\ncovey jupyter install',
        action: trans.__('Check again'),
      };
    case 'failed':
      return {
        lines: [
          trans.__('The kernel that looks after clusters could not be reached:'),
          trans.__('covey jupyter doctor, run in a terminal on the server, finds what is wrong.'),
        ],
        reason: reasonText(state.failure, trans),
        action: trans.__('Try again'),
      };
  }
}
