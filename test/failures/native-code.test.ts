/** Native code can't be stopped: what happens to a thread that is kept by it, to its worker, and to everybody else. */
import { execFileSync } from 'node:child_process';
import { Event, TaskCancelledError } from 'covey';
import { failure, RunningCluster } from '../support/running-cluster.js';
import { until } from '../support/sandbox.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start();
});
afterAll(() => world.close());

test('a thread that native code keeps is written off, others take its place, and its worker starts anew when it is drained', async () => {
  const there = world.impure.with({ workers: 'worker-0' });
  const pid = await world.pidOf('worker-0');
  const kept = there.submit(() => {
    execFileSync('sleep', ['8']);
  });
  await world.isRunning(kept);
  const data = there.submit(() => new Float64Array(1_000).fill(4));
  kept.cancel();
  expect(await failure(kept)).toBeInstanceOf(TaskCancelledError);
  // Another thread has the place of the one that does not end: the worker computes.
  expect((await data.result())[999]).toBe(4);
  expect(await there.submit(() => process.pid).result()).toBe(pid);
  // A thread that is written off takes its worker with it, but not what the worker has begun.
  const go = new Event(world.executor, 'go');
  const begun = there.submit(async () => {
    await go.wait();
    return process.pid;
  });
  await world.isRunning(begun);
  const log = async () => (await world.cluster.logs())['workers']?.join('\n') ?? '';
  expect(await until(async () => (await log()).includes('native code keeps it'), 30_000)).toBe(true);
  expect(await world.pidOf('worker-0')).toBe(pid);
  await go.set();
  expect(await begun.result()).toBe(pid);
  const isBack = async () =>
    (await world.executor.schedulerInfo()).workers.some((worker) => worker.name === 'worker-0' && worker.pid !== pid);
  expect(await until(isBack, 30_000)).toBe(true);
  expect(await there.submit(() => process.pid).result()).not.toBe(pid);
  expect((await data.result())[999]).toBe(4); // Computed again.
});
