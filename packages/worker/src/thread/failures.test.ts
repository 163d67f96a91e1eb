/** What tasks do wrong, and who is blamed: the bundled thread with a fake I/O side. */
import { decode } from '@covey/functions';
import type { ErrorReport } from '@covey/protocol/internal';
import { FakeWorker } from './testing/fake-worker.js';

// Threads and processes start slowly on a machine that has other things to do.
jest.setTimeout(60_000);

let worker: FakeWorker;
beforeEach(() => {
  worker = new FakeWorker();
});
afterEach(() => worker.close());

function reported(said: { readonly [field: string]: unknown }): ErrorReport {
  expect(said['op']).toBe('erred');
  return said['error'] as ErrorReport;
}

function valueOf(report: ErrorReport): unknown {
  return decode({ header: report.value as Uint8Array, buffers: [] });
}

test('an error is reported with its class, message, fields, and whose it is', async () => {
  const report = reported(
    await worker.run(
      () => {
        throw Object.assign(new RangeError('too far'), { by: 3 });
      },
      [],
      { key: 'far' },
    ),
  );
  expect(report).toMatchObject({ name: 'RangeError', message: 'too far', key: 'far', worker: 'alice' });
  expect(report.stack).toMatch(/^RangeError: too far\n\s+at /);
  expect(report.stack).not.toContain('thread.cjs');
  expect(valueOf(report)).toMatchObject({ message: 'too far', by: 3 });
  expect(await worker.value(() => 'goes on')).toBe('goes on');
});

test('what is thrown and is no error stays what it is', async () => {
  const text = reported(
    await worker.run(() => {
      throw 'oops';
    }),
  );
  expect(text).toMatchObject({ name: 'string', message: 'oops' });
  expect(valueOf(text)).toBe('oops');
  const rejected = reported(await worker.run(async () => Promise.reject({ code: 5 })));
  expect(valueOf(rejected)).toEqual({ code: 5 });
});

test('an error that behaves badly is reported all the same', async () => {
  const report = reported(
    await worker.run(() => {
      const error = new Error('first');
      Object.defineProperty(error, 'message', {
        get: () => {
          throw new Error('second');
        },
      });
      throw error;
    }),
  );
  expect(report.name).toBe('Error');
});

test.each([
  ['process.exit', () => process.exit(3)],
  ['process.abort', () => process.abort()],
  ['process.kill', () => process.kill(process.pid, 'SIGKILL')],
])('%s errs the task, not the worker', async (what, fn) => {
  const report = reported(await worker.run(fn));
  expect(report).toMatchObject({ name: 'TaskExitError', code: 'ERR_COVEY_TASK_EXITED' });
  expect(report.message).toContain(what);
  expect(await worker.value(() => 'goes on')).toBe('goes on');
});

test('a task cannot talk itself out of an exit that it caught', async () => {
  const report = reported(
    await worker.run(() => {
      try {
        process.exit(1);
      } catch {
        return 'fine';
      }
    }),
  );
  expect(report.code).toBe('ERR_COVEY_TASK_EXITED');
  expect(worker.said.filter(({ attempt }) => attempt === 1)).toHaveLength(1);
});

test('an exit in a callback errs the task whose callback it is', async () => {
  const report = reported(
    await worker.run(async () => {
      setTimeout(() => process.exit(2), 5);
      await new Promise((resolve) => setTimeout(resolve, 10_000));
    }),
  );
  expect(report.details).toEqual({ exitCode: 2 });
  // Nor is there a warning of the same error, which nothing has caught.
  expect(await worker.value(() => 'goes on')).toBe('goes on');
  expect(worker.said.filter(({ op }) => op === 'event')).toEqual([]);
});

test('an exception in a callback errs its task while that runs, and no other', async () => {
  const bad = worker.task(async () => {
    setTimeout(() => {
      throw new TypeError('in a timer');
    }, 5);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
  });
  const good = worker.task(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return 'good';
  });
  worker.flush();
  expect(reported(await worker.end(bad))).toMatchObject({ name: 'TypeError', message: 'in a timer' });
  expect((await worker.end(good)).op).toBe('done');
});

test('a rejection that nobody handles errs its task while that runs', async () => {
  const report = reported(
    await worker.run(async () => {
      void Promise.reject(new Error('nobody waits'));
      await new Promise((resolve) => setTimeout(resolve, 10_000));
    }),
  );
  expect(report.message).toBe('nobody waits');
});

test('a rejection after the end is told, with the name of the task', async () => {
  await worker.run(
    () => {
      void Promise.resolve().then(() => {
        throw new Error('too late');
      });
      return 1;
    },
    [],
    { key: 'careless' },
  );
  const said = await worker.hears(({ op }) => op === 'event');
  expect(said).toMatchObject({ topic: 'warning', payload: { key: 'careless', message: 'too late', worker: 'alice' } });
  expect(await worker.value(() => 'goes on')).toBe('goes on');
});

test('timers that a task leaves behind are cleared, those of others stay', async () => {
  const patient = worker.task(async () => {
    const seen: unknown[] = [];
    Object.assign(globalThis, { seen });
    await new Promise((resolve) => setTimeout(resolve, 1));
    return 0;
  });
  const careless = worker.task(() => {
    const { seen } = globalThis as unknown as { seen: unknown[] };
    setInterval(() => seen.push('interval'), 1);
    setTimeout(() => seen.push('timeout'), 1);
    setTimeout(() => seen.push('background'), 1).unref();
  });
  const later = worker.task(async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return (globalThis as unknown as { seen: unknown[] }).seen;
  });
  worker.flush();
  await worker.end(later);
  expect([patient, careless].map((task) => worker.said.some((said) => said['attempt'] === task))).toEqual([true, true]);
  expect(worker.decode(later)).toEqual(['background']);
});

test('timers work as they do elsewhere', async () => {
  const seen = await worker.value(async () => {
    const { promisify } = process.getBuiltinModule('node:util');
    const timers = process.getBuiltinModule('node:timers');
    const order: unknown[] = [];
    const cleared = setTimeout(() => order.push('cleared'), 1);
    clearTimeout(cleared);
    setTimeout((a: number, b: number) => order.push(a + b), 1, 2, 3);
    order.push(await promisify(setTimeout)(5, 'promised'));
    await new Promise<void>((resolve) => timers.setTimeout(resolve, 1));
    await new Promise<void>((resolve) => {
      const interval = setInterval(() => {
        order.push('tick');
        if (order.length < 4) return;
        clearInterval(interval);
        resolve();
      }, 1);
    });
    return [...order, setTimeout.name, timers.setTimeout === setTimeout];
  });
  expect(seen).toEqual([5, 'promised', 'tick', 'tick', 'setTimeout', true]);
});

test('what is printed is attributed to the task that printed it, across awaits', async () => {
  const one = worker.task(async () => {
    console.log('one', 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    console.error('one again');
  });
  const two = worker.task(() => process.stdout.write('two'));
  worker.flush();
  await worker.end(two);
  expect(worker.printed(one)).toBe('one 1\none again\n');
  expect(worker.printed(two)).toBe('two');
  expect(worker.said.find(({ op }) => op === 'print')).toMatchObject({ key: `task-${one}`, worker: 'alice' });
  expect(worker.said.filter(({ op }) => op === 'print').map(({ stream }) => stream)).toEqual([1, 2, 1]);
});

test('what a task prints is bounded', async () => {
  await worker.run(() => {
    for (let i = 0; i < 3000; i++) console.log('x'.repeat(1000));
  });
  expect(worker.printed().length).toBeLessThan((1 << 20) + 200);
  expect(worker.printed()).toContain('is dropped');
});

test('a single line is shown while its task still computes', async () => {
  const task = worker.task(() => {
    console.log('at work');
    const until = performance.now() + 200;
    while (performance.now() < until);
  });
  worker.flush();
  await worker.hears(({ op }) => op === 'print');
  expect(worker.said.some(({ op }) => op === 'done')).toBe(false);
  await worker.end(task);
});

test('a thread that is broken itself ends, saying why', async () => {
  await worker.hears(({ op }) => op === 'ready');
  worker.sayNonsense();
  expect(await worker.exited).toBe(70);
  const said = await worker.hears(({ op }) => op === 'event');
  expect(said).toMatchObject({ topic: 'warning', payload: { name: 'TypeError' } });
});

test('a cancelled task sees its signal, in a loop without await too', async () => {
  const spinning = worker.task(() => {
    const { signal } = (globalThis as never as Record<symbol, { task(): { signal: AbortSignal } }>)[
      Symbol.for('covey.task-context')
    ]!.task();
    while (!signal.aborted);
    throw signal.reason;
  });
  const waiting = worker.task(() => 'not started');
  worker.flush();
  await worker.hears(({ op }) => op === 'ready');
  while (worker.control.running !== spinning) await new Promise((resolve) => setImmediate(resolve));
  worker.cancel(waiting, 'not wanted');
  worker.cancel(spinning, 'timeout');
  expect(await worker.end(spinning)).toMatchObject({ op: 'stopped', reason: 'timeout' });
  expect(await worker.end(waiting)).toMatchObject({ op: 'stopped', reason: 'not wanted' });
});

test('a cancelled task that ends well all the same is done', async () => {
  const task = worker.task(
    () =>
      new Promise((resolve) => {
        const context = (globalThis as never as Record<symbol, { task(): { signal: AbortSignal } }>)[
          Symbol.for('covey.task-context')
        ]!;
        context.task().signal.addEventListener('abort', () => resolve('closed'));
      }),
  );
  worker.flush();
  await worker.hears(({ op }) => op === 'ready');
  while (worker.control.running !== task) await new Promise((resolve) => setImmediate(resolve));
  worker.cancel(task, 'cancelled');
  expect(await worker.end(task)).toMatchObject({ op: 'done' });
});
