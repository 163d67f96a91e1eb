import type { ClientTaskId } from '@covey/protocol/internal';
import type { WorldClient } from './testing/world.js';
import { World } from './testing/world.js';

function scatter(world: World, client: WorldClient, key: string, inline?: Uint8Array, options: object = {}) {
  const id = client.nextId++ as ClientTaskId;
  client.ids.set(key, id);
  client.keys.set(id, key);
  const item = { id, key, nbytes: 100, type: 'Array', ...(inline === undefined ? {} : { inline }) };
  return world.core.scatter(client.id, [item], options, 0)[0]!;
}

describe('scattered data', () => {
  test('that is small is passed on, and there at once', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    const inline = new Uint8Array([1]);
    const { taskId, addresses } = scatter(world, client, 'd', inline);
    expect(addresses).toEqual([]);
    expect(world.messages.map(({ said, args }) => [said, args])).toEqual([
      ['store', [a, taskId, 'Array', inline]],
      ['done', [client.id, 1, 100, 'Array', inline]],
    ]);
  });

  test('that is large is uploaded; dependents wait for it', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    const { taskId, addresses } = scatter(world, client, 'd');
    expect(addresses).toEqual(['tcp://a']);
    client.submit({ key: 'use', dependsOn: ['d'] });
    world.flush();
    expect(world.running()).toEqual({});
    world.core.workerStored(a, taskId, 120, 'Array', 0);
    world.flush();
    expect(world.running()).toEqual({ use: 'a' });
  });

  test('goes to all workers when it is broadcast', () => {
    const world = new World();
    world.worker('a');
    world.worker('b');
    const client = world.client();
    scatter(world, client, 'd', new Uint8Array([1]), { broadcast: true });
    expect(world.core.whoHas(null, { keys: ['d'] })).toEqual({ d: ['tcp://a', 'tcp://b'] });
  });

  test('that arrives where a copy was ordered meanwhile is that copy', () => {
    const world = new World();
    const [a, b] = ['a', 'b'].map((name) => world.worker(name));
    const client = world.client();
    const { taskId } = scatter(world, client, 'd', undefined, { broadcast: true });
    world.core.workerStored(a!, taskId, 100, 'Array', 0);
    world.core.replicate(client.id, {}, { keep: true }, 0);
    expect(world.core.copiesUnderWay()).toBe(1);
    world.core.workerStored(b!, taskId, 100, 'Array', 0);
    expect(world.core.copiesUnderWay()).toBe(0);
  });

  test('that is lost cancels it and what is unfinished and needs it', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    scatter(world, client, 'd', new Uint8Array([1]));
    client.submit({ key: 'done-already', dependsOn: ['d'] });
    world.flush();
    world.finish('done-already');
    const b = world.worker('b');
    world.gain(b, 'done-already');
    client.submit({ key: 'use', dependsOn: ['d'], options: { workers: ['nowhere'] } });
    client.submit({ key: 'further', dependsOn: ['use'] });
    world.messages = [];
    world.kill(a);
    expect(world.heard('cancelled').map(([, id, code]) => [client.keys.get(id), code])).toEqual([
      ['d', 'ERR_COVEY_DATA_LOST'],
      ['use', 'ERR_COVEY_DATA_LOST'],
      ['further', 'ERR_COVEY_DATA_LOST'],
    ]);
    expect(world.state('done-already')).toBe('memory');
    // Its lineage ends at the lost data: if it is lost too, there is no way to have it again.
    world.kill(b);
    expect(world.heard('cancelled').map(([, id, code]) => [client.keys.get(id), code])).toEqual([
      ['done-already', 'ERR_COVEY_DATA_LOST'],
    ]);
    expect(world.core.keys(9)).toEqual([]);
  });

  test('that its client can no longer upload is lost to others', () => {
    const world = new World();
    world.worker('a');
    const alice = world.client('alice');
    const bob = world.client('bob');
    scatter(world, alice, 'd');
    bob.adopt('d');
    alice.leave();
    expect(world.heard('cancelled').map(([client, , code]) => [client, code])).toEqual([
      [bob.id, 'ERR_COVEY_DATA_LOST'],
    ]);
  });

  test('without any worker waits for one', () => {
    const world = new World();
    const client = world.client();
    const item = { id: 1 as ClientTaskId, key: 'd', nbytes: 1000, type: 'Uint8Array' };
    expect(world.core.scatter(client.id, [item], {}, world.now)[0]).toMatchObject({ addresses: [], unplaced: true });
    world.worker('a');
    expect(world.core.placeScattered(client.id, [item], {}, world.now)[0]?.addresses).toEqual(['tcp://a']);
    expect(world.core.placeScattered(client.id, [item], {}, world.now)[0]?.addresses).toEqual(['tcp://a']);
    client.leave();
    expect(world.core.taskInfo('d')).toBeUndefined();
  });

  test('that nobody has brought yet is lost when who has it lets go, unless another has it too', () => {
    const world = new World();
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => world.client(name));
    scatter(world, alice!, 'd');
    scatter(world, bob!, 'd');
    carol!.adopt('d');
    alice!.release('d');
    expect(world.news(carol!)).toEqual([]);
    bob!.release('d');
    expect(world.news(carol!)).toEqual(['cancelled d']);
  });
});

describe('copies', () => {
  test('replicate orders copies and drops those beyond the number', () => {
    const world = new World();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => world.worker(name));
    const client = world.client();
    client.submit({ key: 'x', options: { workers: ['a'] } });
    world.flush();
    world.finish('x');
    world.messages = [];
    world.core.replicate(client.id, {}, {}, 0);
    expect(world.heard('acquire').map(([worker, , , holders]) => [worker, holders])).toEqual([
      [b, [a]],
      [c, [a]],
    ]);
    world.gain(b!, 'x');
    world.gain(c!, 'x');
    world.core.replicate(client.id, {}, { n: 1 }, 0);
    world.flush();
    expect(world.heard('free')).toHaveLength(2);
    expect(world.core.whoHas(null, { keys: ['x'] })['x']).toHaveLength(1);
  });

  test('replicate counts the copies on the workers that are named, and drops none where it is to keep them', () => {
    const world = new World();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => world.worker(name));
    const client = world.client();
    client.submit({ key: 'x', options: { workers: ['a'] } });
    world.flush();
    world.finish('x');
    world.messages = [];
    world.core.replicate(client.id, {}, { n: 1, workers: ['b', 'c'], keep: true }, 0);
    world.core.replicate(client.id, {}, { n: 1, workers: ['b', 'c'], keep: true }, 0);
    expect(world.heard('acquire').map(([worker]) => worker)).toEqual([b]);
    world.gain(b!, 'x');
    world.core.replicate(client.id, {}, { workers: ['c'] }, 0);
    world.gain(c!, 'x');
    world.core.replicate(client.id, {}, { n: 1, workers: ['a', 'b'], keep: true }, 0);
    expect(world.core.whoHas(null, { keys: ['x'] })['x']).toHaveLength(3);
    world.core.replicate(client.id, {}, { n: 1, workers: ['a', 'b'] }, 0);
    expect(world.core.whoHas(null, { keys: ['x'] })['x']).toHaveLength(2);
    expect(a).toBeDefined();
  });

  test('rebalance moves from those who hold much to those who hold little', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    const keys = client.map('f', 4);
    world.flush();
    while (world.attempts.size > 0) world.finish([...world.attempts.keys()], { nbytes: 1000 });
    const b = world.worker('b');
    world.messages = [];
    world.core.rebalance(client.id, {}, {}, 0);
    const moved = world.heard('acquire');
    expect(moved.map(([worker]) => worker)).toEqual([b, b]);
    world.core.workerGained(
      b,
      moved.map(([, taskId]) => taskId),
      0,
    );
    world.flush();
    expect(world.heard('free')).toEqual([[a, moved.map(([, taskId]) => taskId), 2000]]);
    expect(Object.values(world.core.hasWhat()).map((held) => held.length)).toEqual([2, 2]);
    expect(keys).toHaveLength(4);
  });

  test('rebalance moves what restrictions made where it is, and says while it moves', () => {
    const world = new World();
    world.worker('a');
    const b = world.worker('b');
    const client = world.client();
    client.map('f', 4, { workers: ['a'] });
    world.flush();
    while (world.attempts.size > 0) world.finish([...world.attempts.keys()], { nbytes: 800_100 });
    world.messages = [];
    world.core.rebalance(client.id, {}, {}, 0);
    const moved = world.heard('acquire').map(([, taskId]) => taskId);
    expect(moved).toHaveLength(2);
    expect(world.core.copiesUnderWay()).toBe(2);
    world.core.workerGained(b, moved, 0);
    expect(world.core.copiesUnderWay()).toBe(0);
    expect(world.core.workers(0).map(({ heldBytes }) => heldBytes)).toEqual([1_600_200, 1_600_200]);
  });

  test('rebalance comes out even although a worker holds a little more than others, and then moves nothing', () => {
    const world = new World();
    const a = world.worker('a');
    const b = world.worker('b');
    const client = world.client();
    client.submit({ key: 'crumb', options: { workers: ['b'] } });
    client.map('f', 4, { workers: ['a'] });
    world.flush();
    while (world.attempts.size > 0) {
      const [key] = world.attempts.keys();
      world.finish(key!, { nbytes: key === 'crumb' ? 50 : 800_100 });
    }
    world.messages = [];
    world.core.rebalance(client.id, {}, {}, 0);
    const moved = world.heard('acquire');
    expect(moved.map(([worker]) => worker)).toEqual([b, b]);
    world.gain(b, 'f-2');
    world.gain(b, 'f-3');
    world.flush();
    expect(world.core.workers(0).map(({ id, heldBytes }) => [id, heldBytes])).toEqual([
      [a, 1_600_200],
      [b, 1_600_250],
    ]);
    world.messages = [];
    world.core.rebalance(client.id, {}, {}, 0);
    expect(world.heard('acquire')).toEqual([]);
  });

  test('a worker that retires gives away what only it has, finishes what it runs, and may then go', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('x', 'y');
    world.flush();
    world.finish('x');
    expect(world.core.retireWorkers({ workers: ['a'] }, 0)).toEqual(['tcp://a']);
    client.submit('z');
    world.flush();
    expect(world.running()).toEqual({ y: 'a' });
    const b = world.worker('b');
    world.flush();
    expect(world.running()).toEqual({ y: 'a', z: 'b' });
    world.messages = [];
    world.finish('y');
    expect(world.heard('acquire').map(([worker]) => worker)).toEqual([b, b]);
    world.gain(b, 'x', 'y');
    expect(world.heard('retired')).toEqual([[a]]);
    world.kill(a, { graceful: true });
    expect(world.states('x', 'y')).toEqual({ x: 'memory', y: 'memory' });
  });

  test('what a retiring worker holds is copied at once, in case it has to go before its tasks have ended', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('x', 'y');
    world.flush();
    world.finish('x');
    const b = world.worker('b');
    world.messages = [];
    world.core.retireWorkers({ workers: ['a'] }, 0);
    expect(world.heard('acquire').map(([worker]) => worker)).toEqual([b]);
    world.gain(b, 'x');
    expect(world.core.whoHas(null, { keys: ['x'] })['x']).toHaveLength(2);
    world.kill(a);
    expect(world.state('x')).toBe('memory');
  });

  test('copies on two workers that retire are as good as one', () => {
    const world = new World();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => world.worker(name));
    const client = world.client();
    client.submit({ key: 'x', options: { workers: ['a'] } });
    world.flush();
    world.finish('x');
    world.gain(b!, 'x');
    world.messages = [];
    world.core.retireWorkers({ workers: ['a', 'b'] }, 0);
    world.flush();
    expect(world.heard('acquire').map(([worker]) => worker)).toEqual([c]);
    expect(world.heard('retired')).toEqual([]);
    world.gain(c!, 'x');
    world.flush();
    expect(world.heard('retired')).toEqual([[a], [b]]);
  });

  test('the last worker can’t retire with what it holds, and goes on when it is kept', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('x', 'y');
    world.flush();
    world.finish('x');
    world.finish('y');
    world.core.retireWorkers({ workers: ['a'] }, 0);
    world.flush();
    expect(world.heard('retired')).toEqual([]);
    expect(world.core.stranded(1)).toEqual({ count: 2, keys: ['x'] });
    client.submit('z');
    world.flush();
    expect(world.running()).toEqual({});
    world.core.keepWorkers([a], 0);
    world.flush();
    expect(world.running()).toEqual({ z: 'a' });
    expect(world.core.stranded(1)).toEqual({ count: 0, keys: [] });
    world.core.retireWorkers({ workers: ['a'] }, 0);
    const b = world.worker('b');
    expect(world.core.stranded(1).count).toBe(0);
    world.finish('z');
    world.gain(b, 'x', 'y', 'z');
    world.flush();
    expect(world.heard('retired')).toEqual([[a]]);
  });

  test('a paused worker gets nothing new, and others take what waited for it', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('data');
    world.flush();
    world.finish('data', { nbytes: 1e12 });
    for (let i = 0; i < 4; i++) client.submit({ key: `u${i}`, fn: 'g', dependsOn: ['data'] });
    world.flush();
    world.core.pauseWorker(a, true, 0);
    world.worker('b');
    world.flush();
    expect(world.running()).toEqual({ u0: 'a', u1: 'a', u2: 'b', u3: 'b' });
    world.core.pauseWorker(a, false, 0);
    expect(world.heard('pause')).toEqual([
      [a, true],
      [a, false],
    ]);
  });
});

describe('small results at hand', () => {
  test('are bounded in bytes, oldest out first', () => {
    const world = new World({ resultCacheBytes: 64 * 1024 });
    world.worker('a');
    const client = world.client();
    const keys = client.map('f', 200);
    world.flush();
    while (world.attempts.size > 0) {
      world.finish([...world.attempts.keys()], { nbytes: 1000, durationMs: 0.01, inline: new Uint8Array(1000) });
    }
    const located = world.core.locate(
      client.id,
      keys.map((key) => client.ids.get(key)!),
      undefined,
      0,
    );
    expect(located[0]?.inline).toBeUndefined();
    expect(located.at(-1)?.inline).toHaveLength(1000);
    expect(located.filter(({ inline }) => inline !== undefined).length).toBeLessThan(65);
  });
});
