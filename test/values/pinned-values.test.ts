/** Results that can't leave the thread in which they were made: tasks go to them. */
import { delayed, PinnedConflictError, ResultUnavailableError } from 'covey';
import { failure, RunningCluster } from '../support/running-cluster.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start();
});
afterAll(() => world.close());

/** A running generator belongs to its thread. */
const counter = (): { items: Generator<number> } => ({
  items: (function* () {
    for (let i = 1; ; i++) yield i;
  })(),
});
const next = (of: { items: Generator<number> }): number => of.items.next().value as number;

it('tasks that use it run in its thread, on the value itself', async () => {
  const pinned = world.impure.submit(counter);
  const values: number[] = [];
  for (let i = 0; i < 4; i++) values.push(await world.impure.submit(next, pinned).result());
  expect(values).toEqual([1, 2, 3, 4]);
  expect(await pinned.exception()).toBeUndefined();
});

it('asking for it here says why it cannot come, and leaves it as it is', async () => {
  const pinned = world.impure.submit(counter);
  expect(await world.impure.submit(next, pinned).result()).toBe(1);
  const error = (await failure(pinned)) as ResultUnavailableError;
  expect(error).toBeInstanceOf(ResultUnavailableError);
  expect(error.message).toContain(pinned.key);
  expect(error.message).toContain('stays in the thread that made it');
  expect(await world.executor.gather([pinned, 5], { errors: 'skip' })).toEqual([5]);
  expect(await world.impure.submit(next, pinned).result()).toBe(2);
});

it.each<[string, () => unknown, string]>([
  ['a stream', () => ({ a: { b: process.stdin } }), 'Cannot send the result.a.b → '],
  ['a lazy call', () => ({ lazy: delayed(() => 1)() }), 'Cannot send the result.lazy: a lazy call is only put off'],
])('the error says what it is that cannot leave: %s', async (_, make, says) => {
  const error = await failure(world.impure.submit(make));
  expect(error).toBeInstanceOf(ResultUnavailableError);
  expect((error as Error).message).toContain(says);
});

it('two of them in different threads are an error that names both', async () => {
  const [one, two] = ['worker-0', 'worker-1'].map((workers) => world.impure.with({ workers }).submit(counter));
  const error = (await failure(
    world.impure.submit((a: unknown, b: unknown) => [a, b], one, two),
  )) as PinnedConflictError;
  expect(error).toBeInstanceOf(PinnedConflictError);
  expect(error.message).toContain(one!.key);
  expect(error.message).toContain(two!.key);
});

it('is computed again when its worker dies', async () => {
  const pinned = world.impure.submit(counter);
  const take = async (): Promise<number> => {
    const future = world.impure.submit(next, pinned);
    const value = await future.result();
    future.release(); // Else it would be computed again too, and take one more.
    return value;
  };
  expect([await take(), await take()]).toEqual([1, 2]);
  const [address] = (await world.executor.whoHas(pinned))[pinned.key] ?? [];
  const holder = (await world.executor.schedulerInfo()).workers.find((worker) => worker.address === address);
  await world.killWorker(holder!.name);
  expect(await take()).toBe(1);
});
