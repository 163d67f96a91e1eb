import { ConnectError, ConnectionClosedError, Secret, silentLogger } from '@covey/protocol';
import { taskNews } from '@covey/protocol/internal';
import type { ClientTaskId } from '@covey/protocol/internal';
import { ExecutorClosedError, FutureLostError } from '../errors.js';
import { Executor } from '../executor.js';
import { ExecutorCore } from '../executor/core.js';
import { FakeScheduler, turn } from '../testing/fake-scheduler.js';
import { DefinitionLog } from './definition-log.js';
import { PendingLink } from './pending-link.js';
import { ReleaseRanges } from './release-ranges.js';
import { State, TaskTable } from './task-table.js';
import { View } from './view.js';

const inc = (x: number): number => x + 1;

describe('the end of a session', () => {
  it('loses what is pending and what would have to be fetched, keeps what is here', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    const [here, there, pending] = executor.map(inc, [1, 2, 3]);
    scheduler.flush();
    scheduler.tell((out) => {
      taskNews.done(out, 1 as ClientTaskId, 3, 'number', Uint8Array.of(0x10, 2));
      taskNews.done(out, 2 as ClientTaskId, 5000, 'Object', null);
    });
    const waiting = pending!.result();
    scheduler.onend?.(new ConnectionClosedError('session-lost: started anew'));
    await expect(waiting).rejects.toThrow(FutureLostError);
    await expect(there!.result()).rejects.toThrow('started anew');
    expect(await here!.result()).toBe(2);
    expect([here, there, pending].map((future) => future?.status)).toEqual(['finished', 'lost', 'lost']);
    expect(() => executor.submit(inc, 1)).toThrow(FutureLostError);
  });

  it('is the beginning of another, when it was lost', async () => {
    const scheduler = new FakeScheduler();
    const dial = {
      address: 'inproc://nobody-there',
      secret: Secret.random(),
      hello: { name: 'test' },
      logger: silentLogger,
      timeoutMs: 1000,
      waitMs: 0,
      reconnectMs: 0,
      maxUnacknowledgedBytes: 2 ** 20,
    };
    const settings = { logger: silentLogger, maxUnacknowledgedBytes: 2 ** 20 };
    const executor = new Executor(new ExecutorCore(scheduler, settings, { dial }), new View({}));
    const old = executor.submit(inc, 1);
    expect(await old.result()).toBe(2);
    scheduler.onend?.(new ConnectionClosedError('session-lost: started anew'));
    expect(() => executor.submit(inc, old)).toThrow('started anew');
    expect(await old.result()).toBe(2);
    const error = (await executor
      .submit(inc, 1)
      .result()
      .catch((e: unknown) => e)) as FutureLostError;
    expect(error).toBeInstanceOf(FutureLostError);
    expect(error.cause).toBeInstanceOf(ConnectError);
    await executor.close();
  });

  it('does not come by closing an executor that a thread shares among its tasks', async () => {
    const scheduler = new FakeScheduler();
    const settings = { logger: silentLogger, maxUnacknowledgedBytes: 2 ** 20 };
    const executor = new Executor(new ExecutorCore(scheduler, settings, { shared: true }), new View({}));
    await executor.close();
    expect(await executor.submit(inc, 1).result()).toBe(2);
  });

  it('closes once, and says so afterwards', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    const future = executor.submit(inc, 1);
    const waiting = future.result();
    await Promise.all([executor.close(), executor[Symbol.asyncDispose]()]);
    await expect(waiting).rejects.toThrow(ExecutorClosedError);
    expect(() => executor.submit(inc, 1)).toThrow(ExecutorClosedError);
    expect(() => executor.with({ pure: false }).map(inc, [1])).toThrow(ExecutorClosedError);
    future.release();
    expect(scheduler.closed).toBe(true);
    expect(String(executor)).toBe('Executor(inproc://fake, closed)');
  });
});

describe('a link that is still being made', () => {
  const pendingExecutor = (opening: Promise<FakeScheduler>) =>
    new Executor(
      new ExecutorCore(new PendingLink('inproc://fake', opening), {
        logger: silentLogger,
        maxUnacknowledgedBytes: 2 ** 20,
      }),
      new View({}),
    );

  it('keeps what is said in order until it is there', async () => {
    const scheduler = new FakeScheduler();
    let open!: (scheduler: FakeScheduler) => void;
    const executor = pendingExecutor(new Promise((resolve) => (open = resolve)));
    const future = executor.submit(inc, 1);
    const scattered = executor.scatter([5]);
    const dependent = executor.submit(inc, future);
    const result = dependent.result();
    open(scheduler);
    expect(await result).toBe(3);
    expect(await executor.gather(await scattered)).toEqual([5]);
    await executor.drained();
    expect(executor.clusterName).toBe('fake');
    await executor.close();
    expect(scheduler.closed).toBe(true);
  });

  it('ends a call by its signal or its time, and never says it', async () => {
    const scheduler = new FakeScheduler();
    const asked: string[] = [];
    scheduler.answers.run = () => (asked.push('run'), {});
    scheduler.answers['wait-for-workers'] = () => (asked.push('wait'), null);
    let open!: (scheduler: FakeScheduler) => void;
    const executor = pendingExecutor(new Promise((resolve) => (open = resolve)));
    const controller = new AbortController();
    const running = executor.with({ signal: controller.signal }).run(inc, 1);
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await expect(executor.with({ signal: controller.signal }).run(inc, 1)).rejects.toThrow('enough');
    await expect(executor.waitForWorkers(1, { timeoutMs: 1 })).rejects.toThrow('was not there within 1 ms');
    const patient = executor.waitForWorkers(1, { timeoutMs: 60_000 });
    open(scheduler);
    await patient;
    expect(asked).toEqual(['wait']);
  });

  it('ends calls when it is closed before it is made', async () => {
    const executor = pendingExecutor(new Promise(() => undefined));
    const asking = executor.schedulerInfo();
    await executor.close();
    await expect(asking).rejects.toThrow(ExecutorClosedError);
  });

  it('fails what waits when it cannot be made', async () => {
    const executor = pendingExecutor(Promise.reject(new Error('nobody there')));
    const future = executor.submit(inc, 1);
    await expect(future.result()).rejects.toThrow('nobody there');
    await expect(executor.schedulerInfo()).rejects.toThrow('nobody there');
  });
});

describe('news', () => {
  it('that cross a cancellation change nothing', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const future = scheduler.executor().submit(inc, 1);
    scheduler.flush();
    future.cancel();
    scheduler.tell((out) => taskNews.done(out, 1 as ClientTaskId, 3, 'number', Uint8Array.of(0x10, 2)));
    expect(future.status).toBe('cancelled');
  });

  it('of tasks that were released, or never held, are ignored', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    executor.submit(inc, 1).release();
    await turn();
    scheduler.tell((out) => {
      taskNews.done(out, 1 as ClientTaskId, 3, 'number', null);
      taskNews.done(out, 5_000_000 as ClientTaskId, 3, 'number', null);
    });
    expect(await executor.gather([])).toEqual([]);
  });

  it('of a topic reach who subscribed, until it stops', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const heard: unknown[] = [];
    const subscription = await executor.subscribe('t', (payload) => heard.push(payload));
    const failing = await executor.subscribe('t', () => {
      throw new Error('a listener of the test');
    });
    scheduler.tell((out) => taskNews.event(out, 't', 1));
    await failing.stop();
    await subscription.stop();
    scheduler.tell((out) => taskNews.event(out, 't', 2));
    expect(heard).toEqual([1]);
    expect(scheduler.calls.map(([name]) => name)).toEqual(['subscribe', 'subscribe', 'unsubscribe']);
  });
});

describe('the table of tasks', () => {
  it('counts handles and frees with the last', () => {
    const table = new TaskTable();
    const id = table.allocate(3);
    table.retain(id);
    expect(table.releasePrimary(id)).toBe(false);
    expect(table.releasePrimary(id)).toBe(false);
    expect(table.state(id)).toBe(State.pending);
    expect(table.releaseOther(id)).toBe(true);
    expect(table.releaseOther(id)).toBe(false);
    expect(table.state(id)).toBe(State.free);
    expect(table.size).toBe(2);
  });

  it('works across pages, and drops those that hold nothing', () => {
    const table = new TaskTable();
    const first = table.allocate(5000);
    for (let i = 0; i < 5000; i++) table.finish(first + i, i % 2 === 0 ? 'even' : 'odd', i);
    expect(table.value(first + 4321)).toBe(4321);
    expect(table.typeName(first + 4321)).toBe('odd');
    for (let i = 0; i < 5000; i++) table.releasePrimary(first + i);
    expect(table.size).toBe(0);
    const skipped = table.skip(3000);
    expect(table.state(skipped)).toBe(State.free);
    table.keepSkipped(skipped + 2999);
    table.finish(skipped + 2999, 'x', 1);
    expect(table.value(skipped + 2999)).toBe(1);
    expect(table.allocate(1)).toBe(skipped + 3000);
  });

  it('tells each waiter once', () => {
    const table = new TaskTable();
    const id = table.allocate(1);
    const told: string[] = [];
    const waiters = ['a', 'b', 'c'].map((name) => ({ settled: () => void told.push(name) }));
    for (const waiter of waiters) expect(table.wait(id, waiter)).toBe(true);
    expect(table.wait(id, waiters[0]!)).toBe(false);
    table.stopWaiting(id, waiters[1]!);
    table.finish(id, 'x', 1);
    table.finish(id, 'x', 2);
    expect(told).toEqual(['a', 'c']);
  });
});

describe('ranges of released ids', () => {
  it('grow at both ends', () => {
    const ranges = new ReleaseRanges();
    for (const id of [5, 6, 7, 4, 20, 19, 1]) ranges.add(id);
    expect(ranges.take()).toEqual([4, 4, 19, 2, 1, 1]);
    expect(ranges.empty).toBe(true);
  });
});

describe('definitions', () => {
  const run = (firstId: number, count: number, nbytes: number) =>
    ({ firstId, count, functionId: 1, args: new Uint8Array(nbytes), dependencies: null }) as never;

  it('are kept while a task of their run is held', () => {
    const log = new DefinitionLog();
    log.add({}, run(1, 2, 10));
    log.add({ priority: 1 }, run(5, 1, 10));
    expect(log.of(2)?.run.firstId).toBe(1);
    expect(log.of(3)).toBeUndefined();
    log.release(1);
    expect(log.of(2)).toBeDefined();
    log.release(2);
    expect(log.of(2)).toBeUndefined();
    expect(log.of(5)?.options).toEqual({ priority: 1 });
    log.release(5);
    expect(log.nbytes).toBe(0);
  });

  it('are bounded: the oldest go first', () => {
    const log = new DefinitionLog(2000);
    for (let i = 0; i < 10; i++) log.add({}, run(1 + i, 1, 500));
    expect(log.nbytes).toBeLessThanOrEqual(2000);
    expect(log.of(1)).toBeUndefined();
    expect(log.of(10)).toBeDefined();
    for (let i = 0; i < 5000; i++) log.release(11 + i);
  });
});
