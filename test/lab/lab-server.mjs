/**
 * A JupyterLab on a free port, with the kernel and the extension in a prefix that is taken away afterwards. In a chroot it
 * sees the clone and the prefix at the same paths.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_TIMEOUT_MS = 90_000;
const END_GRACE_MS = 15_000;

/** @param extra more options of the server. */
export async function startLab(lab, root, extra = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'covey-lab-'));
  const unmount = lab.chroot === undefined ? () => undefined : bindInto(lab.chroot, [root, folder]);
  const [port, token, notebooks, log] = [
    await freePort(),
    randomUUID(),
    join(folder, 'notebooks'),
    join(folder, 'lab.log'),
  ];
  for (const name of ['notebooks', 'config', 'data', 'runtime', 'home', 'settings', 'workspaces'])
    mkdirSync(join(folder, name));
  // Lab's own question whether it may fetch news would stand in every picture.
  const notification = join(folder, 'settings', '@jupyterlab', 'apputils-extension');
  mkdirSync(notification, { recursive: true });
  writeFileSync(join(notification, 'notification.jupyterlab-settings'), '{ "fetchNews": "false" }');
  const environment = {
    HOME: folder,
    JUPYTER_PATH: join(folder, 'prefix', 'share', 'jupyter'),
    JUPYTER_CONFIG_DIR: join(folder, 'config'),
    JUPYTER_DATA_DIR: join(folder, 'data'),
    JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
    COVEY_HOME: join(folder, 'home'),
  };
  const covey = join(root, 'packages', 'covey', 'bin', 'covey.mjs');
  const run = (command, args, options) => {
    if (lab.chroot === undefined) return spawn(command, args, { ...options, env: { ...process.env, ...environment } });
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    return spawn(
      lab.command,
      [...lab.before, ...variables, 'sh', '-c', 'cd "$0" && exec "$@"', notebooks, command, ...args],
      options,
    );
  };
  const node = lab.chroot === undefined ? process.execPath : 'node';
  await ended(run(node, [covey, 'jupyter', 'install', '--prefix', join(folder, 'prefix')], { stdio: 'inherit' }));
  const output = openSync(log, 'w');
  const jupyter = lab.chroot === undefined ? lab.command : 'jupyter';
  const options = {
    '--ip': '127.0.0.1',
    '--port': port,
    '--IdentityProvider.token': token,
    '--ServerApp.root_dir': notebooks,
    '--ServerApp.port_retries': 0,
    '--LabApp.user_settings_dir': join(folder, 'settings'),
    '--LabApp.workspaces_dir': join(folder, 'workspaces'),
    '--LabApp.expose_app_in_browser': 'True',
    '--LabApp.news_url': 'None',
    '--LabApp.check_for_updates_class': 'jupyterlab.NeverCheckForUpdate',
    ...extra,
  };
  const argsWith = (more) => [
    'lab',
    '--allow-root',
    '--no-browser',
    ...Object.entries({ ...options, ...more }).map(([name, value]) => `${name}=${value}`),
  ];
  const url = `http://127.0.0.1:${port}`;
  let server;
  const start = async (more = {}) => {
    const cwd = lab.chroot === undefined ? notebooks : undefined;
    server = run(jupyter, argsWith(more), { cwd, stdio: ['ignore', output, output] });
    await answers(`${url}/api/status?token=${token}`, server);
  };
  const stop = async () => {
    const end = ended(server).catch(() => undefined);
    server.kill('SIGTERM');
    const timer = setTimeout(() => server.kill('SIGKILL'), END_GRACE_MS);
    await end;
    clearTimeout(timer);
  };
  const close = async () => {
    await stop();
    // Clusters outlive the server: they are stopped by name.
    await ended(run(node, [covey, 'clusters', 'stop', '--all'], { stdio: 'ignore' })).catch(() => undefined);
    unmount();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    console.error(readFileSync(log, 'utf8').split('\n').slice(-30).join('\n'));
    await close();
    throw error;
  }
  const registry = join(environment.COVEY_HOME, 'clusters', hostname());
  return {
    ...{ url, token, notebooks, registry, stop, close },
    /** Begins again after `stop`, perhaps with more options. */
    start,
    log: () => readFileSync(log, 'utf8'),
    /** Runs `covey` with the same folders. */
    covey: (...given) => ended(run(node, [covey, ...given], { stdio: 'ignore' })),
    /** Writes what the extension's settings hold of one of its plugins; read when a page is opened. */
    configure: (plugin, settings) => {
      const file = join(folder, 'settings', '@covey', 'labextension', `${plugin}.jupyterlab-settings`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(settings));
    },
    /** Of the clusters that run. */
    secrets: () =>
      readdirSync(registry)
        .filter((file) => file.endsWith('.secret'))
        .map((file) => readFileSync(join(registry, file), 'utf8').trim()),
  };
}

export async function answers(url, server) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`jupyter lab ended with code ${server.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await delay(200);
  }
  throw new Error(`jupyter lab did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

function bindInto(chroot, folders) {
  const mounted = [];
  const mount = (source, ...options) => {
    const target = join(chroot, source);
    mkdirSync(target, { recursive: true });
    if (spawnSync('mountpoint', ['-q', target]).status === 0) return;
    if (spawnSync('mount', [...options, source, target]).status !== 0) throw new Error(`${target} can't be mounted`);
    mounted.unshift(target);
  };
  mount('/proc', '--bind');
  mount('/dev', '--rbind');
  for (const folder of folders) mount(folder, '--bind');
  return () => {
    for (const target of mounted) spawnSync('umount', ['-l', target]);
  };
}

export function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    const done = (code, signal) =>
      code === 0
        ? resolve()
        : reject(new Error(`${child.spawnargs.slice(0, 3).join(' ')} ended with ${code ?? signal}`));
    if (child.exitCode !== null || child.signalCode !== null) done(child.exitCode, child.signalCode);
    else child.on('exit', done);
  });
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
