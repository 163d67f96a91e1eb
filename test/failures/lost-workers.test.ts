/** Workers that die: what was lost is computed again, and who killed them is told apart from who was only there. */
import { execSync } from 'node:child_process';
import { asCompleted, DataLostError, KilledWorkerError, wait } from 'covey';
import { failure, RunningCluster } from '../support/running-cluster.js';
import { until } from '../support/sandbox.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start({ workers: 3 });
});
afterAll(() => world.close());

/** As the kernel would: nothing in the process hears of it. */
const killProcess = (): void => {
  execSync(`kill -9 ${process.pid}`);
};

describe('a worker that is killed', () => {
  it('loses results, which are computed again where they are needed', async () => {
    const there = world.impure.with({ workers: 'worker-0', allowOtherWorkers: true });
    const made = there.submit(() => ({ pid: process.pid, data: new Float64Array(50_000).fill(7) }));
    const { pid } = await made.result();
    expect(pid).toBe(await world.pidOf('worker-0'));
    await world.killWorker('worker-0');
    const used = world.impure.submit((value: { pid: number; data: Float64Array }) => [value.pid, value.data[9]], made);
    const [pidOfSecond, item] = await used.result();
    expect(pidOfSecond).not.toBe(pid);
    expect(item).toBe(7);
    expect((await made.result()).pid).toBe(pidOfSecond);
    const states = (await world.executor.story(made)).map(({ from, to }) => `${from} → ${to}`);
    expect(states).toContain('memory → released');
  });

  it('loses what it was running, which runs again', async () => {
    const there = world.impure.with({ workers: ['worker-0', 'worker-1'] });
    const path = `${process.env['TMPDIR'] ?? '/tmp'}/first-attempt-${process.pid}`;
    const once = there.submit(async (file: string) => {
      const { existsSync, writeFileSync, rmSync } = await import('node:fs');
      if (!existsSync(file)) {
        writeFileSync(file, '');
        await new Promise(() => undefined);
      }
      rmSync(file);
      return 'the second time';
    }, path);
    await world.isRunning(once);
    const { existsSync } = await import('node:fs');
    await until(() => existsSync(path));
    const processing = await world.executor.processing();
    const [address] = Object.entries(processing).find(([, keys]) => keys.includes(once.key)) ?? [];
    const { workers } = await world.executor.schedulerInfo();
    await world.killWorker(workers.find((worker) => worker.address === address)?.name ?? '');
    expect(await once.result()).toBe('the second time');
    once.release(); // Else it would be computed again with the next worker that dies.
  });

  it('does not make gather, wait or asCompleted answer too early', async () => {
    const there = world.impure.with({ workers: 'worker-1', allowOtherWorkers: true });
    const large = there.map((i: number) => new Float64Array(20_000).fill(i), [1, 2, 3]);
    await wait(large);
    const slow = world.impure.with({ workers: 'worker-2' }).submit(async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return 4;
    });
    const gathered = world.executor.gather([...large, slow]);
    const skipping = world.executor.gather([...large, slow], { errors: 'skip' });
    const waited = wait([...large, slow]);
    const completed = (async () => {
      const sizes: unknown[] = [];
      for await (const [, value] of asCompleted([...large, slow]).results()) sizes.push(value);
      return sizes.length;
    })();
    await world.killWorker('worker-1');
    const sums = (await gathered).map((value) => (typeof value === 'number' ? value : value[19_999]));
    expect(sums).toEqual([1, 2, 3, 4]);
    expect(await skipping).toHaveLength(4);
    expect((await waited).notDone).toEqual([]);
    expect(await completed).toBe(4);
  });

  it('loses scattered data for good, unless there was another copy', async () => {
    const data = new Float64Array(10_000).fill(3);
    const single = await world.executor.scatter(data, { workers: 'worker-0', hash: false });
    const [double] = await world.executor.scatter([data], { broadcast: true, hash: false });
    await world.killWorker('worker-0');
    const sum = (xs: Float64Array) => xs.reduce((a, b) => a + b, 0);
    const error = (await failure(world.impure.submit(sum, single))) as DataLostError;
    expect(error).toBeInstanceOf(DataLostError);
    expect(await world.impure.submit(sum, double!).result()).toBe(30_000);
  });
});

describe('a task that kills its worker', () => {
  it('is blamed with evidence, and its neighbours are not', async () => {
    const bad = 5;
    const futures = world.impure.map(
      (i: number, guilty: number) => {
        if (i === guilty) execSync(`kill -9 ${process.pid}`);
        return i;
      },
      Array.from({ length: 12 }, (_, i) => i),
      new Array<number>(12).fill(bad),
    );
    expect(await world.executor.gather(futures, { errors: 'skip' })).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]);
    const guilty = futures[bad]!;
    const error = (await failure(guilty)) as KilledWorkerError;
    expect(error).toBeInstanceOf(KilledWorkerError);
    expect(error.message).toContain(guilty.key);
    expect(error.data).toMatchObject({ attempts: 4, signal: 'SIGKILL', exitCode: null, overMemory: false });
    expect((error.data as { memory: [number, number][] }).memory.length).toBeGreaterThan(0);
    const dependent = world.impure.submit((x: number) => x, guilty);
    expect(await failure(dependent)).toBeInstanceOf(KilledWorkerError);
  });

  it('leaves a cluster that goes on', async () => {
    expect(await failure(world.impure.submit(killProcess))).toBeInstanceOf(KilledWorkerError);
    await world.executor.waitForWorkers(3);
    expect(await world.executor.gather(world.impure.map((x: number) => x + 1, [1, 2, 3]))).toEqual([2, 3, 4]);
  });
});
