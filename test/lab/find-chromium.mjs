/** A Chromium to drive: named by `CHROMIUM`, on the PATH, or installed by apt-get. Run by itself, it says which, or fails. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { aptInstall, outputOf } from './commands.mjs';

const INSTALL_TIMEOUT_MS = 5 * 60_000;

export function findChromium() {
  const found = present();
  if (found !== undefined) return found;
  if (aptInstall(['chromium', 'fonts-dejavu-core'], INSTALL_TIMEOUT_MS)) return present();
  return undefined;
}

function present() {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && existsSync(named)) return named;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const path = outputOf('which', [name]);
    if (path !== undefined) return path;
  }
  return undefined;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = findChromium();
  console.log(path ?? 'No Chromium is here, and none could be installed: name one by CHROMIUM.');
  if (path === undefined) process.exitCode = 1;
}
