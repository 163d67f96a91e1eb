import { BackpressureError, silentLogger } from '@covey/protocol';
import { NotSerializableError } from '@covey/functions';
import { taskNews } from '@covey/protocol/internal';
import type { ClientTaskId, TaskRun } from '@covey/protocol/internal';
import type { Executor } from '../executor.js';
import { task } from '../graph/task.js';
import { KeyConflictError, KeyUsedError, TaskCancelledError, UsageError } from '../errors.js';
import { FakeScheduler, turn } from '../testing/fake-scheduler.js';

const inc = (x: number): number => x + 1;
const add = (x: number, y: number): number => x + y;

describe('submit', () => {
  it('replaces futures deep inside the arguments by their values', async () => {
    const executor = new FakeScheduler().executor();
    const [a, b] = [executor.submit(inc, 1), executor.submit(inc, 2)];
    const sum = executor.submit((o: { xs: number[]; y: number }) => o.xs.reduce((p, q) => p + q, o.y), {
      xs: [a, b, a],
      y: b,
    });
    expect(await sum.result()).toBe(2 + 3 + 2 + 3);
  });

  it('makes captured futures dependencies, before those in the arguments', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const [captured, given] = [executor.submit(inc, 1), executor.submit(inc, 10)];
    const future = executor.submit((x: number) => [x, captured as unknown as number], given);
    expect(await future.result()).toEqual([11, 2]);
    expect(scheduler.submitted[2]?.dependencies).toEqual([1, 2]);
  });

  it('reads captured variables at each call', async () => {
    const executor = new FakeScheduler().executor();
    let k = 1;
    const scale = (x: number): number => x * k;
    const before = executor.submit(scale, 10);
    k = 2;
    const after = executor.submit(scale, 10);
    expect(await executor.gather([before, after])).toEqual([10, 20]);
  });

  it('sends each function and each set of options once', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const view = executor.with({ priority: 3, workers: 'alice', retries: 2, timeout: 500, resources: { GPU: 1 } });
    await executor.gather([view.submit(inc, 1), view.submit(inc, 2), executor.with({ priority: 3 }).submit(inc, 3)]);
    expect(scheduler.names.filter((name) => name === 'function')).toHaveLength(1);
    expect(scheduler.log.filter(([name]) => name === 'options').map(([, options]) => options)).toEqual([
      { priority: 3, retries: 2, workers: ['alice'], resources: { GPU: 1 }, timeoutMs: 500, contentKeys: true },
      { priority: 3, contentKeys: true },
    ]);
  });

  it('refuses what cannot travel, naming the path', () => {
    const executor = new FakeScheduler().executor();
    expect(() => executor.submit((x: unknown) => x, { deep: [Promise.resolve()] })).toThrow(NotSerializableError);
    expect(() => executor.submit((x: unknown) => x, { deep: [Promise.resolve()] })).toThrow(
      /arguments\[0\]\.deep\[0\]/,
    );
    expect(() => executor.submit(5 as never)).toThrow(UsageError);
  });

  it('refuses the future of another executor', () => {
    const foreign = new FakeScheduler().executor().submit(inc, 1);
    expect(() => new FakeScheduler().executor().submit(inc, foreign)).toThrow(/another executor/);
  });

  it('throws when too much waits to be sent, until it is drained', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    scheduler.unacknowledgedBytes = 2 ** 20 + 1;
    expect(() => executor.submit(inc, 1)).toThrow(BackpressureError);
    expect(() => executor.map(inc, [1])).toThrow(BackpressureError);
    await executor.drained();
    expect(await executor.submit(inc, 1).result()).toBe(2);
  });

  it('sends arguments above a mebibyte by the data plane, and says so once', async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
    const scheduler = new FakeScheduler({ logger });
    const executor = scheduler.executor();
    const sum = (xs: Float64Array, from: number): number => xs.reduce((a, b) => a + b, from);
    const data = new Float64Array(200_000).fill(1);
    const [first, second] = [executor.submit(sum, data, 1), executor.map(sum, [data], [2])[0]];
    data.fill(5);
    expect(await first.result()).toBe(200_001);
    expect(await second?.result()).toBe(200_002);
    expect(warnings).toEqual([expect.stringContaining('1.5 MiB')]);
    expect(scheduler.submitted.filter((task) => task.fn !== undefined).every((task) => task.args.length < 1000)).toBe(
      true,
    );
  });
});

describe('keys', () => {
  it('are the same for equal calls, which are one task', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const [a, b, c] = [executor.submit(add, 1, 2), executor.submit(add, 1, 2), executor.submit(add, 2, 1)];
    expect(a.key).toBe(b.key);
    expect(a.key).toMatch(/^add-/);
    expect(c.key).not.toBe(a.key);
    expect(await executor.gather([a, b, c])).toEqual([3, 3, 3]);
    expect(scheduler.submitted).toHaveLength(2);
  });

  it('follow the keys of dependencies', () => {
    const executor = new FakeScheduler().executor();
    const chains = [1, 1, 2].map((x) => executor.submit(inc, executor.submit(inc, x)).key);
    expect(chains[0]).toBe(chains[1]);
    expect(chains[0]).not.toBe(chains[2]);
    // Of what it depends on a key has a digest, however short that is.
    expect(executor.submit(inc, executor.with({ key: 'k' }).submit(inc, 1)).key).toMatch(/^inc-[A-Za-z0-9]+$/);
  });

  it('refuses options that do not exist, rather than pass over a misspelt one', () => {
    const executor = new FakeScheduler().executor();
    expect(() => executor.with({ timeoutMs: 5 } as never)).toThrow(/no option `timeoutMs`.*timeout/);
  });

  it('are unique for impure calls', () => {
    const impure = new FakeScheduler().executor().with({ pure: false });
    const [a, b] = [impure.submit(inc, 1), impure.submit(inc, 1)];
    expect(a.key).not.toBe(b.key);
    expect(a.key).toMatch(/^inc-/);
  });

  it('erred and cancelled tasks are computed anew, whether their error is still held or not', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const fail = (): number => {
      throw new Error('no');
    };
    const erred = executor.submit(fail);
    await expect(erred.result()).rejects.toThrow('no');
    const [anew, same] = [executor.submit(fail), executor.submit(fail)];
    expect([anew.status, same.status]).toEqual(['pending', 'pending']);
    await expect(anew.result()).rejects.toThrow('no');
    expect(scheduler.submitted).toHaveLength(2);
    const cancelled = executor.submit(inc, 1);
    cancelled.cancel();
    expect(await executor.submit(inc, 1).result()).toBe(2);
  });

  it.each([{ workers: 'alice' }, { resources: { GPU: 1 } }, { retries: 2 }, { timeout: 500 }])(
    'of calls that %j decides over are their own, whoever asks first',
    (options) => {
      const executor = new FakeScheduler().executor();
      const key = (...all: (typeof options)[]) =>
        all.reduce((view, each) => view.with(each), executor).submit(inc, 1).key;
      expect(key(options)).not.toBe(key());
      expect(key(options)).toBe(key(options));
      expect(key(options, { priority: 5 } as never)).toBe(key(options));
      expect(executor.map(inc, [1])[0]?.key).toBe(key());
      expect(executor.with(options).map(inc, [1])[0]?.key).toBe(key(options));
      const graph = { inc: task(inc, 1) };
      expect(executor.with(options).submitGraph(graph, ['inc'])[0]?.key).toBe(key(options));
    },
  );

  it('are shared with a preference for workers, which is no condition', () => {
    const executor = new FakeScheduler().executor();
    const preferring = executor.with({ workers: 'alice', allowOtherWorkers: true });
    expect(preferring.submit(inc, 1).key).toBe(executor.submit(inc, 1).key);
  });

  it('can be given, for one task a view', async () => {
    const executor = new FakeScheduler().executor();
    const view = executor.with({ key: 'mine' });
    expect(view.submit(inc, 1).key).toBe('mine');
    expect(() => view.submit(inc, 1)).toThrow(KeyUsedError);
  });

  it('conflict when they name something else', async () => {
    const executor = new FakeScheduler().executor();
    const first = executor.with({ key: 'mine' }).submit(inc, 1);
    expect(executor.with({ key: 'mine' }).submit(inc, 1).key).toBe('mine');
    expect(() => executor.with({ key: 'mine' }).submit(inc, 2)).toThrow(KeyConflictError);
    expect(await first.result()).toBe(2);
  });

  it('that are given may be tried again after a conflict, and name the other call at once after a release', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const refused = executor.with({ key: 'mine' }).submit(inc, 1);
    const error = { name: 'KeyConflictError', code: 'ERR_COVEY_KEY_CONFLICT', message: 'no', key: 'mine' };
    scheduler.tell((out) => taskNews.erred(out, 1 as ClientTaskId, error));
    await expect(refused.result()).rejects.toThrow(KeyConflictError);
    const right = executor.with({ key: 'mine' }).submit(inc, 2);
    expect(await right.result()).toBe(3);
    right.release();
    expect(await executor.with({ key: 'mine' }).submit(inc, 3).result()).toBe(4);
    expect(scheduler.names.filter((name) => name === 'release' || name === 'tasks')).toEqual([
      'tasks',
      'tasks',
      'release',
      'tasks',
    ]);
  });

  it('that are given go with a number for the call: the same wherever the function stands, and in a map too', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    const numbersOf = (submit: (executor: Executor) => unknown) => {
      submit(executor);
      scheduler.flush();
      return (scheduler.log.filter(([name]) => name === 'tasks').at(-1)?.[1] as TaskRun).definitions;
    };
    const [here] = numbersOf((to) => to.with({ key: 'a' }).submit((x: number) => x + 7, 1)) as [number];
    const [there] = numbersOf((to) => to.with({ key: 'b' }).submit((x: number) => x + 7, 1)) as [number];
    expect(there).toBe(here);
    expect(numbersOf((to) => to.with({ key: 'c' }).submit((x: number) => x + 7, 2))).not.toEqual([here]);
    expect(numbersOf((to) => to.with({ key: 'd', retries: 1 }).submit((x: number) => x + 7, 1))).not.toEqual([here]);
    expect(numbersOf((to) => to.with({ key: 'e' }).map((x: number) => x + 7, [1, 1]))).toEqual([here, here]);
    expect(numbersOf((to) => to.with({ key: 'f', pure: false }).submit((x: number) => x + 7, 1))).toBeNull();
    expect(numbersOf((to) => to.submit((x: number) => x + 7, 1))).toBeNull();
  });
});

describe('the signal of a view', () => {
  it('cancels what was submitted through it and is not finished', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    const controller = new AbortController();
    const view = executor.with({ signal: controller.signal });
    const [a, b] = [view.submit(inc, 1), executor.submit(inc, 2)];
    const mapped = view.map(inc, [3, 4]);
    controller.abort(new Error('stop it'));
    expect([a.status, b.status, ...mapped.map((future) => future.status)]).toEqual([
      'cancelled',
      'pending',
      'cancelled',
      'cancelled',
    ]);
    const error = await a.exception();
    expect(error).toBeInstanceOf(TaskCancelledError);
    expect(error).toMatchObject({ message: expect.stringContaining('stop it'), cause: controller.signal.reason });
    expect(() => view.submit(inc, 5)).toThrow('stop it');
  });

  it('says why in a text that fits, whatever the reason is', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const controller = new AbortController();
    const future = scheduler.executor().with({ signal: controller.signal }).submit(inc, 1);
    controller.abort(new Error('x'.repeat(1e6)));
    await turn();
    const [, told] = scheduler.log.find(([name]) => name === 'cancel') as [string, { reason: string }];
    expect(told.reason).toHaveLength(9999);
    expect(future.status).toBe('cancelled');
  });

  it('leaves equal calls of others alone, earlier ones and later ones', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    const controller = new AbortController();
    const view = executor.with({ signal: controller.signal });
    const earlier = executor.submit(inc, 1);
    const own = [view.submit(inc, 1), view.submit(inc, 2), ...view.map(inc, [1, 3, 3])];
    const later = [executor.submit(inc, 2), ...executor.map(inc, [3])];
    expect(own.map((future) => future.key)).toEqual(
      [earlier, later[0], earlier, later[1], later[1]].map((future) => future?.key),
    );
    controller.abort();
    expect(own.map((future) => future.status)).toEqual(new Array(5).fill('cancelled'));
    expect([earlier, ...later].map((future) => future.status)).toEqual(new Array(3).fill('pending'));
    scheduler.flush();
    expect(scheduler.log.filter(([name]) => name === 'cancel')).toEqual([
      ['cancel', { ids: [2, 3, 4, 5], scope: 'numbers', reason: expect.stringContaining('aborted') }],
    ]);
  });
});

describe('options', () => {
  it.each([
    [{ priority: 1.5 }, '`priority` must be a whole number from -32768 to 32767, not 1.5'],
    [{ retries: -1 }, '`retries` must be a whole number from 0 to 1000000, not -1'],
    [{ retries: 1e12 }, '`retries` must be'],
    [{ timeout: 0 }, '`timeout` must be a positive number of milliseconds, not 0'],
    [{ timeout: '5' }, "`timeout` must be a positive number of milliseconds, not '5'"],
    [{ key: '' }, '`key` must be text of 1 to 4096 characters, not empty text'],
    [{ key: 5 }, '`key` must be text of 1 to 4096 characters, not 5'],
    [{ key: 'k'.repeat(5000) }, '`key` must be text of 1 to 4096 characters, not text of 5000 characters'],
    [{ workers: [] }, '`workers` must be'],
    [{ workers: [''] }, 'not a list with empty text at 0'],
    [{ workers: [5] }, 'not a list with 5 at 0'],
    [{ workers: 5 }, '`workers` must be the name or address of a worker'],
    [{ workers: null }, 'not null'],
    [
      { resources: { GPU: -1 } },
      "`resources` must be amounts by name, each a number from 0, not one with -1 under 'GPU'",
    ],
    [{ resources: [1] }, 'not a list of 1'],
    [{ resources: 5 }, 'not 5'],
    [{ signal: {} }, '`signal` must be an AbortSignal, not an object'],
    [{ pure: 'yes' }, "`pure` must be true or false, not 'yes'"],
  ])('refuse %j', (options, message) => {
    const making = () => new FakeScheduler().executor().with(options as never);
    expect(making).toThrow(UsageError);
    expect(making).toThrow(message);
  });

  it('leave a map room for the numbers behind its key', () => {
    const executor = new FakeScheduler().executor();
    expect(() => executor.with({ key: 'k'.repeat(4095) }).map(inc, [1])).toThrow(
      /`key` of a map must be text of 1 to \d+/,
    );
    expect(executor.with({ key: 'k'.repeat(4000) }).map(inc, [1])).toHaveLength(1);
    expect(() => executor.submitGraph({ ['k'.repeat(4095)]: 1 }, ['k'.repeat(4095)])).toThrow(UsageError);
  });

  it('may ask for any time, and for none', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    await executor.gather([Infinity, 1e20].map((timeout) => executor.with({ timeout, pure: false }).submit(inc, 1)));
    expect(scheduler.submitted.map(({ options }) => options.timeoutMs)).toEqual([undefined, 1e20]);
  });

  it('are sent with names that fit, whatever functions are called', () => {
    const scheduler = new FakeScheduler();
    const named = { ['n'.repeat(9000)]: (x: number): number => x + 1 };
    const [fn] = Object.values(named) as [(x: number) => number];
    const { key } = scheduler.executor().submit(fn, 1);
    expect(key.length).toBeLessThan(1200);
    expect(key).toContain('nnn…nnn');
  });
});
