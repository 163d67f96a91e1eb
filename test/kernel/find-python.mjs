/**
 * A Python that has the Jupyter project's own tests of kernels, its client and its own kernel. Where there is none they are
 * installed: Debian's package by apt-get for root, else by pip into an environment of its own below `node_modules/.cache`.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aptInstall, quietly, succeeds } from '../lab/commands.mjs';

const environmentFolder = fileURLToPath(new URL('../../node_modules/.cache/covey-conformance', import.meta.url));
const INSTALL_TIMEOUT_MS = 5 * 60_000;

/** Nothing when there is none and none can be had. */
export function findPython() {
  return present() ?? byApt() ?? byPip();
}

/** A Python with pip, which may be another one; nothing when none can be had. */
export function findPip() {
  const found = () => ['python3', '/usr/bin/python3'].find((command) => succeeds(command, ['-m', 'pip', '--version']));
  return found() ?? (aptInstall(['python3-pip'], INSTALL_TIMEOUT_MS) ? found() : undefined);
}

/** The system's own has what apt-get installs, whichever comes first on the PATH. */
function present() {
  const commands = ['python3', '/usr/bin/python3', join(environmentFolder, 'bin', 'python')];
  return commands.find((command) => succeeds(command, ['-c', 'import jupyter_kernel_test, ipykernel']));
}

function byApt() {
  return aptInstall(['python3-jupyter-kernel-test', 'python3-ipykernel'], INSTALL_TIMEOUT_MS) ? present() : undefined;
}

function byPip() {
  if (!succeeds('python3', ['--version'])) return undefined;
  console.log('Installing jupyter_kernel_test by pip');
  const options = { timeout: INSTALL_TIMEOUT_MS };
  const pip = join(environmentFolder, 'bin', 'pip');
  const isInstalled =
    quietly('python3', ['-m', 'venv', environmentFolder], options) &&
    quietly(
      pip,
      ['install', '--quiet', '--retries', '1', '--timeout', '20', 'jupyter_kernel_test', 'ipykernel'],
      options,
    );
  if (isInstalled) return present();
  rmSync(environmentFolder, { recursive: true, force: true });
  return undefined;
}
