import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ClusterClosedError,
  ClusterExistsError,
  ClusterNotFoundError,
  ClusterStartError,
  ConfigurationError,
  listClusters,
  openCluster,
  startCluster,
  stopCluster,
} from '@covey/deploy';
import { Executor } from 'covey';
import { Sandbox, until } from '../support/sandbox.js';

jest.setTimeout(30_000);
let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.expectNothingLeft());

const small = { workers: 1, threadsPerWorker: 1 };

test('a kept cluster is found by its name, used, scaled and stopped', async () => {
  const started = await startCluster({ name: 'sums', options: small });
  expect(started.name).toBe('sums');
  expect(listClusters().map(({ name }) => name)).toEqual(['sums']);

  const executor = await Executor.connect('sums');
  expect(await executor.submit((x: number) => x * 2, 21).result()).toBe(42);
  await executor.close();

  const cluster = openCluster('sums');
  await cluster.scale(2);
  expect(await cluster.info()).toMatchObject({ name: 'sums', kind: 'local', requested: 2 });
  await stopCluster('sums');
  expect(listClusters()).toEqual([]);
  expect(cluster.isRunning).toBe(false);
  await expect(cluster.info()).rejects.toThrow(ClusterClosedError);
});

test('a kept cluster outlives the program that started it', async () => {
  const launcher = spawn(process.execPath, [join(__dirname, 'keeper-launcher.fixture.mjs'), 'lasting'], {
    env: sandbox.environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  expect(await once(launcher, 'exit')).toEqual([null, 'SIGKILL']);
  const cluster = openCluster('lasting');
  expect((await cluster.info()).workers).toHaveLength(1);
  await cluster.stop();
});

test('a name is given to one cluster at a time', async () => {
  const first = await startCluster({ name: 'sums', options: small });
  await expect(startCluster({ name: 'sums', options: small })).rejects.toThrow(ClusterExistsError);
  await first.stop();
  const second = await startCluster({ name: 'sums', options: small });
  await second.stop();
});

test('of two that want a name at the same moment one gets it, and of the other nothing is left', async () => {
  const outcomes = await Promise.allSettled([
    startCluster({ name: 'sums', options: small }),
    startCluster({ name: 'sums', options: small }),
  ]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const loser = outcomes.find((outcome) => outcome.status === 'rejected');
  expect(loser?.reason).toBeInstanceOf(ClusterExistsError);
  await stopCluster('sums');
});

test('names are invented for clusters that are given none', async () => {
  const cluster = await startCluster({ options: { ...small, workers: 0 } });
  expect(cluster.name).toMatch(/^[a-z]+-[a-z]+$/);
  await cluster.stop();
});

test('a keeper that is killed takes the cluster along, and its entry goes', async () => {
  const cluster = await startCluster({ name: 'sums', options: small });
  process.kill(cluster.entry.owner.pid, 'SIGKILL');
  expect(await until(() => sandbox.processes().length === 0)).toBe(true);
  expect(listClusters()).toEqual([]);
  expect(() => openCluster('sums')).toThrow(ClusterNotFoundError);
});

test('a keeper that is told to end by a signal puts everything away', async () => {
  const cluster = await startCluster({ name: 'sums', options: small });
  process.kill(cluster.entry.owner.pid, 'SIGTERM');
  expect(await until(() => !cluster.isRunning)).toBe(true);
  expect(sandbox.files()).toEqual([]);
});

test('a cluster with nothing to do ends after its idle timeout', async () => {
  const cluster = await startCluster({ name: 'sums', options: small, idleTimeoutMs: 3000 });
  expect(cluster.entry.idleTimeoutMs).toBe(3000);
  expect(await until(() => !cluster.isRunning)).toBe(true);
  expect(cluster.logs().join('\n')).toContain("the cluster 'sums' is over");
});

test('what can’t be started is told, with its log, and nothing is left', async () => {
  const starting = startCluster({ name: 'sums', options: { ...small, execArgv: ['--no-such-option'] } });
  await expect(starting).rejects.toThrow(ClusterStartError);
  await expect(starting).rejects.toThrow('no-such-option');
});

test.each([
  [{ kind: 'cloud' }, "no kind of cluster 'cloud'; there is: local"],
  [{ options: { wrokers: 2 } }, "no option 'wrokers'"],
  [{ options: { workers: 'many' } }, "option 'workers' must be"],
])('%j is refused before anything is started', async (options, message) => {
  const starting = startCluster(options);
  await expect(starting).rejects.toThrow(ConfigurationError);
  await expect(starting).rejects.toThrow(message);
});

test('which cluster: explicit, then COVEY_CLUSTER, then the user’s settings, then a new local one', async () => {
  const [a, b] = await Promise.all([
    startCluster({ name: 'a', options: small }),
    startCluster({ name: 'b', options: small }),
  ]);
  const nameOf = async (target?: string) => {
    await using executor = await Executor.connect(target, { logger: quiet });
    return executor.clusterName;
  };
  const said: string[] = [];
  const quiet = {
    debug: () => undefined,
    info: (line: string) => void said.push(line),
    warn: () => undefined,
    error: () => undefined,
    child: () => quiet,
  };
  writeFileSync(join(sandbox.folder, 'config', 'covey.json'), '{ "cluster": "b", "local.workers": 1 }');
  process.env['COVEY_CONFIG'] = join(sandbox.folder, 'config', 'covey.json');
  process.env['COVEY_CLUSTER'] = 'a';
  expect(await nameOf('b')).toBe('b');
  expect(said).toEqual([]);
  expect(await nameOf()).toBe('a');
  expect(said.pop()).toBe('using the cluster a: COVEY_CLUSTER names it');
  delete process.env['COVEY_CLUSTER'];
  expect(await nameOf()).toBe('b');
  await Promise.all([a.stop(), b.stop()]);
  await expect(nameOf()).rejects.toThrow("start it by 'covey clusters start b'");
  delete process.env['COVEY_CONFIG'];
  process.env['COVEY_LOCAL_WORKERS'] = '1';
  expect(await nameOf()).toMatch(/^[a-z]+-[a-z]+$/);
  expect(said.pop()).toContain('a local one was started');
});

test('no file of the registry but the secret’s holds the secret', async () => {
  const cluster = await startCluster({ name: 'sums', options: { ...small, workers: 0 } });
  const secret = cluster.secret.reveal();
  const holding = sandbox
    .files()
    .filter((path) => !path.startsWith('run') && readFileSync(join(sandbox.folder, path), 'utf8').includes(secret));
  expect(holding).toEqual([expect.stringMatching(/sums\.\w+\.secret$/)]);
  expect(cluster.logs().join('\n')).not.toContain(secret);
  for (const { commandLine } of sandbox.processes()) expect(commandLine).not.toContain(secret);
  await cluster.stop();
});
