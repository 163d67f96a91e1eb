/** What code inside tasks can ask for, and tasks that wait for others: the bundled thread with a fake I/O side and a fake executor. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { BroadcastChannel } from 'node:worker_threads';
import type { TaskContextProvider } from '../task-context/task-context.js';
import { getExecutor, getTask, getWorker } from '../task-context/task-context.js';
import { FakeWorker, Input } from './testing/fake-worker.js';

// Threads and processes start slowly on a machine that has other things to do.
jest.setTimeout(60_000);

interface FakeExecutor {
  ask(question: unknown): Promise<unknown>;
  future(question: unknown): object;
}

let worker: FakeWorker;
let channel: BroadcastChannel;
/** Unlike in the real world, all tests of this file share the registry of broadcast channels. */
const workerName = `in-task-${process.pid}`;

beforeEach(() => {
  worker = new FakeWorker({
    workerName,
    executorEntry: join(__dirname, 'testing', 'fixtures', 'fake-executor.cjs'),
  });
  channel = new BroadcastChannel(`${workerName}/0`);
});
afterEach(async () => {
  channel.close();
  await worker.close();
});

/** Answers the questions of tasks. */
function answering(answer: (question: never) => Promise<unknown>): void {
  channel.onmessage = (event) => {
    const { id, question } = (event as { data: { id: string; question: never } }).data;
    answer(question).then(
      (value) => channel.postMessage({ id, answer: value }),
      (error: Error) => channel.postMessage({ id, error: error.message }),
    );
  };
}

/** As shipped code finds it; spelled out, since these functions travel by value. */
function provider(): TaskContextProvider {
  return (globalThis as never as Record<symbol, TaskContextProvider>)[Symbol.for('covey.task-context')] as never;
}

test('a task knows itself and its worker', async () => {
  const said = await worker.run(
    async () => {
      await Promise.resolve();
      const task = provider().task()!;
      task.log('half done', { part: 0.5 });
      provider().worker().logEvent('mine', { x: 1 });
      return { key: task.key, attempt: task.attempt, aborted: task.signal.aborted, worker: { ...provider().worker() } };
    },
    [],
    { key: 'curious' },
  );
  expect(said.op).toBe('pinned');
  const known = await worker.value(async () => {
    await Promise.resolve();
    const { name, host, thread, localDirectory } = provider().worker();
    const { key, attempt, attemptId } = provider().task()!;
    return { key, attempt, attemptId, name, host, thread, localDirectory };
  });
  expect(known).toEqual({
    key: 'task-2',
    attempt: 1,
    attemptId: 2,
    name: workerName,
    host: 'here',
    thread: 0,
    localDirectory: worker.localDirectory,
  });
  const events = worker.said.filter(({ op }) => op === 'event');
  expect(events[0]).toMatchObject({
    topic: 'log',
    payload: { key: 'curious', message: 'half done', fields: { part: 0.5 } },
  });
  expect(events[1]).toMatchObject({ topic: 'mine', payload: { x: 1 } });
});

test('outside of a task there is nothing to ask', () => {
  for (const ask of [getTask, getWorker, getExecutor]) {
    expect(ask).toThrow(expect.objectContaining({ code: 'ERR_COVEY_NOT_IN_TASK' }));
  }
});

test('a task that waits for a future gives its slot away, and goes on before new tasks', async () => {
  let answerNow: () => void = () => undefined;
  answering(() => new Promise((resolve) => (answerNow = () => resolve('answer'))));
  const asking = worker.task(async () => (provider().executor() as FakeExecutor).ask('?'));
  const other = worker.task(() => 'other');
  worker.flush();
  await worker.end(other);
  expect(worker.said.some(({ op, attempt }) => op === 'suspended' && attempt === asking)).toBe(true);
  // While this one runs, the answer comes and new tasks are handed over.
  const long = worker.task(() => {
    const until = performance.now() + 100;
    while (performance.now() < until);
  });
  const next = worker.task(() => 'next');
  worker.flush();
  while (worker.control.running !== long) await new Promise((resolve) => setImmediate(resolve));
  answerNow();
  await worker.end(next);
  expect(worker.decode(asking)).toBe('answer');
  const order = worker.said.filter(({ op }) => op === 'done' || op === 'suspended' || op === 'resumed');
  expect(order.map(({ op, attempt }) => [op, attempt].join(' '))).toEqual([
    `suspended ${asking}`,
    `done ${other}`,
    `done ${long}`,
    `resumed ${asking}`,
    `done ${asking}`,
    `done ${next}`,
  ]);
});

test('a failed future rejects inside of the task', async () => {
  answering(() => Promise.reject(new Error('no answer')));
  const caught = await worker.value(async () => {
    try {
      return await (provider().executor() as FakeExecutor).ask('?');
    } catch (error) {
      return `caught ${(error as Error).message}`;
    }
  });
  expect(caught).toBe('caught no answer');
});

test('a task that returns a future has its value', async () => {
  answering(async (question: unknown) => ['answer to', question]);
  expect(await worker.value(() => (provider().executor() as FakeExecutor).future('a'))).toEqual(['answer to', 'a']);
  expect(await worker.value(async () => (provider().executor() as FakeExecutor).future('b'))).toEqual([
    'answer to',
    'b',
  ]);
});

test('a result with futures in it is said when they are held', async () => {
  const asked: unknown[] = [];
  let held: () => void = () => undefined;
  answering((question) => {
    asked.push(question);
    return new Promise((resolve) => (held = () => resolve(null)));
  });
  const task = worker.task(() => {
    const { future } = provider().executor() as FakeExecutor;
    const a = future('a');
    return { parts: [a, future('b'), a] };
  });
  worker.flush();
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual([{ hold: ['a', 'b', 'a'], attempt: task }]);
  expect(worker.said.some(({ op, attempt }) => op === 'done' && attempt === task)).toBe(false);
  held();
  await worker.end(task);
  expect(worker.decode(task, { named: (key) => key })).toEqual({ parts: ['a', 'b', 'a'] });
});

test("a result whose futures can't be held is an error of its task", async () => {
  answering(() => Promise.reject(new Error('they are gone')));
  const said = await worker.run(() => [(provider().executor() as FakeExecutor).future('a')]);
  expect(said).toMatchObject({ op: 'erred', error: { message: 'they are gone' } });
});

test('futures in an input hold their tasks before the task that got them is done', async () => {
  let held: () => void = () => undefined;
  const asked: unknown[] = [];
  answering((question) => {
    asked.push(question);
    return new Promise((resolve) => (held = () => resolve(null)));
  });
  const made = worker.task(() => [(provider().executor() as FakeExecutor).future('a')]);
  worker.flush();
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  held();
  await worker.end(made);
  const task = worker.task(([future]: { key: string }[]) => future!.key, [new Input(made)]);
  worker.flush();
  while (asked.length === 1) await new Promise((resolve) => setImmediate(resolve));
  expect(asked[1]).toEqual({ adopt: ['a'] });
  expect(worker.said.some(({ op, attempt }) => op === 'done' && attempt === task)).toBe(false);
  held();
  await worker.end(task);
  expect(worker.decode(task)).toBe('a');
});

test('tasks that wait for tasks, a hundred deep, on one thread', async () => {
  const sum = async (n: number): Promise<number> =>
    n === 0 ? 0 : n + ((await (provider().executor() as FakeExecutor).ask(n - 1)) as number);
  answering((n: number) => worker.value(sum, [n]));
  expect(await worker.value(sum, [100])).toBe(5050);
});

test('a task that waits for two at once, on one thread, needs neither to be first', async () => {
  const fib = async (n: number): Promise<number> => {
    if (n < 2) return n;
    const executor = provider().executor() as FakeExecutor;
    const [a, b] = await Promise.all([executor.ask(n - 1), executor.ask(n - 2)]);
    return (a as number) + (b as number);
  };
  answering((n: number) => worker.value(fib, [n]));
  expect(await worker.value(fib, [8])).toBe(21);
});

test('a cancelled task that waits is told, and ends', async () => {
  answering(() => new Promise(() => undefined));
  const task = worker.task(async () => (provider().executor() as FakeExecutor).ask('?'));
  worker.flush();
  await worker.hears(({ op }) => op === 'suspended');
  worker.cancel(task, 'cancelled');
  expect(await worker.end(task)).toMatchObject({ op: 'stopped', reason: 'cancelled' });
  expect(await worker.value(() => 'goes on')).toBe('goes on');
});

test('a stopped task that only awaits does not take along the one that waits for it, in one thread', async () => {
  answering((n: number) =>
    worker.run(() => new Promise(() => undefined), [n], { key: 'endless' }).then(({ op }) => op),
  );
  const parent = worker.task(async () => (provider().executor() as FakeExecutor).ask(1));
  worker.flush();
  await worker.hears(({ op }) => op === 'suspended');
  const child = parent + 1;
  while (worker.control.running !== child) await new Promise((resolve) => setImmediate(resolve));
  worker.cancel(child, 'timeout');
  expect(await worker.end(child)).toMatchObject({ op: 'stopped', reason: 'timeout' });
  await worker.end(parent);
  expect(worker.decode(parent)).toBe('stopped');
});

test('without an executor, asking for one says why', async () => {
  const plain = new FakeWorker();
  try {
    const said = await plain.run(() => provider().executor());
    expect(said).toMatchObject({ op: 'erred', error: { code: 'ERR_COVEY_NO_EXECUTOR' } });
  } finally {
    await plain.close();
  }
});

test('uploaded modules are imported by their names, anew when their content is', async () => {
  const upload = (name: string, text: string, hash: string): void => {
    writeFileSync(join(worker.localDirectory, name), text);
    worker.upload(name, join(worker.localDirectory, name), hash);
  };
  // Spelled so that jest's compiler leaves it alone.
  const load = runInThisContext('(name) => import(name).then((module) => module.answer)') as never;
  upload('helpers.mjs', 'export const answer = 1;', 'a');
  upload('old.cjs', 'exports.answer = 10;', 'b');
  expect(await worker.value(load, ['helpers'])).toBe(1);
  expect(await worker.value(load, ['helpers.mjs'])).toBe(1);
  expect(await worker.value(load, ['old'])).toBe(10);
  upload('helpers.mjs', 'export const answer = 2;', 'c');
  expect(await worker.value(load, ['helpers'])).toBe(2);
});
