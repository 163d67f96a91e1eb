/** What user code does wrong comes to its user as it was, and to nobody else. */
import { Parser } from 'acorn';
import { CoveyError, getTask, NotSerializableError, TaskCancelledError, TaskExitError, TaskTimeoutError } from 'covey';
import { failure, RunningCluster } from '../support/running-cluster.js';
import { until } from '../support/sandbox.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start();
});
afterAll(() => world.close());

const inc = (x: number): number => x + 1;

class QuotaError extends Error {
  override readonly name = 'QuotaError';
  constructor(
    message: string,
    readonly used: number,
  ) {
    super(message);
  }
  get excess(): number {
    return this.used - 100;
  }
}

describe('an error that a task throws', () => {
  it('keeps class, message, own fields, cause, and the line where it was thrown', async () => {
    const failing = world.impure.submit(function overQuota(): number {
      throw Object.assign(new QuotaError('too much', 121), { cause: new TypeError('inner') });
    });
    const error = (await failure(failing)) as QuotaError;
    expect(error).toBeInstanceOf(QuotaError);
    expect([error.name, error.message, error.used, error.excess]).toEqual(['QuotaError', 'too much', 121, 21]);
    expect(error.cause).toEqual(new TypeError('inner'));
    expect(error.stack).toMatch(/at overQuota \(.*user-code\.test\.ts:31:/);
    expect(error.stack).toMatch(/at task 'overQuota-.*' on worker-\d/);
    expect(error.stack).not.toContain('thread.cjs');
    expect((error.cause as Error).stack).not.toContain('thread.cjs');
  });

  it('is that of all its dependents', async () => {
    const first = world.impure.submit((): number => {
      throw new QuotaError('at the root', 1);
    });
    const last = world.impure.submit(inc, world.impure.submit(inc, first));
    const error = await failure(last);
    expect(error).toBeInstanceOf(QuotaError);
    expect((error as Error).message).toBe('at the root');
    expect((error as Error).stack).toContain(first.key);
    expect(last.status).toBe('error');
  });

  it.each([['a text'], [undefined], [null], [42], [{ a: [1] }]])('may be %p', async (thrown) => {
    const future = world.impure.submit((value: unknown): void => {
      throw value;
    }, thrown);
    expect(await failure(future)).toEqual(thrown);
    expect(await future.exception()).toEqual(thrown);
  });

  it('may hold what cannot be sent: the rest arrives', async () => {
    const error = await failure(
      world.impure.submit((): void => {
        throw Object.assign(new RangeError('odd'), { waits: new Promise(() => undefined) });
      }),
    );
    expect(error).toBeInstanceOf(RangeError);
    expect((error as { waits?: unknown }).waits).toEqual(expect.stringContaining('Promise'));
  });

  it('has what it has from packages, which are imported for it', async () => {
    class SyntaxRefusal extends Error {
      readonly parser = Parser;
    }
    const failing = world.impure.submit((): void => {
      throw new SyntaxRefusal('not this');
    });
    const error = await failure(failing);
    expect(error).toBeInstanceOf(SyntaxRefusal);
    expect((error as SyntaxRefusal).parser.name).toBe('Parser');
    await expect(world.executor.gather([failing])).rejects.toBe(error);
  });

  it('is of its class too when Covey throws it for the task', async () => {
    const error = await failure(world.impure.submit(() => [1].values()));
    expect(error).toBeInstanceOf(NotSerializableError);
    expect(error).toBeInstanceOf(CoveyError);
    expect(error).not.toBeInstanceOf(TaskExitError);
  });

  it('comes from asynchronous functions too, and from too deep a recursion', async () => {
    const later = world.impure.submit(async () => {
      await Promise.resolve();
      throw new SyntaxError('later');
    });
    expect(await failure(later)).toEqual(new SyntaxError('later'));
    const deep = world.impure.submit(function down(): number {
      return down() + 1;
    });
    expect(await failure(deep)).toBeInstanceOf(RangeError);
  });
});

describe('an error that nobody catches', () => {
  it('of a promise is its task’s', async () => {
    const future = world.impure.submit(async () => {
      void Promise.reject(new QuotaError('nobody hears', 2));
      await new Promise(() => undefined);
    });
    expect(await failure(future)).toEqual(new QuotaError('nobody hears', 2));
  });

  it.each(['timer', 'tick'])('of a callback (%s) is its task’s', async (kind) => {
    const future = world.impure.submit(async (which: string) => {
      const fail = () => {
        throw new RangeError(`in a ${which}`);
      };
      if (which === 'timer') setTimeout(fail, 1);
      else process.nextTick(fail);
      await new Promise(() => undefined);
    }, kind);
    expect(await failure(future)).toEqual(new RangeError(`in a ${kind}`));
  });

  it('after the task has ended changes nothing for it, its worker, or the next', async () => {
    const there = world.impure.with({ workers: 'worker-0' });
    const pid = await world.pidOf('worker-0');
    const done = there.submit(() => {
      void Promise.resolve().then(() => {
        throw new Error('too late');
      });
      return 'done';
    });
    expect(await done.result()).toBe('done');
    expect(await there.submit(inc, 1).result()).toBe(2);
    expect(await world.pidOf('worker-0')).toBe(pid);
  });

  it('timers that a task leaves behind end with it', async () => {
    const there = world.impure.with({ workers: 'worker-0' });
    const ticks = { count: 0 };
    const left = there.submit(() => {
      const counter = ((globalThis as { ticks?: { count: number } }).ticks = { count: 0 });
      setInterval(() => counter.count++, 1);
    });
    await left.result();
    // A task that waits longer than the interval sees no tick.
    ticks.count = await there
      .submit(async () => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        return (globalThis as unknown as { ticks: { count: number } }).ticks.count;
      })
      .result();
    expect(ticks.count).toBe(0);
  });
});

describe('a task that ends its process', () => {
  it.each<[string, () => void, object]>([
    ['process.exit(3)', () => process.exit(3), { exitCode: 3 }],
    ['process.exit()', () => process.exit(), { exitCode: 0 }],
    ['process.abort()', () => process.abort(), { signal: 'SIGABRT' }],
    ['process.kill', () => process.kill(process.pid, 'SIGKILL'), { signal: 'SIGKILL' }],
  ])('by %s fails alone', async (text, end, data) => {
    const pids = await Promise.all(['worker-0', 'worker-1'].map((name) => world.pidOf(name)));
    const error = (await failure(world.impure.submit(end))) as TaskExitError;
    expect(error).toBeInstanceOf(TaskExitError);
    expect(error.code).toBe('ERR_COVEY_TASK_EXITED');
    expect(error.message).toContain(text);
    expect(error.data).toMatchObject(data);
    expect(await Promise.all(['worker-0', 'worker-1'].map((name) => world.pidOf(name)))).toEqual(pids);
  });
});

describe('a task that does not end', () => {
  const endless = (): void => {
    for (;;);
  };

  it('is stopped by cancel, with what waits for it', async () => {
    const running = world.impure.submit(endless);
    const waiting = world.impure.submit(() => 1, running);
    await world.isRunning(running);
    running.cancel('enough of it');
    const error = (await failure(running)) as TaskCancelledError;
    expect(error).toBeInstanceOf(TaskCancelledError);
    expect(error.message).toContain('enough of it');
    expect(error.message).toContain(running.key);
    expect([running.status, running.cancelled()]).toEqual(['cancelled', true]);
    expect(await failure(waiting)).toBeInstanceOf(TaskCancelledError);
    // And its thread is there again.
    expect(await world.executor.gather(world.impure.map(inc, [1, 2, 3, 4]))).toEqual([2, 3, 4, 5]);
  });

  it('is stopped by its timeout, and by its signal', async () => {
    const late = (await failure(world.impure.with({ timeout: 100 }).submit(endless))) as TaskTimeoutError;
    expect(late).toBeInstanceOf(TaskTimeoutError);
    expect(late.data).toMatchObject({ timeoutMs: 100 });
    const controller = new AbortController();
    const future = world.impure.with({ signal: controller.signal }).submit(endless);
    await world.isRunning(future);
    controller.abort(new Error('the user went home'));
    expect(((await failure(future)) as Error).message).toContain('the user went home');
    expect(() => world.impure.with({ signal: controller.signal }).submit(inc, 1)).toThrow('the user went home');
  });

  it('may end by itself when it is told', async () => {
    const future = world.impure.submit(async () => {
      const { signal } = getTask();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const thread = world.impure.with({ workers: 'worker-1' });
    await world.isRunning(future);
    future.cancel();
    expect(await failure(future)).toBeInstanceOf(TaskCancelledError);
    expect(await thread.submit(inc, 1).result()).toBe(2);
  });
});

it('an erred task is tried again as often as its retries say, and by retry()', async () => {
  const there = world.impure.with({ workers: 'worker-0' });
  const attempts = (name: string, good: number): number => {
    const counts = ((globalThis as { attempts?: Record<string, number> }).attempts ??= {});
    counts[name] = (counts[name] ?? 0) + 1;
    const { attempt } = getTask();
    if (counts[name] < good) throw new Error(`attempt ${attempt}`);
    return attempt;
  };
  expect(await there.with({ retries: 2 }).submit(attempts, 'retries', 3).result()).toBe(3);
  expect(await failure(there.with({ retries: 1 }).submit(attempts, 'too few', 3))).toEqual(new Error('attempt 2'));
  const future = there.submit(attempts, 'by hand', 2);
  const dependent = there.submit(inc, future);
  expect(await failure(dependent)).toEqual(new Error('attempt 1'));
  dependent.retry();
  expect(await dependent.result()).toBe(2);
  expect(future.status).toBe('finished');
});

it('what cannot be sent is refused where it is sent, with its path', () => {
  const options = { waiting: new Promise(() => undefined) };
  const error = (() => {
    try {
      return world.executor.submit(function job() {
        return options.waiting;
      });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(NotSerializableError);
  expect((error as Error).message).toMatch(/job → options\.waiting → Promise: .*[Aa]wait/);
});

it('and all the others go on', async () => {
  expect(await world.executor.gather(world.executor.map(inc, [1, 2, 3]))).toEqual([2, 3, 4]);
  expect(await until(async () => (await world.executor.schedulerInfo()).workers.length === 2)).toBe(true);
});
