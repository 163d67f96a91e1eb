/** Results of tasks that hold futures of other tasks: who gets live futures of them, and how long their tasks are kept. */
import { Future, getExecutor, getTask } from 'covey';
import { RunningCluster } from '../support/running-cluster.js';
import { until } from '../support/sandbox.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start();
});
afterAll(() => world.close());

/** How many tasks the scheduler has. */
async function countTasks(): Promise<number> {
  const { counts } = await world.executor.schedulerInfo();
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Submits `count` tasks, and answers without waiting for them. */
const split = (count: number) => {
  const executor = getExecutor().with({ pure: false });
  return { parts: Array.from({ length: count }, (_, i) => executor.submit((n: number) => [n * 2], i)) };
};

it('whoever reads the result gets futures, which keep their tasks when the result is let go', async () => {
  const outer = world.impure.submit(split, 3);
  const { parts } = await outer.result();
  expect(parts.every((part) => part instanceof Future)).toBe(true);
  outer.release();
  expect(await world.executor.gather(parts)).toEqual([[0], [2], [4]]);
  const total = world.executor.submit((all: number[][]) => all.flat().reduce((a, b) => a + b), parts);
  expect(await total.result()).toBe(6);
  for (const future of [...parts, total]) future.release();
  await until(async () => (await countTasks()) === 0);
});

it('the result keeps the tasks, however late it is read, and lets them go with itself', async () => {
  const there = world.impure.with({ workers: 'worker-0' });
  interface Thread {
    submitted?: Future<number[]>[];
  }
  const outer = there.submit(() => {
    const executor = getExecutor().with({ pure: false });
    const parts = [1, 2].map((n) => executor.submit((x: number) => [x], n));
    (globalThis as Thread).submitted = parts;
    return { parts };
  });
  const letGo = async () => {
    for (const future of (globalThis as Thread).submitted ?? []) future.release();
    // Asked after that: what was let go has arrived when this is answered.
    await getExecutor().nthreads();
  };
  await outer.exception();
  await there.submit(letGo).result();
  expect(await world.executor.gather((await outer.result()).parts)).toEqual([[1], [2]]);
  // Read once more, it gives other futures of the same tasks.
  const [first, second] = [await outer.result(), await outer.result()];
  expect(first.parts.map(({ key }) => key)).toEqual(second.parts.map(({ key }) => key));
  for (const future of [...first.parts, ...second.parts]) future.release();
  expect(await world.executor.whoHas([outer.key, ...first.parts.map(({ key }) => key)])).toMatchObject({
    [outer.key]: [expect.any(String)],
    [first.parts[0]!.key]: [expect.any(String)],
  });
  outer.release();
  await until(async () => (await countTasks()) === 0);
});

it('a task that takes such a result, or returns a future of it, has live futures too', async () => {
  const outer = world.impure.submit(split, 3);
  const sum = world.impure.submit(async (given: { parts: Future<number[]>[] }) => {
    const values = await getExecutor().gather(given.parts);
    return values.flat().reduce((a, b) => a + b);
  }, outer);
  expect(await sum.result()).toBe(6);
  const passed = world.impure.submit(
    (given: { parts: Future<number[]>[] }) => new Map([['last', given.parts[2]!]]),
    outer,
  );
  outer.release();
  expect(await (await passed.result()).get('last')!.result()).toEqual([4]);
  const again = world.impure.submit(() => getExecutor().with({ pure: false }).submit(split, 1));
  const { parts } = await again.result();
  expect(await parts[0]!.result()).toEqual([0]);
});

it('a result that is lost and computed again has the futures of its second computation', async () => {
  const there = world.impure.with({ workers: 'worker-0', allowOtherWorkers: true });
  const outer = there.submit(split, 2);
  const before = await outer.result();
  await world.executor.gather(before.parts);
  const keys = before.parts.map(({ key }) => key);
  for (const part of before.parts) part.release();
  await world.killWorker('worker-0');
  const after = await outer.result();
  expect(after.parts.map(({ key }) => key)).not.toEqual(keys);
  expect(await world.executor.gather(after.parts)).toEqual([[0], [2]]);
});

it.each([
  [
    'a released future',
    () => {
      const future = getExecutor().submit((x: number) => x, 1);
      future.release();
      return [future];
    },
    /was released and can't be used any more/,
  ],
  ['its own future', () => [getExecutor().futureOf(getTask().key)], /one of them is, or holds, the task itself/],
])('%s in a result is an error of the task', async (_, fn, message) => {
  await expect(world.impure.submit(fn).result()).rejects.toThrow(message);
});
