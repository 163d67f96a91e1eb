import { deferred } from '@covey/protocol/internal';
import { WaitTimeoutError } from '../errors.js';
import type { Executor } from '../executor.js';
import type { Future } from '../future.js';
import { FakeScheduler, turn } from '../testing/fake-scheduler.js';
import { Event } from './event.js';
import { Lock, MultiLock } from './lock.js';
import { Queue } from './queue.js';
import { Semaphore } from './semaphore.js';
import { Variable } from './variable.js';

type Asked = { kind: string; name: string; op: string; args?: Record<string, unknown> };

/** An executor whose scheduler answers each op by a table; what was asked is recorded. */
function world(answers: Record<string, (args: Record<string, unknown>) => unknown>): {
  executor: Executor;
  asked: Asked[];
  scheduler: FakeScheduler;
} {
  const scheduler = new FakeScheduler();
  const asked: Asked[] = [];
  scheduler.answers.coordinate = (params) => {
    const request = params as Asked;
    asked.push(request);
    return answers[request.op]?.(request.args ?? {}) ?? null;
  };
  return { executor: scheduler.executor(), asked, scheduler };
}

const never = (): Promise<never> => new Promise(() => undefined);

describe('Lock', () => {
  it('is held until it is released, once', async () => {
    const { executor, asked } = world({ acquire: () => true, release: () => true, locked: () => true });
    const held = await new Lock(executor, 'file').acquire({ timeoutMs: 50 });
    await held.release();
    await held[Symbol.asyncDispose]();
    expect(await new Lock(executor, 'file').locked()).toBe(true);
    const token = asked[0]?.args?.['token'];
    expect(asked).toEqual([
      { kind: 'lock', name: 'file', op: 'acquire', args: { token, timeoutMs: 50 } },
      { kind: 'lock', name: 'file', op: 'release', args: { token } },
      { kind: 'lock', name: 'file', op: 'locked' },
    ]);
  });

  it('says when it was not free in time', async () => {
    const { executor } = world({ acquire: () => false });
    await expect(new Lock(executor, 'file').acquire({ timeoutMs: 5 })).rejects.toThrow(WaitTimeoutError);
    expect(await new Lock(executor, 'file').tryAcquire()).toBeUndefined();
  });

  it('gives back what may have been granted when the wait was given up', async () => {
    const { executor, asked } = world({ acquire: never, release: () => true });
    const controller = new AbortController();
    const acquiring = new Lock(executor, 'file').acquire({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(acquiring).rejects.toThrow('enough');
    expect(asked.map(({ op }) => op)).toEqual(['acquire', 'release']);
  });
});

describe('in a task that ends', () => {
  it('what waits is called off, and what was granted too late is given back', async () => {
    const granted = deferred<boolean>();
    const ends: (() => string | undefined)[] = [];
    const asked: string[] = [];
    const settings = {
      atEnd: (giveBack: () => string | undefined) => {
        ends.push(giveBack);
        return () => undefined;
      },
    };
    const scheduler = new FakeScheduler({ settings });
    scheduler.answers.coordinate = (params) => {
      asked.push((params as Asked).op);
      return asked.length === 1 ? granted.promise : true;
    };
    const acquiring = new Lock(scheduler.executor(), 'file').acquire();
    granted.resolve(true);
    expect(ends.map((end) => end())).toEqual([undefined]);
    await expect(acquiring).rejects.toThrow("The task that asked for the lock 'file' has ended");
    expect(asked).toEqual(['acquire', 'release']);
  });
});

describe('MultiLock', () => {
  it('takes several names at once', async () => {
    const { executor, asked } = world({ acquire: () => ['b'], release: () => true });
    const held = await new MultiLock(executor, ['a', 'b']).acquire({ count: 1 });
    expect(held.names).toEqual(['b']);
    await held[Symbol.asyncDispose]();
    expect(asked[0]?.args).toMatchObject({ names: ['a', 'b'], count: 1 });
    expect(asked[1]?.op).toBe('release');
  });
});

describe('Semaphore', () => {
  it('refreshes its leases, and says when one is lost', async () => {
    let refreshed!: () => void;
    const refreshing = new Promise<void>((resolve) => (refreshed = resolve));
    const { executor, asked } = world({
      acquire: () => true,
      release: () => true,
      value: () => 1,
      refresh: ({ tokens }) => {
        refreshed();
        return tokens;
      },
    });
    const semaphore = new Semaphore(executor, 's', { maxLeases: 2, leaseTimeoutMs: 5 });
    const lease = await semaphore.acquire();
    const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
    await refreshing;
    await lost;
    expect(String(lease.lost.reason)).toContain('ran out');
    expect(asked[0]?.args).toMatchObject({ maxLeases: 2, leaseTimeoutMs: 5 });
    expect(await semaphore.value()).toBe(1);
    expect(() => new Semaphore(executor, 's', { maxLeases: 0 })).toThrow(
      '`maxLeases` must be a whole number from 1, not 0',
    );
  });

  it('loses all leases when it is closed', async () => {
    const { executor } = world({ acquire: () => true });
    const semaphore = new Semaphore(executor, 's');
    const lease = await semaphore.acquire();
    await semaphore.close();
    expect(lease.lost.aborted).toBe(true);
  });
});

describe('Event', () => {
  it('is waited for, set and cleared', async () => {
    const { executor, asked } = world({ wait: () => true, isSet: () => false });
    const event = new Event(executor, 'go');
    await event.wait();
    await event.set();
    await event.clear();
    expect(await event.isSet()).toBe(false);
    expect(asked.map(({ op }) => op)).toEqual(['wait', 'set', 'clear', 'isSet']);
    expect(String(event)).toBe("event 'go'");
  });
});

describe('Queue and Variable', () => {
  it('carry values and futures; what is received is adopted before it is confirmed', async () => {
    let stored: Record<string, unknown> = {};
    const store = (args: Record<string, unknown>): boolean => {
      stored = args;
      return true;
    };
    const { executor, asked, scheduler } = world({
      put: store,
      set: store,
      get: () => ({ items: [{ value: stored['value'], keys: [future.key] }], handover: 7 }),
      drain: () => ({ items: [], handover: 0 }),
      size: () => 3,
    });
    const future: Future<number> = executor.submit((x: number) => x + 1, 1);
    const queue = new Queue<{ part: Future<number>; n: number }>(executor, 'q', { maxsize: 5 });
    await queue.put({ part: future, n: 1 });
    expect(stored).toMatchObject({ ids: [1], maxsize: 5 });
    const got = await queue.get();
    expect(got.n).toBe(1);
    expect(got.part).not.toBe(future);
    expect(await got.part.result()).toBe(2);
    expect(asked.at(-1)).toMatchObject({ op: 'confirm', args: { handover: 7 } });
    expect(
      scheduler.calls.map(([name, params]) => (name === 'coordinate' ? (params as Asked).op : name)).slice(-2),
    ).toEqual(['adopt', 'confirm']);
    expect(await queue.drain()).toEqual([]);
    expect(await queue.size()).toBe(3);
    await queue.close();

    const variable = new Variable<Future<number>[]>(executor, 'v');
    await variable.set([future]);
    const [own] = await variable.get();
    expect(await own?.result()).toBe(2);
    await variable.delete();
  });

  it('a getter that gives up withdraws, and loses no item that is on its way', async () => {
    let answer!: (taken: unknown) => void;
    const { executor, asked } = world({
      get: () => new Promise((resolve) => (answer = resolve)),
      withdraw: () => true,
    });
    const queue = new Queue<number>(executor, 'q');
    const controller = new AbortController();
    const late = queue.get({ signal: controller.signal });
    await turn();
    controller.abort(new Error('enough'));
    answer(null);
    await expect(late).rejects.toThrow('enough');
    expect(asked.map(({ op }) => op)).toEqual(['get', 'withdraw']);
    const second = new AbortController();
    const won = queue.get({ signal: second.signal });
    await turn();
    second.abort(new Error('too late'));
    answer({ items: [{ value: Uint8Array.of(0x10, 9), keys: [] }], handover: 0 });
    expect(await won).toBe(9);
  });

  it('says when there was nothing in time', async () => {
    const { executor } = world({ get: () => null, put: () => false });
    await expect(new Queue(executor, 'q').get({ timeoutMs: 1 })).rejects.toThrow(WaitTimeoutError);
    await expect(new Queue(executor, 'q').put(1, { timeoutMs: 1 })).rejects.toThrow(WaitTimeoutError);
    await expect(new Variable(executor, 'v').get({ timeoutMs: 1 })).rejects.toThrow(WaitTimeoutError);
  });
});

describe('options', () => {
  const { executor, asked } = world({});
  it.each<[string, () => unknown, string]>([
    ['of a lock', () => new Lock(executor, 'x').acquire({ timout: 1 } as never), 'no option `timout`: acquire takes'],
    ['of several', () => new MultiLock(executor, ['x']).acquire({ count: 0 }), '`count` must be a whole number from 1'],
    [
      'of a semaphore',
      () => new Semaphore(executor, 'x', { leases: 2 } as never),
      'no option `leases`: Semaphore takes',
    ],
    ['of leases', () => new Semaphore(executor, 'x', { maxLeases: 1.5 }), '`maxLeases` must be a whole number from 1'],
    ['of a lease', () => new Semaphore(executor, 'x').acquire({ timeoutMs: -1 }), '`timeoutMs` must be milliseconds'],
    ['of a queue', () => new Queue(executor, 'x', { maxSize: 2 } as never), 'no option `maxSize`: Queue takes maxsize'],
    ['of put', () => new Queue(executor, 'x').put(1, { signal: 1 } as never), '`signal` must be an AbortSignal'],
    ['of get', () => new Queue(executor, 'x').get({ timeout: 1 } as never), 'no option `timeout`: get takes'],
    ['of getMany', () => new Queue(executor, 'x').getMany(0), '`count` must be a whole number from 1'],
    [
      'of drain',
      () => new Queue(executor, 'x').drain('all' as never),
      "`limit` must be a whole number from 1, not 'all'",
    ],
    ['of a variable', () => new Variable(executor, 'x').get(5 as never), 'get takes an object of options, not 5'],
    ['of an event', () => new Event(executor, 'x').wait({ timoutMs: 1 } as never), 'no option `timoutMs`: wait takes'],
  ])('%s are checked before anything is asked', async (_, use, message) => {
    await expect((async () => use())()).rejects.toThrow(message);
    expect(asked).toEqual([]);
  });
});
