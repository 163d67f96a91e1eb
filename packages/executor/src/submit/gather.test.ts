import { GatherTooLargeError, ResultUnavailableError } from '../errors.js';
import { FakeScheduler, turn } from '../testing/fake-scheduler.js';

const inc = (x: number): number => x + 1;
const fail = (): number => {
  throw new RangeError('no');
};

describe('gather', () => {
  it('keeps the structure', async () => {
    const executor = new FakeScheduler().executor();
    const [a, b] = [executor.submit(inc, 1), executor.submit(inc, 2)];
    const shared = [a];
    const date = new Date(0);
    const gathered = await executor.gather({
      list: [a, [b, 'text']],
      map: new Map([['k', a]]),
      set: new Set([b]),
      shared: [shared, shared],
      date,
      none: null,
    });
    expect(gathered).toEqual({
      list: [2, [3, 'text']],
      map: new Map([['k', 2]]),
      set: new Set([3]),
      shared: [[2], [2]],
      date,
      none: null,
    });
    expect(gathered.shared[0]).toBe(gathered.shared[1]);
    expect(await executor.gather(a)).toBe(2);
    expect(await executor.gather([])).toEqual([]);
  });

  it('throws the first error at once, though others are pending', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    const futures = [executor.submit(inc, 1), executor.submit(inc, 2)];
    const gathering = executor.gather(futures);
    futures[1]?.cancel('gone');
    await expect(gathering).rejects.toThrow('gone');
    expect(futures[0]?.status).toBe('pending');
  });

  it('leaves out what failed when asked to', async () => {
    const executor = new FakeScheduler().executor();
    const [good, bad] = [executor.submit(inc, 1), executor.submit(fail)];
    await expect(executor.gather([good, bad])).rejects.toThrow(new RangeError('no'));
    expect(await executor.gather([bad, good, bad], { errors: 'skip' })).toEqual([2]);
    expect(await executor.gather({ good, bad }, { errors: 'skip' })).toEqual({ good: 2 });
    expect(await executor.gather(bad, { errors: 'skip' })).toBeUndefined();
  });

  it('fetches large results from their workers, those of one worker together', async () => {
    const scheduler = new FakeScheduler({ inlineBytes: 0 });
    const executor = scheduler.executor();
    const fill = (x: number): Float64Array => new Float64Array(4096).fill(x);
    const futures = executor.map(fill, [1, 2, 3]);
    const values = await executor.gather([...futures, futures[0]]);
    expect(values.map((value) => value?.[4095])).toEqual([1, 2, 3, 1]);
    expect(scheduler.fetches).toEqual([[1, 2, 3]]);
  });

  it('asks again when a holder does not have it, and gives up in the end', async () => {
    const scheduler = new FakeScheduler({ inlineBytes: 0 });
    const executor = scheduler.executor();
    const future = executor.submit(inc, 1);
    const { fetch } = scheduler.workers;
    let failures = 2;
    scheduler.workers.fetch = async (address, ids) => (failures-- > 0 ? [undefined] : fetch(address, ids));
    expect(await future.result()).toBe(2);
    expect(scheduler.calls.filter(([name]) => name === 'locate').map(([, params]) => params)).toEqual([
      { ids: [1] },
      { ids: [1], absent: ['worker-1'] },
      { ids: [1], absent: ['worker-1'] },
    ]);
    scheduler.workers.fetch = async () => {
      throw new Error('unreachable');
    };
    await expect(future.result()).rejects.toThrow(ResultUnavailableError);
  });

  it('waits for a result that was lost and is computed again', async () => {
    const scheduler = new FakeScheduler({ inlineBytes: 0 });
    const executor = scheduler.executor();
    const future = executor.submit(inc, 1);
    const { fetch } = scheduler.workers;
    scheduler.workers.fetch = async () => {
      scheduler.workers.fetch = fetch;
      scheduler.tell((out) => out.push(6, 1));
      expect(future.status).toBe('pending');
      setImmediate(() => scheduler.tell((out) => out.push(3, 1, 3, 'number', null)));
      return [undefined];
    };
    expect(await future.result()).toBe(2);
  });

  it('waits for a result that is pending again when the last of the others arrives', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    const gathering = executor.gather(executor.map(inc, [1, 2]));
    scheduler.flush();
    const done = (id: number) => scheduler.tell((out) => out.push(3, id, 3, 'number', Uint8Array.of(0x10, id + 1)));
    done(1);
    scheduler.tell((out) => out.push(6, 1));
    done(2);
    await turn();
    done(1);
    expect(await gathering).toEqual([2, 3]);
  });

  it('refuses more than the limit', async () => {
    const executor = new FakeScheduler().executor();
    const big = executor.submit(() => new Uint8Array(100_000));
    await expect(executor.gather([big], { maxBytes: 1000 })).rejects.toThrow(GatherTooLargeError);
    expect(await executor.gather([big])).toHaveLength(1);
  });

  it('gives functions as results', async () => {
    const executor = new FakeScheduler().executor();
    const make = (k: number) => (x: number) => x * k;
    const [double] = await executor.gather([executor.submit(make, 2)]);
    expect(double?.(21)).toBe(42);
  });
});
