/** Actors, and functions outside of the task system: the bundled thread with a fake I/O side. */
import { FakeWorker } from './testing/fake-worker.js';

// Threads and processes start slowly on a machine that has other things to do.
jest.setTimeout(60_000);

let worker: FakeWorker;
beforeEach(() => {
  worker = new FakeWorker();
});
afterEach(() => worker.close());

class Counter {
  count: number;
  ticks = 0;
  constructor(start: number) {
    this.count = start;
    setInterval(() => this.ticks++, 1);
  }
  add(n: number): number {
    this.count += n;
    return this.count;
  }
  async addLater(n: number): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return this.add(n);
  }
  fail(): never {
    throw new RangeError('asked to');
  }
  function(): () => number {
    return () => this.count;
  }
}

test('an actor keeps its state between calls', async () => {
  const made = await worker.run(Counter as never, [10], { actor: true, key: 'counter' });
  expect(made).toMatchObject({ op: 'pinned', type: 'Counter' });
  expect(await worker.callActor(1, 'add', [5])).toBe(15);
  expect(await worker.callActor(1, 'addLater', [1])).toBe(16);
  expect(await worker.getActor(1, 'count')).toBe(16);
});

test('calls begin in the order in which they came', async () => {
  await worker.run(Counter as never, [0], { actor: true });
  const results = await Promise.all(Array.from({ length: 50 }, (_, i) => worker.callActor(1, 'add', [i % 2])));
  expect(results).toEqual(results.toSorted((a, b) => (a as number) - (b as number)));
  const [later, now] = await Promise.all([worker.callActor(1, 'addLater', [100]), worker.callActor(1, 'add', [1])]);
  expect([later, now]).toEqual([126, 26]);
});

test('what a method throws comes back as it is, and the actor goes on', async () => {
  await worker.run(Counter as never, [0], { actor: true, key: 'counter' });
  await expect(worker.callActor(1, 'fail')).rejects.toMatchObject({ name: 'RangeError', key: 'counter.fail' });
  await expect(worker.callActor(1, 'nothing')).rejects.toMatchObject({ name: 'TypeError' });
  expect(await worker.callActor(1, 'add', [1])).toBe(1);
});

test('the timers of an actor live as long as it does', async () => {
  await worker.run(Counter as never, [0], { actor: true });
  const ticks = async (): Promise<number> => (await worker.getActor(1, 'ticks')) as number;
  while ((await ticks()) < 3);
  worker.drop(1);
  await expect(worker.getActor(1, 'ticks')).rejects.toMatchObject({ code: 'ERR_COVEY_ACTOR_GONE' });
});

test('an actor may be what a function returns', async () => {
  await worker.run(() => ({ hello: (name: string) => `hello ${name}` }), [], { actor: true });
  expect(await worker.callActor(1, 'hello', ['you'])).toBe('hello you');
});

test('a function runs outside of the task system, also while a task waits', async () => {
  worker.task(() => new Promise(() => undefined));
  worker.flush();
  expect(await worker.runNow((x: number) => x + 1, [1])).toBe(2);
  expect(await worker.runNow(async (x: number) => x + 2, [1])).toBe(3);
  await expect(
    worker.runNow(() => {
      throw new TypeError('no');
    }),
  ).rejects.toMatchObject({ name: 'TypeError', message: 'no' });
  await expect(worker.runNow(() => new WeakRef(globalThis))).rejects.toMatchObject({
    code: 'ERR_COVEY_NOT_SERIALIZABLE',
  });
  await expect(worker.runNow(() => process.exit(1))).rejects.toMatchObject({ code: 'ERR_COVEY_TASK_EXITED' });
});

test('a function that nobody waits for is answered at once; its failure is told', async () => {
  const fails = (): never => {
    throw new TypeError('unheard');
  };
  expect(await worker.runNow(fails, [], false)).toBeUndefined();
  expect(await worker.hears(({ op }) => op === 'event')).toMatchObject({
    topic: 'warning',
    payload: { message: 'unheard' },
  });
});
