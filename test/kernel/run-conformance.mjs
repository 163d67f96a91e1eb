/**
 * `npm run test:conformance`: the Jupyter project's own tests of kernels, `jupyter_kernel_test`, against this kernel.
 *
 * They are written in Python. Where no Python has them they are installed: Debian's package by apt-get for root, else by
 * pip into an environment of its own below `node_modules/.cache`. Where neither can be, the run fails and says so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const environmentFolder = join(root, 'node_modules', '.cache', 'covey-conformance');
const RUN_TIMEOUT_MS = 10 * 60_000;
const INSTALL_TIMEOUT_MS = 5 * 60_000;

const python = findPython() ?? installByApt() ?? installByPip();
if (python === undefined) {
  console.error(
    'The conformance tests did not run: they need a Python with jupyter_kernel_test. On Debian: apt-get install python3-jupyter-kernel-test; elsewhere: pip install jupyter_kernel_test.',
  );
  process.exitCode = 1;
} else {
  process.exitCode = runSuite(python);
}

/** The first Python that has the tests. The system's own has what apt-get installs, whichever comes first on the PATH. */
function findPython() {
  return ['python3', '/usr/bin/python3', join(environmentFolder, 'bin', 'python')].find(hasSuite);
}

function hasSuite(command) {
  return succeeds(command, ['-c', 'import jupyter_kernel_test'], { stdio: 'ignore' });
}

function installByApt() {
  if (process.getuid?.() !== 0 || !succeeds('apt-get', ['--version'], { stdio: 'ignore' })) return undefined;
  console.log('Installing python3-jupyter-kernel-test by apt-get');
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: INSTALL_TIMEOUT_MS };
  const install = () =>
    quietly('apt-get', ['install', '-y', '--no-install-recommends', 'python3-jupyter-kernel-test'], options);
  // The list of packages may be missing or old.
  const isInstalled = install() || (quietly('apt-get', ['update'], options) && install());
  return isInstalled ? findPython() : undefined;
}

function installByPip() {
  if (!succeeds('python3', ['--version'], { stdio: 'ignore' })) return undefined;
  console.log('Installing jupyter_kernel_test by pip');
  const options = { timeout: INSTALL_TIMEOUT_MS };
  const pip = join(environmentFolder, 'bin', 'pip');
  const isInstalled =
    quietly('python3', ['-m', 'venv', environmentFolder], options) &&
    quietly(pip, ['install', '--quiet', '--retries', '1', '--timeout', '20', 'jupyter_kernel_test'], options);
  if (isInstalled) return findPython();
  rmSync(environmentFolder, { recursive: true, force: true });
  return undefined;
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

function succeeds(command, args, options = {}) {
  return spawnSync(command, args, options).status === 0;
}

/** Shows what a command said only when it failed. */
function quietly(command, args, options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (status === 0) return true;
  console.error(
    `${command} ${args.join(' ')} failed: ${error?.message ?? ''}\n${stdout ?? ''}${stderr ?? ''}`.trimEnd(),
  );
  return false;
}
