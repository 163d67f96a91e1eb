/** Tells of what did not work, with a button where trying again may help, and one for all of it where it is long. */
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ManagerAwayError } from '../manager/manager-state.js';
import { failureText } from './failure-text.js';

/** JupyterLab shows so many characters of a notification. */
const SHOWN_CHARACTERS = 140;

/** @param again does it anew: offered when it failed since the manager kernel was away. */
export function tellFailure(what: string, error: unknown, trans: TranslationBundle, again?: () => void): void {
  const reason = failureText(error, trans);
  const text = `${what}: ${reason}`;
  const actions: Notification.IAction[] = [];
  if (error instanceof ManagerAwayError && again !== undefined) {
    actions.push({ label: trans.__('Try again'), callback: again });
  }
  if (text.length > SHOWN_CHARACTERS) {
    const buttons = [Dialog.okButton()];
    const showAll = (): void => void showDialog({ title: what, body: reason, buttons });
    actions.push({ label: trans.__('Show all of it'), callback: showAll });
  }
  Notification.error(text, { autoClose: false, actions });
}
