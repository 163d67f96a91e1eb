/** The bundled compute thread, with a fake I/O side: tasks, values and slots. */
import { FakeWorker, Input } from './testing/fake-worker.js';

// Threads and processes start slowly on a machine that has other things to do.
jest.setTimeout(60_000);

let worker: FakeWorker;

/** Holds the thread. */
function untilCancelled(): void {
  const { signal } = (globalThis as never as Record<symbol, { task(): { signal: AbortSignal } }>)[
    Symbol.for('covey.task-context')
  ]!.task();
  while (!signal.aborted);
}

beforeEach(() => {
  worker = new FakeWorker();
});
afterEach(() => worker.close());

test('says ready first, then runs tasks in order', async () => {
  const tasks = [1, 2, 3].map((x) => worker.task((y: number) => y * 10, [x]));
  worker.flush();
  await worker.end(tasks[2] as number);
  expect(worker.said.map(({ op }) => op)).toEqual(['ready', 'done', 'done', 'done']);
  expect(tasks.map((task) => worker.decode(task))).toEqual([10, 20, 30]);
  expect(worker.said[1]).toMatchObject({ type: 'number', parts: null });
  expect(worker.said[1]?.['nbytes']).toBe((worker.said[1]?.['header'] as Uint8Array).length);
  expect(Math.abs((worker.said[1]?.['startMs'] as number) - Date.now())).toBeLessThan(60_000);
});

test('asynchronous functions are awaited, one after the other', async () => {
  const slow = worker.task(
    async (x: number) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return x;
    },
    [1],
  );
  const fast = worker.task((x: number) => x, [2]);
  worker.flush();
  await worker.end(fast);
  const ends = worker.said.filter(({ op }) => op === 'done').map(({ attempt }) => attempt);
  expect(ends).toEqual([slow, fast]);
});

test('many tiny tasks, synchronous and asynchronous, all end', async () => {
  const add = (x: number): number => x + 1;
  const addLater = async (x: number): Promise<number> => x + 1;
  const tasks = Array.from({ length: 2000 }, (_, x) => worker.task(x % 3 === 0 ? addLater : add, [x]));
  worker.flush();
  await worker.end(tasks.at(-1) as number);
  expect(tasks.map((task) => worker.decode(task))).toEqual(tasks.map((_, x) => x + 1));
});

test('tasks that were taken back do not run', async () => {
  const blocking = worker.task(untilCancelled);
  const taken = worker.task(() => 'never');
  worker.flush();
  await worker.hears(({ op }) => op === 'ready');
  while (worker.control.running !== blocking) await new Promise((resolve) => setImmediate(resolve));
  expect(worker.control.claimed).toBe(1);
  expect(worker.control.recall(2)).toBe(1);
  worker.cancel(blocking, 'enough');
  expect(await worker.value(() => 'last')).toBe('last');
  expect(worker.said.some(({ attempt }) => attempt === taken)).toBe(false);
  expect(worker.control.running).toBe(0);
});

test('a value that is large lies in shared memory, and is read there by the next task', async () => {
  const made = await worker.run((n: number) => Float64Array.from({ length: n }, (_, i) => i), [100_000]);
  expect(made).toMatchObject({ op: 'done', type: 'Float64Array' });
  expect(made['nbytes']).toBeGreaterThanOrEqual(800_000);
  const [sum, isShared] = (await worker.value(
    (xs: Float64Array) => [xs.reduce((a, b) => a + b), xs.buffer instanceof SharedArrayBuffer],
    [new Input(1)],
  )) as [number, boolean];
  expect(sum).toBe((99_999 * 100_000) / 2);
  expect(isShared).toBe(true);
});

test('an input that comes out again is named, not copied; a small part of it is copied', async () => {
  await worker.run((n: number) => new Float64Array(n), [100_000]);
  const [id] = [...worker.buffers.keys()];
  const same = await worker.run((xs: Float64Array) => xs.subarray(10), [new Input(1)]);
  expect((same['parts'] as number[])[0]).toBe(id);
  const part = await worker.run((xs: Float64Array) => xs.subarray(0, 10_000), [new Input(1)]);
  expect((part['parts'] as number[])[0]).not.toBe(id);
});

test('a header that is large itself goes by shared memory too', async () => {
  const text = await worker.run(() => 'x'.repeat(100_000));
  expect(text).toMatchObject({ header: 0 });
  expect(worker.decode(1)).toBe('x'.repeat(100_000));
  expect(await worker.value((s: string) => s.length, [new Input(1)])).toBe(100_000);
});

test('a dependency that is used twice is one object', async () => {
  await worker.run(() => ({ a: 1 }));
  expect(await worker.value((x: object, y: object[]) => x === y[0], [new Input(1), [new Input(1)]])).toBe(true);
});

test('leases end once each, when the collector has run', async () => {
  await worker.run((n: number) => new Uint8Array(n), [1_000_000]);
  const [id] = [...worker.buffers.keys()] as [number];
  for (let i = 0; i < 3; i++) await worker.run((xs: Uint8Array) => xs.length, [new Input(1)]);
  const ended = () => worker.said.filter(({ op }) => op === 'unleased').flatMap(({ ids }) => ids as number[]);
  // The collector may find the last view on the stack once more: other work in between overwrites it.
  for (let token = 1; token <= 50 && ended().length < 3; token++) {
    await worker.run((n: number) => n, [token]);
    await worker.collect(token);
  }
  expect(ended()).toEqual([id, id, id]);
  expect(worker.leased.get(id)).toBe(1);
});

test('under pressure the thread collects before it asks again', async () => {
  worker.pressure = true;
  await worker.run((n: number) => new Uint8Array(n), [1_000_000]);
  const asked = worker.said.filter(({ op }) => op === 'allocate').map(({ collected }) => collected);
  expect(asked).toEqual([false, true]);
});

test('a result for which there is no memory errs its task, not the next one', async () => {
  worker.exhausted = 'no memory left';
  const said = await worker.run((n: number) => new Uint8Array(n), [1_000_000]);
  expect(said).toMatchObject({
    op: 'erred',
    error: { code: 'ERR_COVEY_RESULT_TOO_LARGE', message: 'no memory left', details: { nbytes: 1_000_000 } },
  });
  expect(await worker.value(() => 'small')).toBe('small');
});

test('many large values, each made from the one before, are never many at a time', async () => {
  worker.pressure = true;
  let previous = (await worker.run((n: number) => new Float64Array(n), [250_000]))['attempt'] as number;
  let most = 0;
  for (let i = 0; i < 20; i++) {
    const next = await worker.run((xs: Float64Array) => xs.map((x) => x + 1), [new Input(previous)]);
    worker.free(previous);
    previous = next['attempt'] as number;
    most = Math.max(most, worker.buffers.size);
  }
  expect((worker.decode(previous) as Float64Array).at(-1)).toBe(20);
  expect(most).toBeLessThanOrEqual(4);
});

test('after large values the thread looks by itself for what is no longer read', async () => {
  let previous = (await worker.run((n: number) => new Uint8Array(n), [40e6]))['attempt'] as number;
  for (let i = 0; i < 4; i++) {
    const next = await worker.run((xs: Uint8Array) => xs.slice(), [new Input(previous)]);
    worker.free(previous);
    previous = next['attempt'] as number;
  }
  await worker.hears(({ op }) => op === 'unleased');
  expect(worker.said.some(({ op, collected }) => op === 'allocate' && collected === true)).toBe(false);
});

test('a value that cannot be encoded stays in the thread, for tasks there', async () => {
  const made = await worker.run(() => new WeakRef(globalThis), []);
  expect(made).toMatchObject({ op: 'pinned', type: 'WeakRef' });
  expect(await worker.value((map: WeakRef<object>) => map instanceof WeakRef, [new Input(1)])).toBe(true);
  worker.drop(1);
  const gone = await worker.run((map: WeakRef<object>) => map, [new Input(1)]);
  expect(gone).toMatchObject({ op: 'erred', error: { code: 'ERR_COVEY_PINNED_VALUE_GONE' } });
});

test('a generator is no result: it says what to return instead', async () => {
  const generator = await worker.run(function* () {
    yield 1;
  }, []);
  expect(generator).toMatchObject({ op: 'erred', error: { code: 'ERR_COVEY_NOT_SERIALIZABLE' } });
  const iterator = await worker.run(() => new Map([[1, 2]]).keys(), []);
  expect(iterator).toMatchObject({
    op: 'erred',
    error: { message: expect.stringContaining('[...iterator]') as string },
  });
});

test('what is finished does not wait for what runs', async () => {
  const quick = worker.task(() => 'quick');
  const long = worker.task(untilCancelled);
  const after = worker.task(() => 'after');
  worker.flush();
  await worker.end(quick);
  expect(worker.said.some(({ attempt }) => attempt === long || attempt === after)).toBe(false);
  worker.cancel(long, 'enough');
  await worker.end(after);
});
