import { getEventListeners } from 'node:events';
import { WaitTimeoutError } from '../errors.js';
import { FakeScheduler } from '../testing/fake-scheduler.js';
import { asCompleted } from './as-completed.js';
import { progress } from './progress.js';
import { wait } from './wait.js';

const inc = (x: number): number => x + 1;
const fail = (): number => {
  throw new RangeError('no');
};

describe('wait', () => {
  it('waits for all, whatever their outcome', async () => {
    const executor = new FakeScheduler().executor();
    const futures = [executor.submit(inc, 1), executor.submit(fail)];
    expect(await wait(futures)).toEqual({ done: futures, notDone: [] });
    expect(await wait([])).toEqual({ done: [], notDone: [] });
  });

  it('can end with the first, or the first error', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    const futures = executor.map(inc, [1, 2, 3]);
    const first = wait(futures, { returnWhen: 'first' });
    scheduler.flush();
    scheduler.tell((out) => out.push(3, 2, 3, 'number', null));
    expect(await first).toEqual({ done: [futures[1]], notDone: [futures[0], futures[2]] });
    const error = wait(futures, { returnWhen: 'error' });
    futures[2]?.cancel();
    expect((await error).done).toEqual([futures[1], futures[2]]);
    expect((await wait(futures, { returnWhen: 'first' })).done).toHaveLength(2);
  });

  it('ends after its time', async () => {
    const executor = new FakeScheduler({ autoRun: false }).executor();
    const futures = executor.map(inc, [1, 2]);
    await expect(wait(futures, { timeoutMs: 1 })).rejects.toThrow(WaitTimeoutError);
    await expect(wait(futures, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('asCompleted', () => {
  it('gives futures as they settle, and takes more meanwhile', async () => {
    const executor = new FakeScheduler().executor();
    const completed = asCompleted(executor.map(inc, [1, 2]));
    expect(completed.count).toBe(2);
    const seen: number[] = [];
    for await (const future of completed) {
      const value = await future.result();
      seen.push(value);
      if (value < 5) completed.add(executor.submit(inc, value + 5));
    }
    expect(seen.sort((a, b) => a - b)).toEqual([2, 3, 8, 9]);
    expect(completed.isEmpty()).toBe(true);
  });

  it('gives a repeated future each time', async () => {
    const future = new FakeScheduler().executor().submit(inc, 1);
    const seen = [];
    for await (const each of asCompleted([future, future])) seen.push(each);
    expect(seen).toEqual([future, future]);
  });

  it('gives batches', async () => {
    const executor = new FakeScheduler().executor();
    const sizes: number[] = [];
    for await (const batch of asCompleted(executor.map(inc, [1, 2, 3])).batches()) sizes.push(batch.length);
    expect(sizes.reduce((a, b) => a + b)).toBe(3);
  });

  it('gives results with their futures', async () => {
    const executor = new FakeScheduler().executor();
    const futures = executor.map(inc, [1, 2]);
    const found = new Map<unknown, number>();
    for await (const [future, value] of asCompleted(futures).results()) found.set(future, value);
    expect(found).toEqual(
      new Map([
        [futures[0], 2],
        [futures[1], 3],
      ]),
    );
    const bad = asCompleted([executor.submit(fail), executor.submit(inc, 1)]);
    await expect(
      (async () => {
        for await (const _ of bad.results());
      })(),
    ).rejects.toThrow(new RangeError('no'));
    const kept = [];
    for await (const [, value] of asCompleted([executor.submit(fail), executor.submit(inc, 1)]).results({
      errors: 'skip',
    }))
      kept.push(value);
    expect(kept).toEqual([2]);
  });

  it('stops waiting when the loop is left, and by a signal', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    const futures = executor.map(inc, [1, 2]);
    const completed = asCompleted(futures);
    scheduler.flush();
    scheduler.tell((out) => out.push(3, 1, 3, 'number', null));
    for await (const future of completed) {
      expect(future).toBe(futures[0]);
      break;
    }
    expect(completed.count).toBe(0);
    const controller = new AbortController();
    const waiting = asCompleted([futures[1]!], { signal: controller.signal }).next();
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('leaves nothing on its signal', async () => {
    const { signal } = new AbortController();
    const executor = new FakeScheduler().executor();
    for await (const [, value] of asCompleted(executor.map(inc, [1, 2]), { signal }).results())
      expect(value).toBeGreaterThan(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('progress', () => {
  const shown = async (output: { isTTY?: boolean; columns?: number }): Promise<string> => {
    const executor = new FakeScheduler().executor();
    let text = '';
    const futures = [...executor.map(inc, [1, 2, 3]), executor.submit(fail)];
    await progress([...futures, futures[0]!], { output: { ...output, write: (part: string) => (text += part) } });
    return text;
  };

  it('draws one line in a terminal', async () => {
    const text = await shown({ isTTY: true, columns: 60 });
    expect(text).toContain('\r');
    expect(text).toMatch(/\[#+\] 5\/5 100 %, 1 failed [\d.]+ s\n$/);
  });

  it('writes plain lines elsewhere', async () => {
    const text = await shown({});
    expect(text).not.toContain('\r');
    expect(text).toMatch(/^0\/5 0 % [\d.]+ s\n/);
    expect(text).toMatch(/\n5\/5 100 %, 1 failed [\d.]+ s\n$/);
  });

  it('of nothing says nothing', async () => {
    await progress([]);
  });
});

describe('the concurrent facade', () => {
  it('gives values, and lets go of their futures', async () => {
    const scheduler = new FakeScheduler();
    const pool = scheduler.executor().asConcurrent();
    expect(await pool.submit(inc, 1)).toBe(2);
    const values = [];
    for await (const value of pool.map(inc, [5, 6])) values.push(value);
    expect(values).toEqual([6, 7]);
    await expect(pool.submit(fail)).rejects.toThrow(new RangeError('no'));
  });
});
