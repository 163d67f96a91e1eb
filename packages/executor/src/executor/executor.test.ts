import { captureFunction, decode, encode } from '@covey/functions';
import { ActorGoneError, AuthenticationError, CallTimeoutError, Secret, silentLogger } from '@covey/protocol';
import type { TaskId } from '@covey/protocol/internal';
import { RunOnWorkersError, UnknownKeyError, UsageError, WaitTimeoutError } from '../errors.js';
import { Executor } from '../executor.js';
import { getProperty } from '../actors/actor.js';
import type { Actor } from '../actors/actor.js';
import { FakeScheduler, turn } from '../testing/fake-scheduler.js';

const inc = (x: number): number => x + 1;
const header = (value: unknown): Uint8Array => encode(value, { outOfBandBytes: Infinity }).header;

describe('connecting', () => {
  it('needs to know where, and the secret', async () => {
    await expect(Executor.connect()).rejects.toThrow(UsageError);
    const known = process.env['COVEY_SECRET'];
    delete process.env['COVEY_SECRET'];
    await expect(Executor.connect('ws://127.0.0.1:1')).rejects.toThrow(/needs the secret/);
    if (known !== undefined) process.env['COVEY_SECRET'] = known;
  });

  it('asks `resolve` for names and for nothing, and ends what came with it', async () => {
    const asked: unknown[] = [];
    let closed = 0;
    const secret = Secret.random();
    const resolve = async (target: string | undefined) => {
      asked.push(target);
      return { address: 'inproc://nobody-there', secret, close: async () => void closed++ };
    };
    await expect(Executor.connect('my-cluster', { resolve })).rejects.toThrow();
    await expect(Executor.connect(undefined, { resolve })).rejects.toThrow();
    await expect(Executor.connect('ws://127.0.0.1:1', { resolve, secret })).rejects.not.toThrow(AuthenticationError);
    expect(asked).toEqual(['my-cluster', undefined]);
    expect(closed).toBe(2);
  });

  it('to an executor gives a view of it', async () => {
    const executor = new FakeScheduler().executor();
    const view = await Executor.connect(executor);
    expect(await view.submit(inc, 1).result()).toBe(2);
  });
});

describe('an executor on its way into a task', () => {
  it('leaves a mark that the compute thread fills, and so does a cluster', () => {
    const executor = new FakeScheduler().executor();
    const cluster = { [Symbol.for('covey.cluster')]: true, scale: () => executor };
    expect(() => captureFunction(() => [executor, cluster])).not.toThrow();
    expect(() => decode(encode([executor]))).toThrow(UsageError);
  });
});

describe('run', () => {
  it('calls a function on each worker', async () => {
    const scheduler = new FakeScheduler();
    scheduler.answers.run = ({ args, workers, wait }) => {
      expect([decode({ header: args, buffers: [] }), workers, wait]).toEqual([[1], ['alice'], true]);
      return { a: { ok: header(2) }, b: { ok: header(3) } };
    };
    expect(await scheduler.executor().with({ workers: 'alice' }).run(inc, 1)).toEqual({ a: 2, b: 3 });
  });

  it('throws what a worker threw, or gives it', async () => {
    const scheduler = new FakeScheduler();
    const error = { name: 'RangeError', message: 'no', key: 'run', value: header(new RangeError('no')) };
    scheduler.answers.run = () => ({ a: { ok: header(2) }, b: { error } });
    const executor = scheduler.executor();
    const thrown = (await executor.run(inc, 1).catch((e: unknown) => e)) as RunOnWorkersError;
    expect(thrown).toBeInstanceOf(RunOnWorkersError);
    expect(thrown.cause).toEqual(new RangeError('no'));
    expect(await executor.runSettled(inc, 1)).toEqual({
      a: { status: 'fulfilled', value: 2 },
      b: { status: 'rejected', reason: new RangeError('no') },
    });
  });

  it('says what it waited for when no worker came within the view’s timeout', async () => {
    const scheduler = new FakeScheduler();
    scheduler.answers.run = ({ timeoutMs }) => {
      throw new CallTimeoutError(`there is no worker to run the function: not within ${timeoutMs} ms`);
    };
    const running = scheduler.executor().with({ timeout: 50 }).run(inc, 1);
    await expect(running).rejects.toThrow(WaitTimeoutError);
    await expect(running).rejects.toThrow('there is no worker to run the function: not within 50 ms');
  });

  it('takes no futures', async () => {
    const executor = new FakeScheduler().executor();
    await expect(executor.run(inc, executor.submit(inc, 1) as never)).rejects.toThrow(UsageError);
  });
});

describe('asking and acting', () => {
  it('names tasks by futures and keys, and workers by the view', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const future = executor.submit(inc, 1);
    scheduler.answers['who-has'] = () => ({});
    scheduler.answers.nbytes = () => ({});
    scheduler.answers['has-what'] = () => ({});
    scheduler.answers.replicate = () => null;
    scheduler.answers.rebalance = () => null;
    scheduler.answers['retire-workers'] = () => ['w'];
    await executor.whoHas([future, 'other']);
    await executor.whoHas();
    await executor.whoHas([]);
    await executor.nbytes('k', { summary: true });
    await executor.with({ workers: ['a', 'b'] }).hasWhat();
    await executor.replicate(future, { n: 2 });
    await executor.rebalance();
    expect(await executor.retireWorkers({ n: 1 })).toEqual(['w']);
    expect(scheduler.calls.map(([, params]) => params)).toEqual([
      { ids: [1], keys: ['other'] },
      {},
      { keys: [] },
      { keys: ['k'], summary: true },
      { workers: ['a', 'b'] },
      { ids: [1], n: 2 },
      {},
      { n: 1, close: true },
    ]);
  });

  it('finds where versions differ', async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
    const scheduler = new FakeScheduler({ logger });
    const node = process.versions.node;
    scheduler.answers.versions = () => ({
      scheduler: { node },
      workers: { a: { ok: { node: '1.0.0' } }, b: { error: { name: 'E', message: '', key: '' } } },
    });
    const report = await scheduler.executor().getVersions();
    expect(report.mismatches).toEqual([{ name: 'node', versions: { client: node, scheduler: node, a: '1.0.0' } }]);
    expect(Object.keys(report.workers)).toEqual(['a']);
    expect(warnings).toEqual(['versions of node differ']);
  });

  it('waits for workers, up to a time', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    scheduler.answers['wait-for-workers'] = () => null;
    await executor.waitForWorkers(2);
    scheduler.answers['wait-for-workers'] = () => new Promise(() => undefined);
    await expect(executor.waitForWorkers(2, { timeoutMs: 1 })).rejects.toThrow(WaitTimeoutError);
    await expect(executor.waitForWorkers(2, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });

  it('uploads files, and says which worker refused', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    scheduler.answers.upload = ({ name, content, hash }) => {
      expect([name, Buffer.from(content).toString(), hash.length]).toEqual(['a.txt', 'text', 43]);
      return { w: { ok: null } };
    };
    await executor.uploadFile({ name: 'a.txt', content: 'text' });
    scheduler.answers.upload = () => ({ w: { error: { name: 'Error', message: 'disk full', key: '' } } });
    await expect(executor.uploadFile(__filename)).rejects.toThrow('w could not take executor.test.ts: disk full');
  });

  it('keeps fire-and-forget tasks until the scheduler has them', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const future = executor.submit(inc, 1);
    const forgetting = executor.fireAndForget(future);
    future.release();
    await forgetting;
    await turn();
    expect(scheduler.calls).toEqual([['fire-and-forget', { ids: [1] }]]);
    expect(scheduler.released).toEqual([1]);
  });

  it('warns of a fire-and-forget task that failed, unless somebody has its future', async () => {
    const warnings: unknown[][] = [];
    const logger = { ...silentLogger, warn: (...args: unknown[]) => void warnings.push(args) };
    const scheduler = new FakeScheduler({ logger, autoRun: false });
    const executor = scheduler.executor().with({ pure: false });
    const fail = (): never => {
      throw new Error('no room');
    };
    const [kept, dropped] = [executor.submit(fail), executor.submit(fail)];
    const { key } = dropped;
    await executor.fireAndForget([kept, dropped, dropped]);
    dropped.release();
    await scheduler.runAll();
    await new Promise(setImmediate); // Errors are made of their bytes on the way.
    expect(warnings).toMatchObject([
      [`the task '${key}' failed, and nobody waits for it`, { error: { message: 'no room' } }],
    ]);
    expect(kept.status).toBe('error');
  });
});

describe('sharing', () => {
  it('publishes and finds datasets with futures of its own', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const future = executor.submit(inc, 1);
    let published: { value: Uint8Array; ids: readonly number[] } | undefined;
    scheduler.answers['publish-dataset'] = (params) => {
      published = params;
      return null;
    };
    scheduler.answers['get-dataset'] = ({ name }) =>
      name === 'd' && published !== undefined ? { keys: [future.key], value: published.value } : null;
    await executor.publishDataset('d', { part: future, n: 1 });
    expect(published?.ids).toEqual([1]);
    const found = await executor.getDataset<{ part: typeof future; n: number }>('d');
    expect([found.n, await found.part.result()]).toEqual([1, 2]);
    await expect(executor.getDataset('other')).rejects.toThrow(UnknownKeyError);
  });

  it('finds tasks of others by key, or says that there is none', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    executor.with({ key: 'mine' }).submit(inc, 1);
    await turn();
    expect(await executor.futureOf('mine').result()).toBe(2);
    await expect(executor.futureOf('nobody').result()).rejects.toThrow(UnknownKeyError);
  });

  it('keeps metadata under paths', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    scheduler.answers['get-metadata'] = ({ path }) =>
      path.length === 2 ? { found: true, value: 5 } : { found: false };
    expect(await executor.getMetadata(['a', 'b'])).toBe(5);
    expect(await executor.getMetadata('c', 'fallback')).toBe('fallback');
    await expect(executor.getMetadata('c')).rejects.toThrow(UnknownKeyError);
    await expect(executor.setMetadata([], 1)).rejects.toThrow(UsageError);
  });
});

describe('actors', () => {
  class Counter {
    n: number;
    constructor(n: number) {
      this.n = n;
    }
    add(by: number): number {
      return (this.n += by);
    }
  }

  it('have their methods called at their worker, which is asked for once', async () => {
    const scheduler = new FakeScheduler({ inlineBytes: 0 });
    const executor = scheduler.executor();
    const calls: unknown[] = [];
    scheduler.workers.call = async (address, method, params) => {
      const { taskId, ...rest } = params as { taskId: TaskId; args?: Uint8Array };
      calls.push([
        address,
        method,
        taskId,
        rest.args === undefined ? rest : decode({ header: rest.args, buffers: [] }),
      ]);
      return header(calls.length);
    };
    const future = executor.with({ actor: true }).submit(Counter, 5);
    const counter = await future.result();
    expect(await counter.add(1)).toBe(1);
    expect(await counter.add(2)).toBe(2);
    expect(await getProperty(counter, 'n')).toBe(3);
    expect(calls).toEqual([
      ['worker-1', 'actor-call', 1, [1]],
      ['worker-1', 'actor-call', 1, [2]],
      ['worker-1', 'actor-get', 1, { property: 'n' }],
    ]);
    expect(scheduler.calls.filter(([name]) => name === 'locate')).toHaveLength(1);
    expect(await Promise.resolve(counter)).toBe(counter);
    expect(String(Object.prototype.toString.call(counter))).toBe('[object Actor<Counter>]');
    expect(() => Object.assign(counter, { n: 1 })).toThrow(UsageError);
    await expect(getProperty({} as Actor<Counter>, 'n')).rejects.toThrow(UsageError);
  });

  it('are kept by their proxies, and say when they are gone', async () => {
    const scheduler = new FakeScheduler({ inlineBytes: 0 });
    const executor = scheduler.executor();
    const future = executor.with({ actor: true }).submit(Counter, 5);
    const counter = await future.result();
    future.release();
    await turn();
    expect(scheduler.released).toEqual([]);
    scheduler.answers.locate = () => [{ taskId: 1 as TaskId, nbytes: 0, type: 'Counter', addresses: [] }];
    await expect(counter.add(1)).rejects.toThrow(ActorGoneError);
  });
});

describe('an executor inside a task', () => {
  it('gives its slot away while it waits, and not when it needn’t', async () => {
    let waits = 0;
    const scheduler = new FakeScheduler({
      settings: {
        aroundWait: (wait) => {
          waits++;
          return wait();
        },
      },
    });
    const executor = scheduler.executor();
    const future = executor.submit(inc, 1);
    expect(await future.result()).toBe(2);
    expect(waits).toBe(1);
    expect(await future.result()).toBe(2);
    expect(await executor.gather([future])).toEqual([2]);
    expect(waits).toBe(1);
    await executor.gather(executor.map(inc, [5, 6]));
    expect(waits).toBe(2);
  });
});
