import { spawnSync } from 'node:child_process';
import { existsSync, lutimesSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Executor } from '@covey/executor';
import { ClusterClosedError, ClusterStartError, ConfigurationError, LocalCluster } from '@covey/deploy';
import type { ClusterEvent, LocalClusterOptions } from '@covey/deploy';
import { formatAddress, ListenError, silentLogger } from '@covey/protocol';
import { socketAddress } from '@covey/protocol/internal';
import { Sandbox, until } from '../support/sandbox.js';

jest.setTimeout(30_000);
let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.expectNothingLeft());

const small = {
  workers: 2,
  threadsPerWorker: 1,
  waitForWorkers: 'all',
  logger: silentLogger,
} satisfies LocalClusterOptions;

/** The next event of a kind. */
function next<Type extends ClusterEvent['type']>(
  cluster: LocalCluster,
  type: Type,
): Promise<Extract<ClusterEvent, { type: Type }>> {
  return new Promise((resolve) => {
    const stop = cluster.subscribe((event) => {
      if (event.type !== type) return;
      stop();
      resolve(event as Extract<ClusterEvent, { type: Type }>);
    });
  });
}

async function addOn(cluster: LocalCluster): Promise<number> {
  await using executor = await Executor.connect(cluster);
  return await executor.submit((x: number) => x + 1, 1).result();
}

test('a cluster computes, tells its workers, and leaves nothing when it is closed', async () => {
  const cluster = await LocalCluster.create({ ...small, name: 'alpha' });
  expect(cluster).toMatchObject({ name: 'alpha', kind: 'local', requested: 2 });
  expect(cluster.address).toMatch(/^unix:/);
  expect(await addOn(cluster)).toBe(2);
  const workers = await cluster.workers();
  expect(workers.map(({ name }) => name).sort()).toEqual(['worker-0', 'worker-1']);
  expect(workers.map(({ nthreads }) => nthreads)).toEqual([1, 1]);
  await cluster.close();
  await cluster.close();
  expect(await cluster.closed).toBe('it was closed');
  await expect(cluster.scale(3)).rejects.toThrow(ClusterClosedError);
});

test('over TCP a cluster listens on the loopback interface only, on any free port', async () => {
  await using cluster = await LocalCluster.create({ ...small, protocol: 'ws' });
  expect(cluster.address).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
  expect(await addOn(cluster)).toBe(2);
});

test('two clusters of one program do not get in each other’s way', async () => {
  const [a, b] = await Promise.all([LocalCluster.create(small), LocalCluster.create(small)]);
  expect(a.address).not.toBe(b.address);
  expect(a.secret.equals(b.secret)).toBe(false);
  expect(await Promise.all([addOn(a), addOn(b)])).toEqual([2, 2]);
  await Promise.all([a.close(), b.close()]);
});

test('a cluster grows and shrinks, and results survive', async () => {
  await using cluster = await LocalCluster.create(small);
  await using executor = await Executor.connect(cluster);
  const squares = executor.map((x: number) => x * x, [1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await executor.gather(squares)).toHaveLength(8);
  await cluster.scale(3);
  await cluster.waitForWorkers();
  expect(await cluster.workers()).toHaveLength(3);
  await cluster.scale(1);
  expect(await cluster.workers()).toHaveLength(1);
  expect(await executor.submit((xs: number[]) => xs.reduce((a, b) => a + b), squares).result()).toBe(204);
});

test('a worker that retired a moment ago is not counted when the cluster is scaled', async () => {
  await using cluster = await LocalCluster.create({ ...small, workers: 2, waitForWorkers: 'all' });
  await using executor = await Executor.connect(cluster);
  expect(await executor.retireWorkers({ n: 1 })).toHaveLength(1);
  await cluster.scale(2);
  await cluster.waitForWorkers(2);
  expect(await executor.submit((x: number) => x + 1, 1).result()).toBe(2);
});

test('a cluster that shrinks to nothing and grows again computes anew what is wanted', async () => {
  await using cluster = await LocalCluster.create(small);
  await using executor = await Executor.connect(cluster);
  const texts = executor.map((n: number) => 'x'.repeat(10_000 + n), [1, 2, 3]);
  await executor.gather(texts);
  await cluster.scale(0);
  expect(await cluster.workers()).toEqual([]);
  await cluster.scale(1);
  expect((await executor.gather(texts)).map((text) => text.length)).toEqual([10_001, 10_002, 10_003]);
});

test('of several wishes at once the last one counts', async () => {
  await using cluster = await LocalCluster.create({ ...small, workers: 1 });
  await Promise.all([cluster.scale(3), cluster.scale(0), cluster.scale(2)]);
  await cluster.waitForWorkers();
  expect(cluster.requested).toBe(2);
  expect(await cluster.workers()).toHaveLength(2);
});

test('no workers may be asked for, and come later', async () => {
  await using cluster = await LocalCluster.create({ ...small, workers: 0 });
  await using executor = await Executor.connect(cluster);
  const sum = executor.submit((a: number, b: number) => a + b, 1, 2);
  await cluster.scale(1);
  expect(await sum.result()).toBe(3);
});

test('a port in use is told by its number, and nothing is left', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const starting = LocalCluster.create({ ...small, protocol: 'ws', port });
    await expect(starting).rejects.toThrow(ListenError);
    await expect(starting).rejects.toThrow(String(port));
  } finally {
    server.close();
  }
});

test('workers that cannot start are told with their last words, and nothing is left', async () => {
  const starting = LocalCluster.create({ ...small, execArgv: ['--no-such-option'] });
  await expect(starting).rejects.toThrow(ClusterStartError);
  await expect(starting).rejects.toThrow('no-such-option');
});

test.each([
  [{ workers: -1 }, '`workers` must be'],
  [{ threadsPerWorker: 0 }, '`threadsPerWorker` must be'],
  [{ memoryLimit: 'much' }, 'memoryLimit'],
  [{ protocol: 'unix', port: 1 }, "for protocols 'ws'"],
  [{ name: '../x' }, "can't be the name of a cluster"],
] as const)('%j is refused before anything is started', async (options, message) => {
  const starting = LocalCluster.create({ ...small, ...options });
  await expect(starting).rejects.toThrow(ConfigurationError);
  await expect(starting).rejects.toThrow(message);
  expect(sandbox.processes()).toEqual([]);
});

test('without waiting for workers, a cluster none of which can start is over, and says why', async () => {
  const { waitForWorkers: _, ...impatient } = small;
  const cluster = await LocalCluster.create({ ...impatient, execArgv: ['--no-such-option'] });
  expect(await cluster.closed).toContain('no worker could start');
});

test('tasks wait for workers that are still starting', async () => {
  const { waitForWorkers: _, ...impatient } = small;
  await using cluster = await LocalCluster.create(impatient);
  expect(await addOn(cluster)).toBe(2);
});

test('a start that is given up leaves nothing', async () => {
  const controller = new AbortController();
  const starting = LocalCluster.create({ ...small, signal: controller.signal });
  controller.abort(new Error('changed my mind'));
  await expect(starting).rejects.toThrow('changed my mind');
});

test('a worker that is killed comes back', async () => {
  await using cluster = await LocalCluster.create({ ...small, workers: 1 });
  const [worker] = await cluster.workers();
  const died = next(cluster, 'worker-died');
  const back = next(cluster, 'worker-ready');
  process.kill(worker!.pid, 'SIGKILL');
  expect(await died).toMatchObject({ name: 'worker-0', death: { signal: 'SIGKILL' } });
  expect((await back).pid).not.toBe(worker!.pid);
  expect(await addOn(cluster)).toBe(2);
});

test('a nanny that is killed takes its workers along, and all come back', async () => {
  await using cluster = await LocalCluster.create(small);
  const before = (await cluster.workers()).map(({ pid }) => pid);
  const back = next(cluster, 'worker-ready');
  process.kill(cluster.pids.nanny!, 'SIGKILL');
  await back;
  expect(await addOn(cluster)).toBe(2);
  expect(await until(() => sandbox.processes().every(({ pid }) => !before.includes(pid)))).toBe(true);
});

test('a scheduler that is killed ends the cluster, which says so', async () => {
  const cluster = await LocalCluster.create(small);
  const closed = next(cluster, 'closed');
  process.kill(cluster.pids.scheduler!, 'SIGKILL');
  expect(await closed).toEqual({ type: 'closed', reason: 'the scheduler was ended by SIGKILL', failed: true });
  expect(await cluster.closed).toContain('SIGKILL');
  await expect(cluster.scale(1)).rejects.toThrow(ClusterClosedError);
});

test('what workers write to standard error reaches the logger', async () => {
  const lines: string[] = [];
  const logger = { ...silentLogger, warn: (line: string) => lines.push(line), child: () => logger };
  await using cluster = await LocalCluster.create({ ...small, workers: 1, logger, execArgv: ['--inspect=0'] });
  expect(lines).toContainEqual(expect.stringContaining('Debugger listening'));
  expect((await cluster.logs())['workers']).toContainEqual(expect.stringContaining('Debugger listening'));
});

test('a cluster that starts removes the sockets that killed ones left', async () => {
  const address = socketAddress('a cluster that was killed');
  const path = formatAddress(address).slice('unix://'.length);
  const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', code]);
  lutimesSync(path, new Date(0), new Date(0));
  await using _cluster = await LocalCluster.create({ workers: 0 });
  expect(await until(() => !existsSync(path))).toBe(true);
});
