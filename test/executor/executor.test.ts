/** The executor with a real cluster: what its unit tests hold against a fake scheduler, end to end. */
import { LocalCluster } from '@covey/deploy';
import {
  asCompleted,
  delayed,
  Event,
  Executor,
  getProperty,
  KeyConflictError,
  Lock,
  Queue,
  ref,
  Semaphore,
  task,
  TaskCancelledError,
  TaskTimeoutError,
  Variable,
} from '@covey/executor';
import type { Actor, Future } from '@covey/executor';
import { silentLogger, TaskExitError } from '@covey/protocol';
import type { TaskExplanation } from '@covey/protocol';
import { inspect } from 'node:util';
import { Sandbox, until } from '../support/sandbox.js';

jest.setTimeout(60_000);
let sandbox: Sandbox;
let cluster: LocalCluster;
let executor: Executor;
let impure: Executor;

beforeAll(async () => {
  sandbox = new Sandbox();
  cluster = await LocalCluster.create({
    workers: 2,
    threadsPerWorker: 1,
    waitForWorkers: 'all',
    logger: silentLogger,
  });
  executor = await Executor.connect(cluster, { name: 'tests', logger: silentLogger });
  impure = executor.with({ pure: false });
});

afterAll(async () => {
  await executor.close();
  await cluster.close();
  await sandbox.expectNothingLeft();
});

const inc = (x: number): number => x + 1;

/** Resolves when the cluster answers so; the test's time limit ends it otherwise. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('tasks', () => {
  it('run: one, many, in graphs, lazily', async () => {
    expect(await executor.submit(inc, 41).result()).toBe(42);
    const items = Array.from({ length: 10_000 }, (_, i) => i);
    expect(await executor.gather(executor.map(inc, items))).toEqual(items.map(inc));
    expect(await executor.gather(impure.map(inc, items))).toEqual(items.map(inc));
    const graph = { a: task(inc, 1), b: task((x: number, y: number) => x * y, ref('a'), 10), c: [ref('a'), ref('b')] };
    expect(await executor.get(graph, ['c', 'b'])).toEqual([[2, 20], 20]);
    expect(await impure.get(graph, 'b')).toBe(20);
    expect(await executor.compute(delayed(inc)(delayed(inc)(1)))).toBe(3);
  });

  it('fail as what they threw, and so do their dependents', async () => {
    const failing = impure.submit((): number => {
      throw new RangeError('too far', { cause: 7 });
    });
    const error = (await impure
      .submit(inc, failing)
      .result()
      .catch((e: unknown) => e)) as RangeError;
    expect(error).toBeInstanceOf(RangeError);
    expect([error.message, error.cause]).toEqual(['too far', 7]);
    expect(error.stack).toContain('executor.test');
    await expect(executor.gather([failing])).rejects.toThrow('too far');
    expect(await executor.gather([failing, executor.submit(inc, 1)], { errors: 'skip' })).toEqual([2]);
  });

  it('are given large values directly by workers, and give them so', async () => {
    const data = await executor.scatter(new Float64Array(300_000).fill(2));
    expect(await executor.submit((xs: Float64Array) => xs.length, data).result()).toBe(300_000);
    expect((await data.result())[299_999]).toBe(2);
    const large = new Float64Array(200_000).fill(3);
    expect(await impure.submit((xs: Float64Array) => xs[199_999], large).result()).toBe(3);
    const parts = await executor.scatter({ a: 1, b: new Uint8Array(50_000) }, { broadcast: true });
    await eventually(async () => Object.values(await executor.whoHas(parts.b))[0]?.length === 2);
    expect((await executor.gather(parts)).a).toBe(1);
  });

  it('can be cancelled while they run, and stopped by their timeout', async () => {
    const endless = (): void => {
      for (;;);
    };
    const running = impure.submit(endless);
    await eventually(async () =>
      Object.values(await executor.processing())
        .flat()
        .includes(running.key),
    );
    running.cancel();
    await expect(running.result()).rejects.toThrow(TaskCancelledError);
    await expect(impure.with({ timeout: 50 }).submit(endless).result()).rejects.toThrow(TaskTimeoutError);
    expect(await impure.submit(inc, 1).result()).toBe(2);
  });

  it('cannot end their worker', async () => {
    await expect(impure.submit(() => process.exit(3)).result()).rejects.toThrow(TaskExitError);
  });

  it('of equal keys are one task for several clients, and conflict when they are not equal', async () => {
    const other = await Executor.connect(cluster, { logger: silentLogger });
    try {
      const mine = executor.with({ key: 'shared' }).submit(inc, 1);
      await mine.result();
      const theirs = other.with({ key: 'shared' }).submit((x: number) => x - 1, 5);
      await expect(theirs.result()).rejects.toThrow(KeyConflictError);
      expect(await other.futureOf<number>('shared').result()).toBe(2);
      const both = [executor.submit(inc, 77), other.submit(inc, 77)];
      expect(await Promise.all(both.map((future) => future.result()))).toEqual([78, 78]);
      expect(both[0]?.key).toBe(both[1]?.key);
    } finally {
      await other.close();
    }
  });

  it('are let go by the scheduler when their last future is', async () => {
    // A function of its own: equal calls of other tests, not collected yet, would be the same task and keep it.
    const triple = (x: number): number => x * 3;
    const [first, second] = [executor.submit(triple, 4711), executor.submit(triple, 4711)];
    await first.result();
    const { key } = second;
    const isKept = async () => Object.keys(await executor.whoHas()).includes(key);
    first.release();
    // Releases leave when the turn is over, and in order with what is asked afterwards.
    await Promise.resolve();
    expect(await isKept()).toBe(true);
    second.release();
    await Promise.resolve();
    expect(await isKept()).toBe(false);
  });
});

describe('inside tasks', () => {
  it('a captured executor, or cluster, is the task’s own: it submits and waits', async () => {
    const fibonacci = async (n: number): Promise<number> => {
      if (n < 2) return n;
      const [a, b] = await executor.gather(executor.map(fibonacci, [n - 1, n - 2]));
      return (a ?? 0) + (b ?? 0);
    };
    expect(await executor.submit(fibonacci, 8).result()).toBe(21);
    const viaCluster = async (x: number) => (cluster as unknown as Executor).submit((y: number) => y * 2, x).result();
    expect(await executor.submit(viaCluster, 21).result()).toBe(42);
  });

  it('recursion of any depth needs one thread', async () => {
    const depth = async (n: number): Promise<number> =>
      n === 0 ? 0 : 1 + (await executor.submit(depth, n - 1).result());
    expect(await executor.with({ workers: 'worker-0' }).submit(depth, 50).result()).toBe(50);
  });

  it('a returned future stands for its value', async () => {
    const delegate = (x: number) => executor.submit((y: number) => y * 2, x);
    expect(await executor.submit(delegate, 21).result()).toBe(42);
  });

  it('captured locks, queues and variables are those of the same name', async () => {
    const lock = new Lock(executor, 'between tasks');
    const sum = new Variable<number>(executor, 'sum');
    const added = new Queue<number>(executor, 'added', { maxsize: 10 });
    await sum.set(0);
    const add = async (x: number): Promise<void> => {
      const held = await lock.acquire();
      try {
        await sum.set((await sum.get()) + x);
      } finally {
        await held.release();
      }
      await added.put(x);
    };
    await executor.gather(executor.map(add, [1, 2, 3, 4]));
    expect(await sum.get()).toBe(10);
    expect((await added.getMany(4)).sort()).toEqual([1, 2, 3, 4]);
    expect(await lock.locked()).toBe(false);
    await expect(executor.submit(() => lock).result()).rejects.toThrow('came back in a result');
  });
});

describe('coordination', () => {
  it('of queues and variables carries futures between clients', async () => {
    const other = await Executor.connect(cluster, { logger: silentLogger });
    try {
      await new Queue<Future<number>>(executor, 'futures').put(executor.submit(inc, 500));
      const received = await new Queue<Future<number>>(other, 'futures').get();
      expect(await received.result()).toBe(501);
      await new Variable<{ f: Future<number> }>(executor, 'v').set({ f: executor.submit(inc, 600) });
      const { f } = await new Variable<{ f: Future<number> }>(other, 'v').get();
      expect(await f.result()).toBe(601);
    } finally {
      await other.close();
    }
  });

  it('of a queue’s getter that gives up', async () => {
    const queue = new Queue<number>(executor, 'empty');
    const controller = new AbortController();
    const getting = queue.get({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(getting).rejects.toThrow('enough');
    await queue.put(1);
    expect(await queue.get()).toBe(1);
  });

  it('of semaphores and events', async () => {
    const semaphore = new Semaphore(executor, 's', { maxLeases: 2 });
    const [a, b] = [await semaphore.acquire(), await semaphore.acquire()];
    expect(await semaphore.tryAcquire()).toBeUndefined();
    await a.release();
    expect(await semaphore.value()).toBe(1);
    await b.release();
    const event = new Event(executor, 'e');
    const waiting = event.wait();
    await event.set();
    await waiting;
    expect(await event.isSet()).toBe(true);
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
    async later(): Promise<string> {
      return `n is ${this.n}`;
    }
    fail(): never {
      throw new TypeError('by the actor');
    }
  }

  it('keep their state between calls', async () => {
    const future = executor.with({ actor: true }).submit(Counter, executor.submit(inc, 4));
    const counter = await future.result();
    expect([await counter.add(1), await counter.add(2), await counter.later()]).toEqual([6, 8, 'n is 8']);
    expect(await getProperty(counter, 'n')).toBe(8);
    await expect(counter.fail()).rejects.toThrow(new TypeError('by the actor'));
    future.release();
  });

  it('are the same from other clients, and from tasks that capture them or are given them', async () => {
    const future = executor.with({ actor: true }).submit(Counter, 0);
    const counter = await future.result();
    const other = await Executor.connect(cluster, { logger: silentLogger });
    try {
      expect(await (await other.futureOf<Actor<Counter>>(future.key).result()).add(1)).toBe(1);
    } finally {
      await other.close();
    }
    expect(await executor.submit((given: Actor<Counter>) => given.add(1), counter).result()).toBe(2);
    expect(await executor.submit(() => counter.add(1)).result()).toBe(3);
    expect(await counter.add(1)).toBe(4);
    future.release();
  });
});

describe('the cluster', () => {
  it('answers what is where', async () => {
    // A task of this test alone: the story of one that another test made long ago may have been written over.
    const future = executor.submit((x: number) => x - 1, 100);
    await future.result();
    const [address] = (await executor.whoHas(future))[future.key] ?? [];
    expect((await executor.hasWhat())[address as string]).toContain(future.key);
    expect(Object.values(await executor.nthreads())).toEqual([1, 1]);
    expect(Object.keys(await executor.nbytes(future))).toEqual([future.key]);
    expect((await executor.story(future)).map((entry) => entry.to)).toContain('memory');
    const [why]: readonly TaskExplanation[] = await executor.explain(future);
    expect(why).toMatchObject({ key: future.key, state: 'memory', because: 'It is done.', whoHas: [address] });
    const info = await executor.schedulerInfo();
    expect(info.clients.map((client) => client.name)).toContain('tests');
    expect((await executor.getVersions()).mismatches).toEqual([]);
    expect((await executor.schedulerMemory()).resident).toBeGreaterThan(0);
  });

  it('runs functions outside the task system', async () => {
    const pids = await executor.run(() => process.pid);
    expect(new Set(Object.values(pids)).size).toBe(2);
    const outcomes = await executor.with({ workers: 'worker-1' }).runSettled(() => {
      throw new TypeError('there');
    });
    expect(Object.values(outcomes)).toEqual([{ status: 'rejected', reason: new TypeError('there') }]);
  });

  it('runs them on a busy thread’s successor when that thread has to be ended', async () => {
    const there = impure.with({ workers: 'worker-0' });
    const endless = there.submit(() => {
      for (;;);
    });
    await eventually(async () => (await executor.story(endless)).some(({ to }) => to === 'executing'));
    // Both go the same way: the worker has the function before it is told to stop the task, and its only thread is busy.
    const ran = there.run(() => 'on another thread');
    endless.cancel();
    expect(Object.values(await ran)).toEqual(['on another thread']);
  });

  it('shows itself in a line', () => {
    expect(inspect(executor)).toBe(`Executor { cluster: '${cluster.name}', address: '${cluster.address}' }`);
    expect(inspect(executor.with({ workers: ['a'], pure: false }))).toContain("workers: [ 'a' ], pure: false");
    expect(inspect(cluster)).toBe(
      `LocalCluster { name: '${cluster.name}', kind: 'local', address: '${cluster.address}', workers: 2 }`,
    );
    expect([String(executor), String(cluster)]).toEqual([
      `Executor(${cluster.address})`,
      `LocalCluster(${cluster.name}, ${cluster.address})`,
    ]);
    expect(inspect(executor.submit(inc, 1))).toMatch(/^Future \{ key: 'inc-.*', status: '\w+'/);
  });

  it('keeps datasets, metadata and events for all clients', async () => {
    await executor.publishDataset('data', { part: executor.submit(inc, 700) });
    const other = await Executor.connect(cluster, { logger: silentLogger });
    try {
      expect(await other.listDatasets()).toEqual(['data']);
      expect(await (await other.getDataset<{ part: Future<number> }>('data')).part.result()).toBe(701);
      await executor.setMetadata(['a', 'b'], [1, 2]);
      expect(await other.getMetadata(['a', 'b'])).toEqual([1, 2]);
      const heard: unknown[] = [];
      const subscription = await other.subscribe('topic', (payload) => heard.push(payload));
      await executor.logEvent('topic', 'hello');
      await until(() => heard.length === 1);
      await subscription.stop();
      expect((await executor.getEvents('topic'))['topic']?.[0]?.payload).toBe('hello');
    } finally {
      await other.close();
    }
    await executor.unpublishDataset('data');
    expect(await executor.listDatasets()).toEqual([]);
  });

  it('gives results as they come', async () => {
    const values: number[] = [];
    for await (const [, value] of asCompleted(executor.map(inc, [1, 2, 3])).results()) values.push(value);
    expect(values.sort()).toEqual([2, 3, 4]);
  });

  it('forgets everything by a restart, and goes on', async () => {
    await executor.uploadFile({ name: 'greeting.txt', content: 'hello' });
    const before = executor.submit(inc, 1);
    await before.result();
    await executor.restart();
    expect(before.status).toBe('cancelled');
    expect(await executor.submit(inc, 1).result()).toBe(2);
  });
});
