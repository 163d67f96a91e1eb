import type { TaskRun } from '@covey/protocol/internal';
import { FutureReleasedError, UsageError } from '../errors.js';
import { FakeScheduler, turn } from '../testing/fake-scheduler.js';

const inc = (x: number): number => x + 1;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const runs = (scheduler: FakeScheduler): TaskRun[] =>
  scheduler.log.filter(([name]) => name === 'tasks').map(([, run]) => run as TaskRun);

describe('map', () => {
  it('goes up to the end of the shortest iterable and tells the others', async () => {
    const executor = new FakeScheduler().executor();
    let closed = false;
    function* endless(): Generator<number> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    }
    const futures = executor.map((a: number, b: number) => a * b, [1, 2, 3], endless());
    expect(closed).toBe(true);
    expect(await executor.gather(futures)).toEqual([0, 2, 6]);
  });

  it.each([true, false])('sends a small chunk first, then large ones (pure: %s)', async (pure) => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor().with({ pure });
    const futures = executor.map(inc, numbers(5000));
    expect(runs(scheduler).map((run) => run.count)).toEqual([50, 2000, 2000, 950]);
    expect(await executor.gather(futures)).toEqual(numbers(5000).map(inc));
  });

  it('takes each equal item as the same task, in any order', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const held = executor.submit(inc, 7);
    const items = [1, 2, 1, 7, 2, 3, 1];
    const futures = executor.map(inc, items);
    expect(await executor.gather(futures)).toEqual(items.map(inc));
    expect(futures.map((future) => future.key)).toEqual(items.map((item) => executor.submit(inc, item).key));
    expect(scheduler.submitted).toHaveLength(4);
    expect(futures[3]?.key).toBe(held.key);
  });

  it('begins another run where items depend on more or fewer tasks', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const [a, b] = [executor.submit(inc, 1), executor.submit(inc, 2)];
    const sum = (xs: number[]): number => xs.reduce((x, y) => x + y, 0);
    const futures = executor.map(sum, [
      [a, b],
      [b, a],
      [a, 5],
      [1, 1],
      [b, b],
    ]);
    expect(await executor.gather(futures)).toEqual([5, 5, 7, 2, 6]);
    expect(runs(scheduler).map((run) => run.count)).toEqual([1, 1, 2, 1, 1, 1]);
  });

  it('lets a generator submit tasks of its own', async () => {
    const executor = new FakeScheduler().executor();
    function* items() {
      for (let i = 0; i < 120; i++) yield executor.submit(inc, i);
    }
    expect(await executor.gather(executor.map(inc, items()))).toEqual(numbers(120).map((x) => x + 2));
  });

  it('names tasks by the key of its view', () => {
    const futures = new FakeScheduler().executor().with({ key: 'part' }).map(inc, [5, 6]);
    expect(futures.map((future) => future.key)).toEqual(['part-0', 'part-1']);
  });

  it('mixes items that can be hashed with others', async () => {
    const executor = new FakeScheduler().executor();
    const nameOf = (value: unknown): string => typeof value;
    const unhashable = Object.defineProperty({}, 'x', { get: () => 1, enumerable: true });
    const futures = executor.map(nameOf, [1, unhashable, 'a', 1]);
    expect(await executor.gather(futures)).toEqual(['number', 'object', 'string', 'number']);
  });

  it('lets go of what it had submitted when an item is refused', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const released = executor.submit(inc, 1);
    released.release();
    expect(() => executor.map(inc, [...numbers(60), released])).toThrow(FutureReleasedError);
    await turn();
    expect(scheduler.released).toHaveLength(51);
  });

  it('refuses what it cannot iterate', () => {
    const executor = new FakeScheduler().executor();
    async function* later() {
      yield 1;
    }
    expect(() => executor.map(inc, later() as never)).toThrow(/asynchronous/);
    expect(() => executor.map(inc, 5 as never)).toThrow(/iterable/);
    expect(() => executor.map(inc, ...([] as unknown as [number[]]))).toThrow(UsageError);
  });

  it('of nothing is nothing', () => {
    expect(new FakeScheduler().executor().map(inc, [])).toEqual([]);
  });
});
