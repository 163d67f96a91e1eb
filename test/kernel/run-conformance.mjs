/**
 * `npm run test:conformance`: the Jupyter project's own tests of kernels, `jupyter_kernel_test`, against this kernel.
 * They are written in Python. Where no Python has them, and they can't be installed, the run fails and says so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { succeeds } from '../lab/commands.mjs';
import { findPython } from './find-python.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const RUN_TIMEOUT_MS = 10 * 60_000;

const python = findPython();
if (python === undefined) {
  console.error(
    'The conformance tests did not run: they need a Python with jupyter_kernel_test. On Debian: apt-get install python3-jupyter-kernel-test; elsewhere: pip install jupyter_kernel_test.',
  );
  process.exitCode = 1;
} else {
  process.exitCode = runSuite(python);
}

function runSuite(command) {
  const prefix = mkdtempSync(join(tmpdir(), 'covey-conformance-'));
  try {
    const covey = join(root, 'packages', 'covey', 'bin', 'covey.mjs');
    if (!succeeds(process.execPath, [covey, 'jupyter', 'install', '--prefix', prefix], { stdio: 'inherit' })) return 1;
    const { status, error } = spawnSync(command, [join(root, 'test', 'kernel', 'conformance.py')], {
      cwd: prefix,
      stdio: 'inherit',
      timeout: RUN_TIMEOUT_MS,
      env: {
        ...process.env,
        PYTHONDONTWRITEBYTECODE: '1',
        JUPYTER_PATH: join(prefix, 'share', 'jupyter'),
        JUPYTER_RUNTIME_DIR: join(prefix, 'runtime'),
        COVEY_HOME: join(prefix, 'home'),
      },
    });
    if (error !== undefined) console.error(`The conformance tests did not end well: ${error.message}`);
    return status ?? 1;
  } finally {
    if (existsSync(prefix)) rmSync(prefix, { recursive: true, force: true });
  }
}
