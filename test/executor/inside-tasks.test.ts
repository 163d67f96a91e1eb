/** Code inside a task: who it is, where it runs, and tasks that it submits itself. */
import { once } from 'node:events';
import process from 'node:process';
import { getExecutor, getTask, getWorker } from 'covey';
import { RunningCluster } from '../support/running-cluster.js';
import { until } from '../support/sandbox.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start();
});
afterAll(() => world.close());

it('knows its task and its worker, also after an await', async () => {
  const there = world.executor.with({ key: 'who am I', workers: 'worker-1' });
  const facts = await there
    .submit(async () => {
      await Promise.resolve();
      const { key, attempt, signal } = getTask();
      const { name, thread, localDirectory } = getWorker();
      return { key, isAttempt: attempt > 0, aborted: signal.aborted, name, thread, hasFolder: localDirectory !== '' };
    })
    .result();
  expect(facts).toEqual({
    key: 'who am I',
    isAttempt: true,
    aborted: false,
    name: 'worker-1',
    thread: expect.any(Number) as number,
    hasFolder: true,
  });
});

it('has no task outside of one, and says so', () => {
  expect(() => getTask()).toThrow(expect.objectContaining({ code: 'ERR_COVEY_NOT_IN_TASK' }) as Error);
  expect(() => getExecutor()).toThrow(/outside of a task/);
});

it('a recursion of depth 100 needs one thread', async () => {
  const depth = async (n: number): Promise<number> =>
    n === 0
      ? 0
      : 1 +
        (await getExecutor()
          .submit(depth, n - 1)
          .result());
  expect(await world.executor.with({ workers: 'worker-0' }).submit(depth, 100).result()).toBe(100);
});

it('a tree of tasks gathers its branches', async () => {
  const fibonacci = async (n: number): Promise<number> => {
    if (n < 2) return n;
    const executor = getExecutor();
    const [a, b] = await executor.gather(executor.map(fibonacci, [n - 1, n - 2]));
    return (a ?? 0) + (b ?? 0);
  };
  expect(await world.executor.submit(fibonacci, 12).result()).toBe(144);
});

it('a captured executor is the task’s own; a future that it returns stands for its value', async () => {
  const { executor } = world;
  const viaCapture = async (x: number) => (await executor.submit((y: number) => y * 2, x).result()) + 1;
  expect(await executor.submit(viaCapture, 20).result()).toBe(41);
  const delegate = (x: number) => executor.submit((y: number) => y * 3, x);
  expect(await executor.submit(delegate, 14).result()).toBe(42);
});

it('an error of a task that it waits for can be caught, or goes on to whoever waits for it', async () => {
  const failing = (): never => {
    throw new RangeError('deep down');
  };
  const catching = async () =>
    getExecutor()
      .submit(failing)
      .result()
      .catch((error: unknown) => (error as Error).message);
  expect(await world.impure.submit(catching).result()).toBe('deep down');
  const passing = async () => getExecutor().submit(failing).result();
  await expect(world.impure.submit(passing).result()).rejects.toThrow(new RangeError('deep down'));
});

it('futures can be sent into it deep inside of arguments and captures', async () => {
  const three = world.executor.submit((x: number) => x + 1, 2);
  const options = { limits: [{ upper: three }] };
  const used = world.executor.submit(
    (given: { list: { value: number }[]; map: Map<string, number> }) =>
      given.list[0]!.value + (given.map.get('ten') ?? 0) + (options.limits[0]!.upper as unknown as number),
    {
      list: [{ value: three as unknown as number }],
      map: new Map([['ten', world.executor.submit(() => 10) as unknown as number]]),
    },
  );
  expect(await used.result()).toBe(16);
});

it('may wait for many futures at once: nobody takes that for a leak', async () => {
  const future = world.executor.with({ workers: 'worker-0' }).submit(async () => {
    const warned = once(process, 'warning');
    const futures = getExecutor().map(
      (x: number) => x,
      Array.from({ length: 40 }, (_, i) => i),
    );
    const { signal } = getTask();
    await Promise.all(futures.map((each) => each.result({ signal })));
    return Promise.race([warned, new Promise((resolve) => setImmediate(resolve, 'no warning'))]);
  });
  expect(await future.result()).toBe('no warning');
});

describe('a task that waits, in its own thread, for one that is stopped', () => {
  const endsOf = async (child: () => unknown): Promise<string> => {
    const parent = world.impure.with({ workers: 'worker-0' }).submit(async () => {
      const there = getExecutor().with({ workers: 'worker-0', pure: false, timeout: 50 });
      return String(await there.submit(child).exception()).split(':')[0] as string;
    });
    try {
      return await parent.result();
    } finally {
      parent.cancel();
    }
  };

  it('has its error, and goes on', async () => {
    expect(await endsOf(() => new Promise(() => undefined))).toBe('TaskTimeoutError');
  });

  // Its thread has to be ended, so it begins again, and submits it again: a few times.
  it('has an error of its own when that one never reaches an await', async () => {
    const endless = () => {
      for (;;);
    };
    await expect(endsOf(endless)).rejects.toThrow(
      /was ended 4 times, .* because of another task in it that would not stop/u,
    );
  });
});

it('what it logs reaches who follows', async () => {
  const heard: unknown[] = [];
  const [log, topic] = await Promise.all([
    world.executor.subscribe('log', (record) => heard.push(record)),
    world.executor.subscribe('progress', (payload) => heard.push(payload)),
  ]);
  const future = world.impure.submit(() => {
    getTask().log('half way', { percent: 50 });
    getWorker().logEvent('progress', { percent: 100 });
  });
  await future.result();
  await until(() => heard.length === 2);
  expect(heard).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ message: 'half way', fields: { percent: 50 }, key: future.key }),
      { percent: 100 },
    ]),
  );
  await log.stop();
  await topic.stop();
  const refused = world.impure.submit(() => getWorker().logEvent('progress', { run: () => 1 }));
  await expect(refused.result()).rejects.toMatchObject({ code: 'ERR_COVEY_CALL_ARGUMENT' });
});
