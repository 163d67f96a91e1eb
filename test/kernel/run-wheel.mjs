/**
 * `npm run test:wheel`: the wheel as its users get it. pip installs it with no index to ask, Jupyter finds the extension and
 * the kernel, the kernel runs a cell on the Node.js and the Covey that are here, and says in a cell what is missing where
 * they are not.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { writeWheel } from '../../scripts/wheel.mjs';
import { quietly } from '../lab/commands.mjs';
import { findPip, findPython } from './find-python.mjs';

const TIMEOUT_MS = 3 * 60_000;
/** What the extension may weigh for a page that loads it, compressed. */
const EXTENSION_BYTES_MAX = 400_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'covey-wheel-'));
try {
  process.exitCode = main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function main() {
  const python = findPython();
  const pip = findPip();
  if (python === undefined || pip === undefined)
    return fail(
      'it needs a Python with jupyter_client, and one with pip. On Debian: apt-get install python3-jupyter-kernel-test python3-ipykernel python3-pip',
    );
  const wheel = writeWheel(join(folder, 'one'));
  if (!readFileSync(wheel).equals(readFileSync(writeWheel(join(folder, 'two')))))
    return fail('the same files gave two different wheels');
  const installed = join(folder, 'installed');
  const install = ['-m', 'pip', 'install', '--quiet', '--no-index', '--no-deps', '--target', installed, wheel];
  if (!quietly(pip, install, { timeout: TIMEOUT_MS })) return 1;
  const statics = join(installed, 'share', 'jupyter', 'labextensions', '@covey', 'labextension', 'static');
  const scripts = readdirSync(statics).filter((name) => name.endsWith('.js'));
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(statics, name))).byteLength, 0);
  console.log(`The extension is ${Math.round(bytes / 1000)} kB of scripts, compressed`);
  if (bytes > EXTENSION_BYTES_MAX) return fail(`the extension is larger than ${EXTENSION_BYTES_MAX / 1000} kB`);
  const { status } = spawnSync(python, [join(root, 'test', 'kernel', 'wheel.py')], {
    cwd: root,
    stdio: 'inherit',
    timeout: TIMEOUT_MS,
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONPATH: installed,
      JUPYTER_PATH: join(installed, 'share', 'jupyter'),
      JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
      IPYTHONDIR: join(folder, 'ipython'),
      COVEY_HOME: join(folder, 'home'),
    },
  });
  return status ?? 1;
}

function fail(message) {
  console.error(`The test of the wheel failed: ${message}`);
  return 1;
}
