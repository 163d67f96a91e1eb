/** Which side is older, the kernel or this extension, and what to do. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { SkewedWelcome } from '../bridge/bridge-client.js';
import { version } from '../version.js';

/** @param of whose kernel it is that told its version. */
export function skewText({ covey, skew }: SkewedWelcome, of: 'manager' | 'notebook', trans: TranslationBundle): string {
  if (skew.older === 'front-end') {
    return trans.__(
      'This extension is of Covey %2, older than the kernel (%1). To update it, run “npm install --global @covey/labextension” and “covey jupyter install” on the server, then reload the page.',
      covey,
      version,
    );
  }
  return of === 'manager'
    ? trans.__(
        'The kernel that looks after clusters is of Covey %1, older than this extension (%2). To update it, run “npm install --global covey @covey/kernel” and “covey jupyter install” on the server, then shut it down.',
        covey,
        version,
      )
    : trans.__(
        'The kernel is of Covey %1, older than this extension (%2). To update it, run “npm install --global covey @covey/kernel” and “covey jupyter install” on the server, then restart it.',
        covey,
        version,
      );
}
