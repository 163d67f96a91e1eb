import { UnknownWorkerError } from '@covey/protocol';
import { UsageError, WaitTimeoutError } from '../errors.js';
import { FakeScheduler, turn } from '../testing/fake-scheduler.js';

const inc = (x: number): number => x + 1;

describe('scatter', () => {
  it('gives a future for each item, each property, or the whole', async () => {
    const executor = new FakeScheduler().executor();
    const list = await executor.scatter([1, 2]);
    const record = await executor.scatter({ a: 'x', b: new Map([[1, 2]]) });
    const whole = await executor.scatter([1, 2], { whole: true });
    const array = await executor.scatter(new Float64Array([1, 2]));
    expect(await executor.gather({ list, record, whole, array })).toEqual({
      list: [1, 2],
      record: { a: 'x', b: new Map([[1, 2]]) },
      whole: [1, 2],
      array: new Float64Array([1, 2]),
    });
    expect(array.type).toBe('Float64Array');
  });

  it('uploads what is large and sends what is small through the scheduler', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const [small, large] = await executor.scatter([1, new Uint8Array(100_000)], { broadcast: true, workers: 'alice' });
    const [, params] = scheduler.calls[0] as [string, { items: { inline?: unknown; nbytes: number }[] }];
    expect(params).toMatchObject({ broadcast: true, workers: ['alice'] });
    expect(params.items.map((item) => item.inline !== undefined)).toEqual([true, false]);
    expect((await executor.gather([small, large]))[1]).toEqual(new Uint8Array(100_000));
  });

  it('is a dependency like any task', async () => {
    const executor = new FakeScheduler().executor();
    const [one] = await executor.scatter([1]);
    expect(await executor.submit(inc, one!).result()).toBe(2);
  });

  it('sends equal data once, unless it is not to be hashed', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const [a] = await executor.scatter([new Uint8Array([1, 2, 3])]);
    const [b] = await executor.scatter([new Uint8Array([1, 2, 3])]);
    const [c] = await executor.scatter([new Uint8Array([1, 2, 3])], { hash: false });
    expect(a?.key).toBe(b?.key);
    expect(c?.key).not.toBe(a?.key);
    expect(scheduler.submitted).toHaveLength(2);
  });

  it('sees to copies where they are asked for, also of data that is held', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    await executor.scatter([1]);
    const pieces = [
      await executor.scatter([1, 2], { workers: 'alice' }),
      await executor.scatter([2], { broadcast: true }),
      await executor.scatter([2], { broadcast: 2, workers: ['alice', 'bob'] }),
    ];
    expect(pieces.flat()).toHaveLength(4);
    expect(scheduler.calls.filter(([method]) => method === 'replicate').map(([, params]) => params)).toEqual([
      { ids: [1, 2], n: 1, workers: ['alice'], keep: true },
      { ids: [2], keep: true },
      { ids: [2], n: 2, workers: ['alice', 'bob'], keep: true },
    ]);
  });

  it('ends after its time, if the data has no worker by then', async () => {
    const scheduler = new FakeScheduler();
    scheduler.answers.scatter = () => new Promise(() => undefined);
    const scattering = scheduler.executor().scatter([1], { workers: 'alice', timeoutMs: 5 });
    await expect(scattering).rejects.toThrow(new WaitTimeoutError('there was no worker to take the data within 5 ms'));
    const byView = scheduler.executor().with({ timeout: 6 }).scatter([1]);
    await expect(byView).rejects.toThrow('there was no worker to take the data within 6 ms');
    delete scheduler.answers.scatter;
    scheduler.answers.replicate = () => new Promise(() => undefined);
    const copying = scheduler.executor().scatter([1], { broadcast: true, timeoutMs: 5 });
    await expect(copying).rejects.toThrow('the data was not on its workers within 5 ms');
  });

  it('lets go of everything when it fails', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    scheduler.workers.upload = async () => {
      throw new Error('disk full');
    };
    await expect(executor.scatter([new Uint8Array(2_000_000)])).rejects.toThrow('disk full');
    await turn();
    expect(scheduler.released).toEqual([1, 2, 3, 4, 5]);
  });

  it('says why the first worker did not take it, when there is no other', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    scheduler.workers.upload = async () => {
      scheduler.answers.scatter = () => {
        throw new UnknownWorkerError('there is no worker beside ws://a to take the data');
      };
      throw new Error('disk full');
    };
    await expect(executor.scatter([new Uint8Array(2_000_000)])).rejects.toThrow('disk full');
  });

  it('brings what a worker did not take to another, or through the scheduler if it is not large', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const { upload } = scheduler.workers;
    let failures = 0;
    scheduler.workers.upload = async (...args) => {
      if (failures++ === 0) throw new Error('it died');
      return upload(...args);
    };
    const large = new Uint8Array(2_000_000).fill(1);
    const [first, same] = await executor.scatter([large, large]);
    expect(first?.key).toBe(same?.key);
    first?.release();
    expect([same?.status, failures]).toEqual(['finished', 2]);
    expect(await executor.submit((bytes: Uint8Array) => bytes.length, same!).result()).toBe(2_000_000);
    failures = 0;
    const [middling] = await executor.scatter([new Uint8Array(100_000).fill(2)]);
    expect(failures).toBe(1);
    expect(await executor.submit((bytes: Uint8Array) => bytes[5], middling!).result()).toBe(2);
  });

  it('refuses futures', async () => {
    const executor = new FakeScheduler().executor();
    const future = executor.submit(inc, 1);
    await expect(executor.scatter([future])).rejects.toThrow(UsageError);
    await expect(executor.scatter([[future]])).rejects.toThrow(UsageError);
  });
});
