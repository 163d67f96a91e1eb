/** Tells of what did not work, with a button where trying again may help. */
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ManagerAwayError } from '../manager/manager-state.js';
import { failureText } from './failure-text.js';

/** @param again does it anew: offered when it failed since the manager kernel was away. */
export function tellFailure(what: string, error: unknown, again: () => void, trans: TranslationBundle): void {
  const actions = error instanceof ManagerAwayError ? [{ label: trans.__('Try again'), callback: again }] : [];
  Notification.error(`${what}: ${failureText(error, trans)}`, { autoClose: false, actions });
}
