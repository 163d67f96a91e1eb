/**
 * A JupyterLab 4 to test in: the one on the PATH, else one that pip installs into an environment of its own, else Debian's in
 * a chroot, for which this must run as root on a Debian.
 *
 * `COVEY_LAB` chooses: a folder with `bin/jupyter`, or with a Debian system in which JupyterLab is installed.
 */
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptInstall, isRoot, outputOf, quietly, succeeds } from './commands.mjs';

const PIP_TIMEOUT_MS = 4 * 60_000;
const CHROOT_TIMEOUT_MS = 12 * 60_000;
const chrootPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * How to run `jupyter`: `command` and the arguments before its own; `chroot` when it sees another file system; `folder`
 * where it is, unless it is the one on the PATH.
 * Nothing when there is none and none can be had.
 */
export function findLab() {
  const chosen = process.env['COVEY_LAB'];
  if (chosen !== undefined) return inFolder(chosen);
  return onPath() ?? byPip() ?? byChroot('trixie');
}

/** The oldest JupyterLab that the extension is for, one between, and the newest: whichever of them can be had here. */
export function findLabs() {
  const labs = [byChroot('trixie'), byChroot('sid'), byPip() ?? onPath()];
  return labs.filter((lab) => lab !== undefined);
}

function inFolder(folder) {
  const jupyter = join(folder, 'bin', 'jupyter');
  // A Debian has /bin too; Jupyter is not in it.
  if (existsSync(jupyter) && !existsSync(join(folder, 'etc', 'debian_version')))
    return checked({ command: jupyter, before: [], folder });
  return checked(inChroot(folder));
}

function onPath() {
  return checked({ command: 'jupyter', before: [] });
}

/** A Jupyter Notebook 7, by pip. */
export function findNotebook() {
  const found = inEnvironment('notebook', ['notebook>=7,<8']);
  return found && { ...found, version: outputOf(found.command, ['notebook', '--version']) };
}

function byPip() {
  return inEnvironment('lab', ['jupyterlab>=4,<5', 'ipykernel']);
}

/** An environment with these packages, which pip makes unless it is there. */
function inEnvironment(name, packages) {
  const folder = join(tmpdir(), `covey-${name}-pip`);
  const jupyter = join(folder, 'bin', 'jupyter');
  const lab = { command: jupyter, before: [], folder };
  if (existsSync(jupyter)) return checked(lab);
  if (!succeeds('python3', ['-m', 'venv', '--help'])) return undefined;
  console.log(`lab: installing ${packages.join(', ')} by pip`);
  const options = { timeout: PIP_TIMEOUT_MS, ...localIndexes() };
  const asked = ['install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '20'];
  const isThere =
    quietly('python3', ['-m', 'venv', folder], options) &&
    quietly(join(folder, 'bin', 'pip'), [...asked, ...options.indexes, ...packages], options);
  if (isThere) return checked(lab);
  rmSync(folder, { recursive: true, force: true });
  return undefined;
}

/** Where pip has indexes on this machine, only they are asked: another one that can't be reached hangs every install. */
function localIndexes() {
  const configured = outputOf('python3', ['-m', 'pip', 'config', 'get', 'global.extra-index-url']) ?? '';
  const [first, ...others] = configured.split(/\s+/).filter((url) => url.startsWith('file:'));
  if (first === undefined) return { indexes: [], env: process.env };
  const indexes = ['--index-url', first, ...others.flatMap((url) => ['--extra-index-url', url])];
  return { indexes, env: { ...process.env, PIP_CONFIG_FILE: '/dev/null' } };
}

function byChroot(suite) {
  if (!isRoot() || !existsSync('/etc/debian_version')) return undefined;
  const folder = join(tmpdir(), `covey-lab-${suite}`);
  const lab = inChroot(folder);
  if (existsSync(join(folder, 'usr', 'bin', 'jupyter'))) return checked(lab);
  if (!succeeds('which', ['debootstrap']) && !aptInstall(['debootstrap'], CHROOT_TIMEOUT_MS)) return undefined;
  console.log(`lab: making a Debian (${suite}) with JupyterLab by debootstrap (some minutes)`);
  const mirror = debianMirror();
  if (mirror === undefined) return undefined;
  const packages = 'ca-certificates,jupyterlab,python3-ipykernel,nodejs';
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const trust = existsSync(keyring) ? [`--keyring=${keyring}`] : ['--no-check-gpg'];
  const args = ['--variant=minbase', ...trust, `--include=${packages}`, suite, folder, mirror];
  if (quietly('debootstrap', args, { timeout: CHROOT_TIMEOUT_MS })) return checked(lab);
  rmSync(folder, { recursive: true, force: true });
  return undefined;
}

/** The mirror that this machine's own apt asks. */
function debianMirror() {
  const text = outputOf('sh', ['-c', 'cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null']) ?? '';
  return /\S+:\S*\/debian\/?(?=\s|$)/.exec(text)?.[0];
}

function inChroot(folder) {
  const environment = ['/usr/bin/env', '-i', 'LC_ALL=C.UTF-8', `PATH=${chrootPath}`];
  return { command: 'chroot', before: [folder, ...environment], chroot: folder, folder };
}

/** Only what runs, and is new enough. */
function checked(lab) {
  const inside = lab.chroot === undefined ? [] : ['HOME=/root', 'jupyter'];
  const version = outputOf(lab.command, [...lab.before, ...inside, 'lab', '--version']);
  return version !== undefined && Number(version.split('.')[0]) >= 4 ? { ...lab, version } : undefined;
}
