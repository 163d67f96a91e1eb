import { clientMessages } from '@covey/protocol/internal';
import type { ClientTaskId, FunctionId } from '@covey/protocol/internal';
import type { FakeClient } from './testing/fake-client.js';
import { ServerWorld } from './testing/server-world.js';

let world: ServerWorld;

beforeEach(async () => {
  world = await ServerWorld.start({ timings: { workerGraceMs: 60_000, clientGraceMs: 60_000 } });
});

afterEach(() => world[Symbol.asyncDispose]());

/** The states of all tasks that exist, as the scheduler counts them. */
async function tasksOf(client: FakeClient): Promise<Record<string, number>> {
  const { counts } = await client.call('scheduler-info', null);
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

describe('work', () => {
  test('a map runs end to end over several workers', async () => {
    await Promise.all([world.worker(), world.worker({ nthreads: 2 })]);
    const client = await world.client();
    const values = Array.from({ length: 200 }, (_, i) => i);
    const ids = client.map('inc', values);
    expect(await Promise.all(ids.map((id) => client.result(id)))).toEqual(values.map((value) => value + 1));
  });

  test('results of tasks are inputs of others, wherever they are', async () => {
    const workers = await Promise.all([world.worker(), world.worker(), world.worker()]);
    const client = await world.client();
    const leaves = client.map('inc', [1, 2, 3, 4, 5, 6, 7, 8]);
    const sums = [0, 2, 4, 6].map((i) => client.submit('sum', [], leaves.slice(i, i + 2), { key: `sum ${i}` }));
    const total = client.submit('sum', [100], sums, { key: 'total' });
    expect(await client.result(total)).toBe(144);
    expect(workers.reduce((count, { computed }) => count + computed.length, 0)).toBe(13);
  });

  test('tasks wait for workers that come later', async () => {
    const client = await world.client();
    const id = client.submit('inc', [1]);
    expect(await tasksOf(client)).toMatchObject({ queued: 1 });
    await world.worker();
    expect(await client.result(id)).toBe(2);
  });

  test('an error reaches who waits for the task and for what depends on it', async () => {
    await world.worker();
    const client = await world.client();
    const bad = client.submit('fail', ['no luck'], [], { key: 'bad' });
    const after = client.submit('inc', [], [bad], { key: 'after' });
    for (const id of [bad, after]) {
      expect(await client.ended(id)).toMatchObject({
        status: 'erred',
        error: { name: 'TypeError', message: 'no luck', key: 'bad' },
      });
    }
  });

  test('two clients with the same key share one task', async () => {
    const worker = await world.worker();
    const [a, b] = [await world.client('a'), await world.client('b')];
    const ids = [a, b].map((client) => client.submit('inc', [1], [], { key: 'shared' }));
    expect([await a.result(ids[0]!), await b.result(ids[1]!)]).toEqual([2, 2]);
    expect(worker.computed).toEqual(['shared']);
  });

  test('what nobody wants any more is forgotten', async () => {
    const worker = await world.worker();
    const client = await world.client();
    const ids = client.map('inc', [1, 2, 3]);
    await Promise.all(ids.map((id) => client.result(id)));
    expect(worker.results.size).toBe(3);
    client.release(ids);
    await worker.until(() => worker.results.size === 0);
    expect(await tasksOf(client)).toEqual({});
  });
});

describe('clients', () => {
  test('that go release what they held', async () => {
    const worker = await world.worker();
    const [stays, goes] = [await world.client('stays'), await world.client('goes')];
    await goes.result(goes.submit('inc', [1]));
    await goes.channel.close();
    await worker.until(() => worker.results.size === 0);
    expect(await tasksOf(stays)).toEqual({});
    expect((await stays.call('scheduler-info', null)).clients.map(({ name }) => name)).toEqual(['stays']);
  });

  test('come back after their connection broke, and find everything', async () => {
    const worker = await world.worker();
    worker.answering = false;
    const client = await world.client();
    const ids = client.map('inc', [1, 2]);
    await worker.until(() => worker.running.length > 0);
    world.cut(client.channel);
    const later = client.submit('inc', [10], [], { key: 'while away' });
    worker.answering = true;
    for (const task of worker.running.splice(0)) worker.finish(task);
    expect(await Promise.all([...ids, later].map((id) => client.result(id)))).toEqual([2, 3, 11]);
  });

  test.each<[string, (client: FakeClient) => void]>([
    [
      'a function that was never told',
      (client) => {
        client.function('inc');
        clientMessages.options(client.channel.write(), 1 as never, {});
        clientMessages.tasks(client.channel.write(), {
          optionsId: 1 as never,
          functionId: 9 as FunctionId,
          firstId: 1 as ClientTaskId,
          count: 1,
          keys: ['x'],
          args: Uint8Array.of(),
          argumentEnds: null,
          dependencies: null,
          definitions: null,
        });
      },
    ],
    [
      'a number twice',
      (client) => {
        client.submit('inc', [1], [], { key: 'one' });
        client.rewind();
        client.submit('inc', [2], [], { key: 'two' });
      },
    ],
    ['an op that does not exist', (client) => void client.channel.write().push(77)],
    ['a field of another type', (client) => clientMessages.release(client.channel.write(), 'all' as never)],
  ])('that send %s lose their session, and nobody else does', async (_what, send) => {
    await world.worker();
    const [good, bad] = [await world.client('good'), await world.client('bad')];
    send(bad);
    expect((await bad.closed.promise).code).toBe('protocol-error');
    expect(await good.result(good.submit('inc', [1]))).toBe(2);
    await good.call('wait-for-workers', { n: 1 });
    expect((await good.call('scheduler-info', null)).clients).toHaveLength(1);
  });
});

describe('workers', () => {
  test('are told who they are, and their peers before they are needed', async () => {
    const [a, b] = await Promise.all([world.worker(), world.worker()]);
    expect([a.welcome.workerId, b.welcome.workerId].sort()).toEqual([1, 2]);
    expect(a.welcome).toMatchObject({ epoch: world.server.epoch, heartbeatMs: 500, uploads: [] });
  });

  test('come back after their connection broke, and go on with what they had', async () => {
    world.workersAnswer = false;
    const worker = await world.worker();
    const client = await world.client();
    const id = client.submit('inc', [1]);
    await worker.until(() => worker.running.length === 1);
    await worker.channel.drained(0);
    world.cut(worker.channel);
    worker.finish(worker.running[0]!);
    expect(await client.result(id)).toBe(2);
    expect(worker.running).toHaveLength(1);
    expect((await client.call('scheduler-info', null)).workers.map(({ id }) => id)).toEqual([worker.welcome.workerId]);
  });

  test('that say goodbye leave their work to others', async () => {
    const first = await world.worker();
    first.answering = false;
    const client = await world.client();
    const id = client.submit('inc', [1]);
    await first.until(() => first.running.length === 1);
    const second = await world.worker();
    await first.channel.close();
    expect(await client.result(id)).toBe(2);
    expect(second.computed).toHaveLength(1);
  });

  test('that die are blamed with what their nanny saw', async () => {
    const nanny = await world.nanny('n');
    const client = await world.client();
    world.workersAnswer = false;
    const id = client.submit('inc', [1], [], { key: 'poison' });
    for (let death = 0; client.outcome(id).status === 'pending' && death < 10; death++) {
      const worker = await world.worker(
        { name: `victim-${death}`, address: `inproc://victim-${death}`, nanny: 'n' },
        { graceMs: 0 },
      );
      await worker.until(() => worker.running.length === 1);
      // That it had started must have arrived, or nobody can be blamed.
      await worker.channel.drained(0);
      world.cut(worker.channel);
      await nanny.died(worker);
      await client.call('scheduler-info', null);
    }
    const outcome = await client.ended(id);
    expect(outcome).toMatchObject({ status: 'erred', error: { name: 'KilledWorkerError', key: 'poison' } });
    expect(JSON.stringify(outcome)).toContain('SIGKILL');
  });

  test('of a living worker’s name are refused', async () => {
    await world.worker({ name: 'a' });
    await expect(world.worker({ name: 'a' })).rejects.toMatchObject({ name: 'DuplicateWorkerError' });
    const client = await world.client();
    expect((await client.call('scheduler-info', null)).workers).toHaveLength(1);
  });

  test('with an introduction of the wrong form are refused', async () => {
    await expect(world.worker({ nthreads: 0 })).rejects.toThrow("'nthreads' must be a whole number");
  });

  test('that break the protocol are gone, and their work goes on elsewhere', async () => {
    const bad = await world.worker();
    bad.answering = false;
    const client = await world.client();
    const id = client.submit('inc', [1]);
    await bad.until(() => bad.running.length === 1);
    await world.worker();
    bad.channel.write().push(99);
    expect(await client.result(id)).toBe(2);
  });
});

test('after the scheduler has closed, nothing of it is left', async () => {
  const client = await world.client();
  await world.worker();
  await world.server.close('enough');
  expect(await client.closed.promise).toMatchObject({ code: 'closed' });
  expect(await world.server.closed).toBe('enough');
  expect(world.network.comms.every((comm) => comm.closed)).toBe(true);
});

test('a scheduler of which nothing is asked ends by itself', async () => {
  await using idle = await ServerWorld.start({ idleTimeoutMs: 20 });
  expect(await idle.server.closed).toBe('nothing was asked of it for 20 ms');
});

test('who only looks on keeps no scheduler from ending', async () => {
  await using idle = await ServerWorld.start({ idleTimeoutMs: 1000 });
  const client = await idle.client();
  const look = async (): Promise<void> => {
    await client.call('demand', null);
    await client.call('scheduler-info', null);
    return look();
  };
  // It ends while it is asked.
  await expect(look()).rejects.toThrow();
  expect(await idle.server.closed).toBe('nothing was asked of it for 1000 ms');
});
