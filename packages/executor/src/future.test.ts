import { setFlagsFromString } from 'node:v8';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { FutureReleasedError, TaskCancelledError, TaskError, WaitTimeoutError } from './errors.js';
import type { Future } from './future.js';
import { FakeScheduler, turn } from './testing/fake-scheduler.js';

const inc = (x: number): number => x + 1;

class Refusal extends Error {
  override name = 'Refusal';
  amount = 5;
}

describe('a future', () => {
  it('gives the result of its task', async () => {
    const executor = new FakeScheduler().executor();
    const future = executor.submit(inc, 41);
    expect(future.status).toBe('pending');
    expect(future.done()).toBe(false);
    expect(await future.result()).toBe(42);
    expect([future.status, future.type, future.done()]).toEqual(['finished', 'number', true]);
    expect(await future.exception()).toBeUndefined();
  });

  it('gives each caller a copy of its own', async () => {
    const executor = new FakeScheduler().executor();
    const future = executor.submit(() => ({ list: [1] }));
    const first = await future.result();
    first.list.push(2);
    expect(await future.result()).toEqual({ list: [1] });
  });

  it('throws what the task threw: class, message, fields, cause, and the stack of the worker', async () => {
    const executor = new FakeScheduler().executor();
    const future = executor.submit(() => {
      throw new Refusal('too much', { cause: new TypeError('deep') });
    });
    const error = (await future.result().catch((thrown: unknown) => thrown)) as Refusal;
    expect(error.message).toBe('too much');
    expect(error.name).toBe('Refusal');
    expect(error.amount).toBe(5);
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.stack).toContain('future.test.ts');
    expect(error.stack).toContain(`at task '${future.key}' on worker-1`);
    expect(await future.exception()).toBe(error);
    expect(future.status).toBe('error');
  });

  it('throws a string when the task threw a string', async () => {
    const executor = new FakeScheduler().executor();
    const future = executor.submit(() => {
      throw 'plain words';
    });
    await expect(future.result()).rejects.toBe('plain words');
  });

  it('says in words what it cannot rebuild', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const future = scheduler.executor().submit(inc, 1);
    const error = { name: 'OddError', message: 'odd', key: 'k', value: Uint8Array.of(1, 2, 3) };
    const result = future.result();
    scheduler.tell((out) => out.push(4, 1, error));
    await expect(result).rejects.toThrow(TaskError);
    await expect(future.result()).rejects.toThrow('OddError: odd');
  });

  it('gives its dependents its own error', async () => {
    const executor = new FakeScheduler().executor();
    const failing = executor.submit((): number => {
      throw new RangeError('first');
    });
    await expect(executor.submit(inc, failing).result()).rejects.toThrow(new RangeError('first'));
  });

  it('can be cancelled: whoever waits for it hears at once', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const future = scheduler.executor().submit(inc, 1);
    const result = future.result();
    future.cancel('not needed');
    await expect(result).rejects.toThrow(TaskCancelledError);
    await expect(future.result()).rejects.toThrow('not needed');
    expect(future.cancelled()).toBe(true);
    scheduler.flush();
    expect(scheduler.log).toContainEqual(['cancel', { ids: [1], scope: 'client', reason: 'not needed' }]);
  });

  it('is computed again by retry', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const future = executor.submit((): number => {
      const counter = globalThis as { attemptsOfRetryTest?: number };
      counter.attemptsOfRetryTest = (counter.attemptsOfRetryTest ?? 0) + 1;
      if (counter.attemptsOfRetryTest === 1) throw new Error('once');
      return counter.attemptsOfRetryTest;
    });
    await expect(future.result()).rejects.toThrow('once');
    future.retry();
    expect(future.status).toBe('pending');
    expect(await future.result()).toBe(2);
  });

  it('ends a wait after its time, and by a signal, while the task goes on', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const future = scheduler.executor().submit(inc, 1);
    await expect(future.result({ timeoutMs: 1 })).rejects.toThrow(WaitTimeoutError);
    const controller = new AbortController();
    const waiting = future.result({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(future.result({ signal: controller.signal })).rejects.toThrow('enough');
    scheduler.flush();
    await scheduler.runAll();
    expect(await future.result()).toBe(2);
  });

  it('is no promise, and shows itself well', async () => {
    const executor = new FakeScheduler().executor();
    const future = executor.with({ key: 'answer' }).submit(inc, 41);
    expect('then' in future).toBe(false);
    expect(await Promise.resolve(future)).toBe(future);
    await future.result();
    expect(String(future)).toBe('Future(answer, finished)');
    expect(inspect(future)).toBe("Future { key: 'answer', status: 'finished', type: 'number' }");
    expect((future as unknown as Record<symbol, unknown>)[Symbol.for('covey.future')]).toBe(true);
  });
});

describe('releasing', () => {
  it('tells the scheduler once, and makes the future unusable', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const future = executor.submit(inc, 1);
    await future.result();
    future.release();
    future.release();
    expect(future.status).toBe('released');
    expect(future.key).toMatch(/^inc-/);
    expect(future.done()).toBe(true);
    await expect(future.result()).rejects.toThrow(FutureReleasedError);
    await expect(future.exception()).rejects.toThrow(FutureReleasedError);
    expect(() => executor.submit(inc, future)).toThrow(FutureReleasedError);
    expect(() => future.cancel()).toThrow(FutureReleasedError);
    await turn();
    expect(scheduler.released).toEqual([1]);
  });

  it('keeps a task that another handle holds', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const [first, second] = [executor.submit(inc, 1), executor.submit(inc, 1)];
    first.release();
    await turn();
    expect(scheduler.released).toEqual([]);
    expect(await second.result()).toBe(2);
    second[Symbol.dispose]();
    await turn();
    expect(scheduler.released).toEqual([1]);
  });

  it('goes where it was said: behind what uses the task, and before what is submitted next', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const input = executor.submit(inc, 1);
    const output = executor.submit(inc, input);
    input.release();
    const again = executor.submit(inc, 1);
    expect(await output.result()).toBe(3);
    expect(await again.result()).toBe(2);
    expect(scheduler.names.filter((name) => name !== 'function' && name !== 'options')).toEqual([
      'tasks',
      'tasks',
      'release',
      'tasks',
    ]);
  });

  it('waits for a map that an iterable takes its futures from', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    function* inputs() {
      for (const x of [1, 2, 3]) {
        using input = executor.submit(inc, x);
        yield input;
      }
    }
    expect(await executor.gather(executor.map(inc, inputs()))).toEqual([3, 4, 5]);
    await turn();
    expect(scheduler.released).toEqual([1, 2, 3]);
  });

  it('answers a result that was asked for before', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const future = executor.submit(inc, 1);
    const result = future.result();
    future.release();
    expect(await result).toBe(2);
    await turn();
    expect(scheduler.released).toEqual([1]);
  });

  it('sends ranges', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const futures = executor.map(inc, [1, 2, 3, 4, 5, 6]);
    await executor.gather(futures);
    for (const at of [0, 1, 2, 4]) futures[at]?.release();
    await turn();
    expect(scheduler.log.at(-1)).toEqual(['release', [1, 3, 5, 1]]);
  });

  it('is done by the collector for futures that nobody has any more, not for one that is waited for', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const scheduler = new FakeScheduler({ autoRun: false });
    const executor = scheduler.executor();
    const kept = executor.submit(inc, 1);
    const waited = executor.submit(inc, 2).result();
    const drop = (): void => {
      executor.map(inc, [10, 11, 12]);
      const again: Future<number> = executor.submit(inc, 1);
      expect(again.key).toBe(kept.key);
    };
    drop();
    for (let round = 0; round < 20 && scheduler.released.length < 3; round++) {
      await turn();
      collect();
    }
    expect([...scheduler.released].sort()).toEqual([3, 4, 5]);
    await scheduler.runAll();
    expect(await waited).toBe(3);
    expect(await kept.result()).toBe(2);
  });
});
