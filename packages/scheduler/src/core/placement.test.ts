import { World } from './testing/world.js';

/** Lets a function be known to take so long. */
function teach(world: World, fn: string, durationMs: number): void {
  const teacher = world.client('teacher');
  const keys = teacher.map(fn, 5);
  world.flush();
  while (world.attempts.size > 0) world.finish([...world.attempts.keys()], { durationMs });
  teacher.release(...keys);
  world.flush();
}

describe('spreading', () => {
  test('eight tasks on two workers of two threads run four at a time, two a worker, neighbours together', () => {
    const world = new World();
    world.worker('a', { nthreads: 2 });
    world.worker('b', { nthreads: 2 });
    world.client().map('long', 8);
    world.flush();
    const [a, b] = Object.values(world.byWorker());
    expect(a).toHaveLength(4);
    expect(b).toHaveLength(4);
    expect(a).toEqual(['long-1', 'long-2', 'long-3', 'long-4']);
  });

  test.each([
    [1, [1]],
    [2, [1, 1]],
    [4, [2, 2]],
    [5, [2, 3]],
    [100, [4, 4]],
  ])('%d tasks of an unknown function: %j a worker', (count, expected) => {
    const world = new World();
    world.worker('a', { nthreads: 2 });
    world.worker('b', { nthreads: 2 });
    world.client().map('f', count);
    world.flush();
    const sizes = Object.values(world.byWorker()).map((keys) => keys.length);
    expect(sizes.sort()).toEqual(expected);
  });

  test('three tasks among two hundred workers go to three of them', () => {
    const world = new World({}, { validate: false });
    for (let i = 0; i < 200; i++) world.core.addWorker({ ...hello(`w${i}`) }, 0);
    world.client().map('f', 3);
    world.flush();
    expect(new Set([...world.attempts.values()].map(({ worker }) => worker)).size).toBe(3);
  });

  test('a worker that comes late gets work at once', () => {
    const world = new World();
    world.worker('a');
    world.client().map('f', 10);
    world.flush();
    world.worker('b');
    world.flush();
    expect(Object.values(world.byWorker()).map((keys) => keys.length)).toEqual([2, 2]);
  });
});

describe('the window', () => {
  test('grows to hundreds for tiny tasks within a few completions', () => {
    const world = new World({}, { validate: false });
    world.worker('a');
    world.client().map('tiny', 5000);
    world.flush();
    for (let i = 0; i < 5; i++) world.finish([...world.attempts.keys()], { durationMs: 0.01 });
    expect(world.attempts.size).toBeGreaterThan(300);
    expect(world.attempts.size).toBeLessThanOrEqual(1000);
  });

  test('stays at two a thread for long ones', () => {
    const world = new World();
    world.worker('a', { nthreads: 3 });
    teach(world, 'slow', 1000);
    world.client().map('slow', 100);
    world.flush();
    expect(world.attempts.size).toBe(6);
  });

  test('is about five milliseconds of work in between', () => {
    const world = new World();
    world.worker('a');
    teach(world, 'half', 0.5);
    world.client().map('half', 100);
    world.flush();
    expect(world.attempts.size).toBe(10);
  });

  test('does not count tasks that wait for their own', () => {
    const world = new World({ windowTasks: 1 });
    world.worker('a');
    world.client().map('f', 3);
    world.flush();
    expect(world.attempts.size).toBe(1);
    const { worker, taskId, attempt } = world.attempts.get('f-1')!;
    world.core.workerSuspended(worker, taskId, attempt, 0);
    world.flush();
    expect([...world.attempts.keys()]).toEqual(['f-1', 'f-2']);
    world.core.workerResumed(worker, taskId, attempt, 0);
    world.finish('f-2');
    expect([...world.attempts.keys()]).toEqual(['f-1']);
  });
});

describe('order', () => {
  test('is by priority, then by age', () => {
    const world = new World({ windowTasks: 1 });
    world.worker('a');
    const client = world.client();
    client.submit(
      'first',
      'second',
      { key: 'urgent', options: { priority: 5 } },
      { key: 'idle', options: { priority: -1 } },
    );
    const seen: string[] = [];
    world.flush();
    while (world.attempts.size > 0) {
      const [key] = world.attempts.keys();
      seen.push(key!);
      world.finish(key!);
    }
    expect(seen).toEqual(['urgent', 'first', 'second', 'idle']);
  });

  test('reaches workers as one number that is smaller for what goes first', () => {
    const world = new World();
    world.worker('a', { nthreads: 4 });
    const client = world.client();
    client.submit('first', 'second', { key: 'urgent', options: { priority: 32767 } });
    client.submit({ key: 'last', options: { priority: -32768 } });
    world.flush();
    const sent = world.heard('compute').map(([, , , key, , priority]) => ({ key, priority }));
    expect(sent.sort((a, b) => a.priority - b.priority).map(({ key }) => key)).toEqual([
      'urgent',
      'first',
      'second',
      'last',
    ]);
    expect(sent.every(({ priority }) => Number.isSafeInteger(priority))).toBe(true);
  });
});

describe('locality', () => {
  test('a dependent goes where its data is', () => {
    const world = new World();
    world.worker('a');
    world.worker('b');
    const client = world.client();
    client.submit({ key: 'data', options: { workers: ['b'] } });
    world.flush();
    world.finish('data', { nbytes: 10_000_000 });
    client.submit({ key: 'use', dependsOn: ['data'] });
    world.flush();
    expect(world.running()).toEqual({ use: 'b' });
  });

  test('of two places, it goes where more bytes are', () => {
    const world = new World();
    world.worker('a');
    world.worker('b');
    const client = world.client();
    client.submit({ key: 'big', options: { workers: ['b'] } }, { key: 'small', options: { workers: ['a'] } });
    world.flush();
    world.finish('big', { nbytes: 10_000_000 });
    world.finish('small', { nbytes: 10_000 });
    client.submit({ key: 'use', dependsOn: ['small', 'big'] });
    world.flush();
    expect(world.running()).toEqual({ use: 'b' });
  });

  test.each([
    ['moves little data rather than wait long', 1_000_000, 'a'],
    ['waits rather than move much data', 10_000_000_000, 'b'],
  ])('%s', (_, nbytes, expected) => {
    const world = new World();
    world.worker('a');
    world.worker('b');
    const client = world.client();
    client.submit({ key: 'data', options: { workers: ['b'] } });
    world.flush();
    world.finish('data', { nbytes });
    for (const key of ['busy', 'busier']) client.submit({ key, fn: 'slow', options: { workers: ['b'] } });
    world.flush();
    client.submit({ key: 'use', dependsOn: ['data'] });
    world.flush();
    if (expected === 'a') expect(world.running()).toMatchObject({ use: 'a' });
    else {
      expect(world.state('use')).toBe('queued');
      world.finish(['busy']);
      expect(world.running()).toMatchObject({ use: 'b' });
    }
  });

  test('an idle worker takes from the queue of a busy one', () => {
    const world = new World();
    world.worker('a');
    world.worker('b');
    const client = world.client();
    client.submit({ key: 'data', options: { workers: ['a'] } });
    world.flush();
    world.finish('data', { nbytes: 100_000 });
    client.submit(...Array.from({ length: 12 }, (_, i) => ({ key: `u${i}`, fn: 'slow', dependsOn: ['data'] })));
    world.flush();
    const before = world.byWorker();
    expect(before['a']).toHaveLength(2);
    expect(before['b']).toHaveLength(2);
    while (world.attempts.size > 0) {
      for (const key of world.byWorker()['b'] ?? []) world.finish(key);
      if (world.byWorker()['b'] === undefined) break;
    }
    expect(world.core.counts()).toMatchObject({ memory: 11, processing: 2, queued: 0 });
  });

  test('a small result makes nobody a holder and rides along', () => {
    const world = new World();
    world.worker('a');
    const b = world.worker('b');
    const client = world.client();
    client.submit({ key: 'n', options: { workers: ['a'] } });
    world.flush();
    world.finish('n', { nbytes: 2, inline: new Uint8Array([1, 2]) });
    client.submit({ key: 'use', dependsOn: ['n'], options: { workers: ['b'] } });
    world.flush();
    expect(world.attempts.get('use')).toMatchObject({ worker: b, dependencies: [1, 2, new Uint8Array([1, 2])] });
    world.finish('use');
    expect(world.core.whoHas(null, { keys: ['n'] })).toEqual({ n: ['tcp://a'] });
  });
});

describe('restrictions', () => {
  test.each([
    ['address', { workers: ['tcp://b'] }],
    ['name', { workers: ['b'] }],
    ['host', { workers: ['host-of-b'] }],
    ['resources', { resources: { gpu: 1 } }],
  ])('by %s', (_, options) => {
    const world = new World();
    world.worker('a', { nthreads: 9 });
    world.worker('b', { resources: { gpu: 4 } });
    world.client().map('f', 2, options);
    world.flush();
    expect(Object.keys(world.byWorker())).toEqual(['b']);
  });

  test('that nobody meets: no-worker, until somebody does', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit({ key: 'x', options: { workers: ['b'] } }, 'free');
    world.flush();
    expect(world.states('x', 'free')).toEqual({ x: 'no-worker', free: 'processing' });
    expect(world.core.explain('x')?.because).toBe("No worker meets its restrictions: it is for 'b'.");
    const b = world.worker('b');
    expect(world.state('x')).toBe('queued');
    world.flush();
    expect(world.running()).toMatchObject({ x: 'b' });
    world.kill(b, { graceful: true });
    expect(world.state('x')).toBe('no-worker');
    world.kill(a, { graceful: true });
    expect(world.state('free')).toBe('queued');
  });

  test('that nobody meets for too long, if that was asked for: an error', () => {
    const world = new World({ noWorkerTimeoutMs: 1000 });
    const client = world.client();
    client.submit({ key: 'x', options: { workers: ['b'] } });
    expect(world.heard('wakeAt')).toEqual([[1000]]);
    world.now = 1000;
    world.core.wake(world.now);
    expect(world.heard('erred').map(([, , error]) => error.code)).toEqual(['ERR_COVEY_NO_WORKER']);
  });

  test('that are loose: the named worker if it is there, else any; idle ones help', () => {
    const world = new World();
    world.worker('a');
    const client = world.client();
    client.map('f', 1, { workers: ['b'], allowOtherWorkers: true });
    world.flush();
    expect(world.running()).toEqual({ 'f-1': 'a' });
    world.worker('b');
    client.map('f', 2, { workers: ['b'], allowOtherWorkers: true });
    world.flush();
    expect(world.running()).toMatchObject({ 'f-2': 'b', 'f-3': 'b' });
  });

  test('tasks that need resources go out only while these are free', () => {
    const world = new World();
    world.worker('a', { nthreads: 8, resources: { gpu: 2 } });
    const client = world.client();
    client.map('f', 3, { resources: { gpu: 1 } });
    client.map('g', 1);
    world.flush();
    expect([...world.attempts.keys()]).toEqual(['f-1', 'f-2', 'g-4']);
    expect(world.core.explain('f-3')?.workers[0]?.because).toBe('its resources are in use');
    world.finish('f-1');
    expect([...world.attempts.keys()]).toEqual(['f-2', 'g-4', 'f-3']);
  });

  test('spread over the workers that meet them', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.worker(name, { nthreads: 2 });
    world.client().map('f', 4, { workers: ['a', 'b'] });
    world.flush();
    expect(Object.values(world.byWorker()).map((keys) => keys.length)).toEqual([2, 2]);
  });
});

describe('actors and pinned results', () => {
  test('actors go to the worker with the fewest', () => {
    const world = new World();
    world.worker('a', { nthreads: 2 });
    world.worker('b', { nthreads: 2 });
    world.client().map('actor', 4, { actor: true });
    world.flush();
    expect(Object.values(world.byWorker()).map((keys) => keys.length)).toEqual([2, 2]);
    expect(world.heard('compute').map((args) => args[7])).toEqual([1, 1, 1, 1]);
  });

  test('an actor is gone with its worker, and made anew only when somebody asks', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit({ key: 'actor', options: { actor: true } });
    world.flush();
    world.finishPinned('actor', 0);
    client.submit({ key: 'use', dependsOn: ['actor'] });
    client.submit({ key: 'late', dependsOn: ['actor'], options: { workers: ['nowhere'] } });
    world.core.removeWorker(a, { graceful: true, reason: '' }, 0);
    world.worker('b');
    world.flush();
    expect(world.running()).toEqual({});
    const errors = world.heard('erred').map(([, , error]) => error);
    expect(errors.map(({ code, key }) => [code, key])).toEqual(Array(3).fill(['ERR_COVEY_ACTOR_GONE', 'actor']));
    client.retry('actor');
    world.flush();
    expect(world.running()).toEqual({ actor: 'b' });
  });

  test('dependents of a pinned result run where it is', () => {
    const world = new World();
    world.worker('a');
    world.worker('b');
    const client = world.client();
    client.submit({ key: 'socket', options: { workers: ['b'] } });
    world.flush();
    world.finishPinned('socket', 0);
    for (let i = 0; i < 5; i++) client.submit({ key: `use${i}`, dependsOn: ['socket'] });
    world.flush();
    expect(Object.keys(world.byWorker())).toEqual(['b']);
  });

  test('two pinned dependencies in different threads are an error that names both', () => {
    const world = new World();
    world.worker('a', { nthreads: 2 });
    const client = world.client();
    client.submit('one', 'two');
    world.flush();
    world.finishPinned('one', 0);
    world.finishPinned('two', 1);
    client.submit({ key: 'both', dependsOn: ['one', 'two'] });
    const errors = world.heard('erred').map(([, , error]) => error);
    expect(errors).toMatchObject([{ code: 'ERR_COVEY_PINNED_CONFLICT', details: { keys: ['one', 'two'] } }]);
  });

  test('so is one on a worker that the restrictions exclude', () => {
    const world = new World();
    world.worker('a');
    const client = world.client();
    client.submit('one');
    world.flush();
    world.finishPinned('one', 0);
    world.worker('b');
    client.submit({ key: 'x', dependsOn: ['one'], options: { workers: ['b'] } });
    expect(world.heard('erred').map(([, , error]) => error.code)).toEqual(['ERR_COVEY_PINNED_CONFLICT']);
  });
});

function hello(name: string) {
  return {
    name,
    address: name,
    host: name,
    pid: 0,
    nthreads: 1,
    memoryLimit: 0,
    resources: {},
    versions: {},
  };
}
