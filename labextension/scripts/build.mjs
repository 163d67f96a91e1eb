/**
 * Builds the prebuilt extension into `labextension/`, with npm alone: installs what this package needs when that is
 * missing, compiles, packs it against the list of what JupyterLab shares, and says how large it came out. `--check` only
 * compiles.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
/** Compressed, as a server sends it: every page of JupyterLab loads it. */
const BUNDLE_MAX_BYTES = 400_000;

// Not `npm ci`: it refuses a lockfile that lacks the builder's binaries for platforms that the registry doesn't have.
if (installIsStale()) run(npmCommand(), ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund']);
for (const file of ['protocol/bundle/bridge.js', 'dashboard/lib/index.js']) {
  if (!existsSync(join(folder, '..', 'packages', file))) fail('Build the packages first: npm run build');
}
rmSync(join(folder, 'lib'), { recursive: true, force: true });
run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', join(folder, 'tsconfig.build.json')]);
if (!process.argv.includes('--check')) {
  const { coreList } = await import('./core-list.mjs');
  const core = join(folder, 'lib', 'core');
  mkdirSync(core, { recursive: true });
  writeFileSync(join(core, 'package.json'), JSON.stringify(coreList()));
  const builder = join(folder, 'node_modules', '@jupyter', 'builder', 'lib', 'build-labextension.js');
  run(process.execPath, [builder, '--core-package-file', join(core, 'package.json'), '.']);
  const bytes = packedBytes();
  console.log(`labextension: ${Math.round(bytes / 1000)} kB compressed`);
  if (bytes > BUNDLE_MAX_BYTES) fail(`That is more than ${BUNDLE_MAX_BYTES / 1000} kB.`);
}

function packedBytes() {
  const packed = join(folder, 'labextension', 'static');
  const scripts = readdirSync(packed).filter((name) => name.endsWith('.js'));
  return scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(packed, name))).length, 0);
}

/** As `scripts/ensure-ready.mjs` decides it for the clone. */
function installIsStale() {
  const installedPath = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return true;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).some(
    ([path, entry]) =>
      path !== '' && !(entry.optional && !installed[path]) && installed[path]?.version !== entry.version,
  );
}

function npmCommand() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
