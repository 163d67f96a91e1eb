/**
 * Makes a clone ready to run, doing only what is missing: installs when `node_modules` does not hold what
 * `package-lock.json` names, compiles and bundles when a source has changed since the last build.
 * Every npm script goes through here, so that on a fresh clone each of them is enough on its own.
 *
 * Uses nothing but Node itself: it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules', '.cache', 'covey-build');

/**
 * Whether `node_modules` lacks something of the lockfile. npm writes down what it installed; comparing versions with
 * that is surer than comparing times, which a checkout or an interrupted install changes.
 */
function installIsStale() {
  const installedPath = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return true;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).some(([path, entry]) => {
    if (path === '') return false;
    // Optional packages of other platforms are in the lockfile and rightly not here.
    if (entry.optional && !installed[path]) return false;
    return installed[path]?.version !== entry.version || (entry.link === true && !existsSync(join(root, path)));
  });
}

/** What the build reads: every source and configuration file by path, size and time. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  const add = (path) => {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  };
  const addFolder = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.')) addFolder(path);
      else if (entry.isFile()) add(path);
    }
  };
  for (const path of ['package-lock.json', 'tsconfig.base.json', 'tsconfig.json', 'scripts/bundle.mjs']) add(path);
  for (const name of packageFolders()) {
    add(`packages/${name}/package.json`);
    add(`packages/${name}/tsconfig.json`);
    addFolder(`packages/${name}/src`);
  }
  for (const path of ['kernel-bridge/package.json', 'kernel-bridge/tsconfig.json']) add(path);
  for (const folder of ['kernel-bridge/src', 'examples/src', 'test']) addFolder(folder);
  return hash.digest('hex');
}

function packageFolders() {
  return readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'package.json')));
}

function buildIsStale(current) {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== current) return true;
  return packageFolders().some((name) => {
    const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    return Object.values(exports['.']).some((file) => !existsSync(join(root, 'packages', name, file)));
  });
}

/** Runs a command in the open; a failure ends this process with the command's own exit code. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function install() {
  console.log('covey: installing dependencies (npm ci)');
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args]);
  else run('npm', args);
}

function build(current) {
  console.log('covey: building');
  rmSync(stamp, { force: true });
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
  run(process.execPath, [join(root, 'scripts', 'bundle.mjs')]);
  mkdirSync(join(stamp, '..'), { recursive: true });
  writeFileSync(stamp, current);
}

export function ensureInstalled() {
  if (installIsStale()) install();
}

export function ensureReady() {
  ensureInstalled();
  const current = fingerprint();
  if (buildIsStale(current)) build(current);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes('--install-only')) ensureInstalled();
  else ensureReady();
}
