/** Where results are, how they are moved, kept and let go, and what the cluster tells of its tasks. */
import { asCompleted, delayed, progress, task, ref, UnknownKeyError, UnknownWorkerError } from 'covey';
import type { Future } from 'covey';
import { RunningCluster } from '../support/running-cluster.js';
import { until } from '../support/sandbox.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start();
});
afterAll(() => world.close());

const inc = (x: number): number => x + 1;

/** Names of the workers that hold a result. */
async function holderNames(future: Future<unknown>): Promise<(string | undefined)[]> {
  const addresses = (await world.executor.whoHas(future))[future.key] ?? [];
  const { workers } = await world.executor.schedulerInfo();
  return addresses.map((address) => workers.find((worker) => worker.address === address)?.name);
}

describe('scatter', () => {
  it('keeps the shape of what it is given', async () => {
    const { executor } = world;
    const one = await executor.scatter(41);
    const list = await executor.scatter(['a', new Float64Array(5000).fill(1)]);
    const record = await executor.scatter({ x: [1, 2], y: 'z' });
    expect(await executor.gather({ one, list, record })).toEqual({
      one: 41,
      list: ['a', new Float64Array(5000).fill(1)],
      record: { x: [1, 2], y: 'z' },
    });
    expect(await executor.submit(inc, one).result()).toBe(42);
  });

  it('names by content, or not; and goes where it is told', async () => {
    const { executor } = world;
    const [a, b, c] = [
      await executor.scatter('s'),
      await executor.scatter('s'),
      await executor.scatter('s', { hash: false }),
    ];
    expect(a.key).toBe(b.key);
    expect(c.key).not.toBe(a.key);
    const [everywhere] = await executor.scatter([new Float64Array(3000)], { broadcast: true });
    expect((await executor.whoHas(everywhere))[everywhere!.key]).toHaveLength(2);
    const there = await executor.scatter(new Float64Array(4000), { workers: 'worker-1' });
    expect(await holderNames(there)).toEqual(['worker-1']);
    const here = await executor.scatter(new Float64Array(4000), { workers: 'worker-0' });
    expect(here.key).toBe(there.key);
    expect((await holderNames(there)).sort()).toEqual(['worker-0', 'worker-1']);
  });
});

describe('results', () => {
  it('are replicated, and moved from a worker that retires', async () => {
    const { executor, impure } = world;
    const futures = impure
      .with({ workers: 'worker-0', allowOtherWorkers: true })
      .map((i: number) => new Float64Array(3000).fill(i), [1, 2, 3]);
    await expect(executor.replicate(futures[0]!, { workers: 'nope' })).rejects.toThrow(UnknownWorkerError);
    await executor.replicate(futures[0]!);
    expect((await executor.whoHas(futures[0]))[futures[0]!.key]).toHaveLength(2);
    await world.cluster.scale(3);
    await executor.waitForWorkers(3);
    const retired = await executor.retireWorkers({ workers: 'worker-0', close: false });
    expect(retired).toHaveLength(1);
    for (const holders of Object.values(await executor.whoHas(futures))) {
      expect(holders.filter((holder) => !retired.includes(holder))).not.toEqual([]);
    }
    const states = (await executor.story(futures[1]!)).map(({ to }) => to);
    expect(states.slice(states.indexOf('memory'))).not.toContain('processing'); // Moved, not computed again.
    await executor.restart();
    await world.cluster.scale(2);
    await until(async () => (await executor.schedulerInfo()).workers.length === 2);
  });

  it('that can’t be copied say why', async () => {
    const { executor, impure } = world;
    const failing = impure.submit(() => {
      throw new RangeError('nothing to copy');
    });
    await expect(executor.replicate([failing.key])).rejects.toThrow('nothing to copy');
    await expect(executor.rebalance(failing)).rejects.toThrow('nothing to copy');
    await expect(executor.replicate('no such key')).rejects.toThrow(UnknownKeyError);
  });

  it('are spread evenly by rebalance, and are the same afterwards', async () => {
    const { executor } = world;
    const arrays = [0, 1, 2, 3, 4, 5].map((i) => new Float64Array(100_000).fill(i));
    // Any of them: who is left after a retirement is the scheduler's choice.
    const [first] = (await executor.schedulerInfo()).workers;
    const futures = await executor.scatter(arrays, { workers: first!.name, hash: false });
    const keys = new Set(futures.map(({ key }) => key));
    const held = async () =>
      Object.values(await executor.hasWhat()).map((all) => all.filter((key) => keys.has(key)).length);
    expect((await held()).sort()).toEqual([0, 6]);
    await executor.rebalance(futures);
    expect(await held()).toEqual([3, 3]);
    expect((await executor.gather(futures)).map((xs) => xs[99_999])).toEqual([0, 1, 2, 3, 4, 5]);
    const before = await executor.whoHas(futures);
    await executor.rebalance(futures);
    expect(await executor.whoHas(futures)).toEqual(before);
  });

  it('are let go when their last future is, one graph as a whole', async () => {
    const { executor, impure } = world;
    const keys = async () => Object.values(await executor.hasWhat()).flat();
    const before = await keys();
    const graph = { a: task(inc, 1), b: task(inc, ref('a')), c: [ref('a'), ref('b')] };
    expect(await impure.get(graph, 'c')).toEqual([2, 3]);
    const lazy = delayed(inc)(delayed(inc)(5));
    expect(await executor.compute({ nested: [lazy] })).toEqual({ nested: [7] });
    expect(await until(async () => (await keys()).every((key) => before.includes(key)))).toBe(true);
  });

  it('run though nobody holds them, when they are to be run and forgotten', async () => {
    const { executor, impure } = world;
    const future = impure.submit(async () => {
      const { getExecutor } = await import('covey');
      await getExecutor().setMetadata('ran and forgotten', true);
    });
    await executor.fireAndForget(future);
    future.release();
    await until(async () => executor.getMetadata('ran and forgotten', false));
    expect(await executor.getMetadata('ran and forgotten')).toBe(true);
  });
});

describe('what is going on', () => {
  it('is told: the stack of a task that computes, or that it waits', async () => {
    const busy = world.impure.submit(function computing() {
      (function innermost() {
        for (;;);
      })();
    });
    await world.isRunning(busy);
    let stack = '';
    await until(async () => (stack = (await world.executor.callStack(busy))[busy.key] ?? '').includes('innermost'));
    expect(stack).toMatch(/innermost[^]*computing/);
    expect(stack).not.toContain('thread.cjs');
    busy.cancel();
  });

  it('is told: that a task awaits something, whether anything happens in its thread or not', async () => {
    const ticking = world.impure.submit(async () => {
      for (;;) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    const quiet = world.impure.submit(() => new Promise(() => undefined));
    for (const future of [ticking, quiet]) {
      await world.isRunning(future);
      let stack = '';
      await until(async () => {
        stack = (await world.executor.callStack(future))[future.key] ?? '';
        return stack.startsWith('awaits');
      });
      future.cancel();
      expect(stack).toContain('awaits something');
    }
  });

  it('is told: the story of a task on the scheduler and on its worker, and why it waits', async () => {
    const future = world.executor.submit(inc, 123);
    await future.result();
    const story = await world.executor.story(future);
    expect(new Set(story.map(({ key }) => key))).toEqual(new Set([future.key]));
    expect(story.map(({ to }) => to)).toEqual(expect.arrayContaining(['processing', 'executing', 'memory']));
    const picky = world.executor.with({ resources: { GPU: 1 } }).submit(inc, 5);
    const [why] = await world.executor.explain(picky);
    expect(why).toMatchObject({ state: 'no-worker', because: expect.stringContaining('GPU') as string });
    picky.cancel();
    const erred = world.executor.submit(() => {
      throw new RangeError('too far');
    });
    await expect(erred.result()).rejects.toThrow('too far');
    const [failed] = await world.executor.explain(erred);
    expect(failed).toMatchObject({
      state: 'erred',
      because: 'It failed: too far',
      error: { name: 'RangeError', key: erred.key },
    });
    expect(failed?.error).not.toHaveProperty('value');
  });

  it('is shown by a bar', async () => {
    const written: string[] = [];
    const output = { write: (text: string) => written.push(text) > 0, isTTY: false, columns: 80 };
    await progress(world.impure.map(inc, [1, 2, 3]), { output: output });
    expect(written.join('')).toMatch(/3\s*\/\s*3|100\s*%/);
  });

  it('comes in the order in which it ends, with more added on the way', async () => {
    const completed = asCompleted(world.impure.map(inc, [1, 2]));
    const values: number[] = [];
    for await (const [future, value] of completed.results()) {
      values.push(value);
      if (values.length === 1) completed.add(world.impure.submit(inc, future));
    }
    expect(values).toHaveLength(3);
    expect(Math.max(...values)).toBeGreaterThanOrEqual(3);
  });

  it('higher priorities go first', async () => {
    const [worker] = (await world.executor.schedulerInfo()).workers;
    const there = world.impure.with({ workers: worker!.name });
    const gate = there.submit(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    const now = (): number => performance.timeOrigin + performance.now();
    const low = there.with({ priority: -5 }).submit(now);
    const high = there.with({ priority: 5 }).submit(now);
    const [lowMs, highMs] = await world.executor.gather([low, high]);
    expect(highMs).toBeLessThan(lowMs);
    await gate.result();
  });
});
