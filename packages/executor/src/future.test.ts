import { FakeScheduler } from './testing/fake-scheduler.js';

const inc = (x: number): number => x + 1;

describe('submit and its future', () => {
  it('gives the result of a call', async () => {
    const executor = new FakeScheduler().executor();
    const future = executor.submit(inc, 41);
    expect(future.status).toBe('pending');
    expect(await future.result()).toBe(42);
    expect(future.status).toBe('finished');
    expect(future.type).toBe('number');
  });

  it('replaces futures deep inside the arguments by their values', async () => {
    const executor = new FakeScheduler().executor();
    const [a, b] = [executor.submit(inc, 1), executor.submit(inc, 2)];
    const sum = executor.submit((o: { xs: number[]; y: number }) => o.xs.reduce((p, q) => p + q, o.y), {
      xs: [a, b, a],
      y: b,
    });
    expect(await sum.result()).toBe(2 + 3 + 2 + 3);
  });

  it('maps over several iterables up to the end of the shortest', async () => {
    const executor = new FakeScheduler().executor();
    function* endless(): Generator<number> {
      for (let i = 0; ; i++) yield i;
    }
    const futures = executor.map((a: number, b: number) => a * b, [1, 2, 3], endless());
    expect(await executor.gather(futures)).toEqual([0, 2, 6]);
  });
  it('maps and gathers many', async () => {
    const executor = new FakeScheduler().executor();
    const futures = executor.with({ pure: false }).map(
      inc,
      Array.from({ length: 5000 }, (_, i) => i),
    );
    const values = await executor.gather(futures);
    expect(values).toHaveLength(5000);
    expect(values[4999]).toBe(5000);
  });
});
