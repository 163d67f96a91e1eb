/** What happens when the scheduler dies, when a client dies, and when everything is started again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { Executor, FutureLostError, LocalCluster, Lock, silentLogger, TaskCancelledError, wait } from 'covey';
import { failure, RunningCluster } from '../support/running-cluster.js';
import { Sandbox, until } from '../support/sandbox.js';

const inc = (x: number): number => x + 1;

describe('when the scheduler is killed', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(() => sandbox.expectNothingLeft());

  it('the cluster is over at once, every wait ends with a typed error, and nothing is left', async () => {
    const cluster = await LocalCluster.create({ workers: 1, waitForWorkers: 'all', logger: silentLogger });
    const executor = await Executor.connect(cluster, { logger: silentLogger });
    const known = executor.submit(inc, 1);
    expect(await known.result()).toBe(2);
    const large = executor.submit(() => new Float64Array(10_000));
    await wait([large]);
    const running = executor.with({ pure: false }).submit(() => new Promise<number>(() => undefined));
    const dependent = executor.submit(inc, running);
    await executor.schedulerInfo();
    process.kill(cluster.pids.scheduler!, 'SIGKILL');
    const outcomes = await Promise.all(
      [
        running.result(),
        dependent.result(),
        large.result(),
        executor.gather([known, running]),
        executor.whoHas(),
        executor.scatter([1]),
        cluster.closed.then(() => executor.submit(inc, 5).result()),
      ].map((promise) =>
        promise.then(
          (value: unknown) => value,
          (error: unknown) => error,
        ),
      ),
    );
    for (const outcome of outcomes) expect(outcome).toBeInstanceOf(FutureLostError);
    expect(await cluster.closed).toMatch(/scheduler was ended by SIGKILL/);
    expect([running.status, dependent.status, large.status, known.status]).toEqual([
      'lost',
      'lost',
      'lost',
      'finished',
    ]);
    expect(await known.result()).toBe(2); // It had come along.
    await executor.close();
    await cluster.close();
  });
});

describe('in a cluster', () => {
  let world: RunningCluster;
  beforeAll(async () => {
    world = await RunningCluster.start({ clientGraceMs: 500 });
  });
  afterAll(() => world.close());

  const keysOnWorkers = async () => Object.values(await world.executor.hasWhat()).flat();

  it('a client that is killed leaves nothing behind: its tasks end, its locks and results are free', async () => {
    const client = spawn(process.execPath, [join(__dirname, 'client.fixture.mjs'), world.cluster.address], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, COVEY_TEST_SECRET: world.cluster.secret.reveal() },
    });
    try {
      const [line] = (await once(createInterface(client.stdout), 'line')) as [string];
      const { endless, held } = JSON.parse(line) as { endless: string; held: string };
      expect(await keysOnWorkers()).toContain(held);
      expect((await world.executor.schedulerInfo()).clients.map(({ name }) => name)).toContain('doomed');
      const lock = new Lock(world.executor, 'of the doomed');
      expect(await lock.locked()).toBe(true);
      const acquiring = lock.acquire();
      client.kill('SIGKILL');
      await once(client, 'close');
      await (await acquiring).release();
      expect(await lock.locked()).toBe(false);
      await until(async () => !(await keysOnWorkers()).includes(held));
      expect(await keysOnWorkers()).not.toContain(held);
      const isRunning = async () =>
        Object.values(await world.executor.processing())
          .flat()
          .includes(endless);
      expect(await until(async () => !(await isRunning()))).toBe(true);
    } finally {
      client.kill('SIGKILL');
    }
    // Both threads are free again.
    expect(await world.executor.gather(world.impure.map(inc, [1, 2, 3]))).toEqual([2, 3, 4]);
  });

  it('a restart cancels all futures and forgets what workers had loaded; uploads are there again', async () => {
    const other = await world.connect();
    try {
      await world.executor.uploadFile({ name: 'tripling.mjs', content: 'export const triple = (x) => 3 * x;' });
      const uses = async (x: number): Promise<number> => {
        const name = 'tripling.mjs';
        return ((await import(name)) as { triple(x: number): number }).triple(x);
      };
      expect(await world.impure.submit(uses, 2).result()).toBe(6);
      const remembers = (): number => {
        const memory = globalThis as { runs?: number };
        return (memory.runs = (memory.runs ?? 0) + 1);
      };
      await world.executor.gather(world.impure.map(remembers, [1, 2, 3, 4]));
      const pids = await world.executor.run(() => process.pid);
      const mine = world.executor.submit(inc, 41);
      const theirs = other.with({ pure: false }).submit(() => new Promise<number>(() => undefined));
      await mine.result();
      await world.executor.publishDataset('gone', mine);
      await world.executor.restart();
      const error = (await failure(theirs)) as TaskCancelledError;
      expect(error).toBeInstanceOf(TaskCancelledError);
      expect(error.message).toContain('restarted');
      expect([mine.status, theirs.status]).toEqual(['cancelled', 'cancelled']);
      expect(await world.executor.listDatasets()).toEqual([]);
      await world.executor.waitForWorkers(2);
      const after = await world.executor.run(() => process.pid);
      expect(Object.values(after).filter((pid) => Object.values(pids).includes(pid))).toEqual([]);
      expect(await world.impure.submit(remembers).result()).toBe(1);
      expect(await world.impure.submit(uses, 5).result()).toBe(15);
      expect(await world.executor.submit(inc, 41).result()).toBe(42);
      expect(await other.submit(inc, 1).result()).toBe(2);
    } finally {
      await other.close();
    }
  });

  it('workers that come later have the uploads before their first task', async () => {
    await world.executor.uploadFile({ name: 'late.mjs', content: 'export const late = 7;' });
    await world.cluster.scale(3);
    await world.executor.waitForWorkers(3);
    const there = world.impure.with({ workers: 'worker-2' });
    const read = async (): Promise<number> => {
      const name = 'late.mjs';
      return ((await import(name)) as { late: number }).late;
    };
    expect(await there.submit(read).result()).toBe(7);
    await world.cluster.scale(2);
  });

  it('a worker that is started again by request holds up only its own tasks', async () => {
    const before = await world.executor.schedulerInfo();
    const [first] = before.workers;
    const future = world.impure.with({ workers: first!.name }).submit(inc, 1);
    await future.result();
    await world.executor.restartWorkers(first!.name);
    const again = (await world.executor.schedulerInfo()).workers.find(({ name }) => name === first!.name);
    expect(again?.pid).not.toBe(first!.pid);
    expect(await future.result()).toBe(2);
  });
});
