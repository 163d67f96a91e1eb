import type { SchedulerConfig } from './config.js';
import type { TaskSketch, WorldClient } from './testing/world.js';
import { World } from './testing/world.js';

/** A world in which calls of `f` are known to be short. */
function shortCalls(config: SchedulerConfig = {}) {
  const world = new World(config);
  const a = world.worker('a');
  const client = world.client();
  const before = ['before 1', 'before 2', 'before 3'];
  for (const key of before) {
    client.submit(key);
    world.flush();
    world.finish(key, { durationMs: 0.1 });
  }
  client.release(...before);
  world.messages = [];
  return { world, a, client };
}

/** Each task of a chain depends on the one before. */
function chain(client: WorldClient, ...keys: string[]): void {
  keys.forEach((key, i) => client.submit({ key, dependsOn: i === 0 ? [] : [keys[i - 1]!] }));
}

test('the links of a chain are sent to one worker at once, each naming the attempt that makes its input', () => {
  const { world, client } = shortCalls();
  chain(client, 'a', 'b', 'c');
  world.flush();
  const [a, b, c] = ['a', 'b', 'c'].map((key) => world.attempts.get(key)!);
  expect(b!.dependencies).toEqual([a!.taskId, a!.attempt, 1]);
  expect(c!.dependencies).toEqual([b!.taskId, b!.attempt, 1]);
  expect(world.core.explain('c')?.because).toContain('behind the task there that it waits for');
  for (const key of ['a', 'b', 'c']) world.finish(key);
  expect(world.news(client)).toEqual(['done a', 'done b', 'done c']);
});

test('a task follows several when all of them are on their way to one worker, and no others', () => {
  const { world, client } = shortCalls({ maxWindowTasks: 2 });
  world.worker('other');
  client.submit('a', 'b', 'c', 'd', { key: 'ab', dependsOn: ['a', 'b'] }, { key: 'bc', dependsOn: ['b', 'c'] });
  world.flush();
  expect(world.byWorker()).toEqual({ other: ['a', 'b', 'ab'], a: ['c', 'd'] });
  const [a, b, ab] = ['a', 'b', 'ab'].map((key) => world.attempts.get(key)!);
  expect(ab!.dependencies).toEqual([a!.taskId, a!.attempt, 1, b!.taskId, b!.attempt, 1]);
  world.finish('b');
  world.err('a');
  expect(world.heard('cancelAttempt').map(([, taskId]) => taskId)).toEqual([ab!.taskId]);
});

test('a link that is submitted while the one before is under way follows it', () => {
  const { world, client } = shortCalls();
  chain(client, 'a');
  world.flush();
  client.submit({ key: 'b', dependsOn: ['a'] });
  world.flush();
  expect(world.running()).toEqual({ a: 'a', b: 'a' });
});

test('what was sent behind something keeps no thread from other work', () => {
  const { world, client } = shortCalls({ windowTasks: 1, maxWindowTasks: 1 });
  chain(client, 'a', 'b');
  world.flush();
  world.worker('other');
  client.submit('x', 'y');
  world.flush();
  expect(world.running()).toEqual({ a: 'a', b: 'a', x: 'other' });
  world.finish('a');
  expect(world.running()).toEqual({ b: 'a', x: 'other' });
  world.finish('b');
  expect(world.running()).toEqual({ x: 'other', y: 'a' });
});

test('a chain is sent as far as the window is long, and goes on when there is room', () => {
  const { world, client } = shortCalls({ maxWindowTasks: 2 });
  chain(client, 'a', 'b', 'c', 'd', 'e');
  world.flush();
  expect(Object.keys(world.running())).toEqual(['a', 'b', 'c']);
  world.finish('a');
  expect(Object.keys(world.running())).toEqual(['b', 'c', 'd']);
});

describe('when the attempt that they were sent behind', () => {
  const begin = () => {
    const begun = shortCalls();
    chain(begun.client, 'a', 'b', 'c');
    begun.world.flush();
    begun.world.messages = [];
    return begun;
  };

  test('fails, all are taken back and fail with it', () => {
    const { world, client } = begin();
    world.err('a');
    expect(world.heard('cancelAttempt')).toHaveLength(2);
    world.stop('b', false);
    world.stop('c', false);
    expect(world.news(client)).toEqual(['erred b', 'erred c']);
    expect(world.states('a', 'b', 'c')).toEqual({ a: 'erred', b: 'erred', c: 'erred' });
  });

  test('is given back, all are taken back and follow it to where it goes', () => {
    const { world, client } = begin();
    world.worker('other');
    world.core.pauseWorker(world.attempts.get('a')!.worker, true, world.now);
    world.stop('a', false, 'recalled');
    world.stop('b', false);
    world.stop('c', false);
    expect(world.running()).toEqual({ a: 'other', b: 'other', c: 'other' });
    for (const key of ['a', 'b', 'c']) world.finish(key);
    expect(world.news(client).filter((line) => line.startsWith('done'))).toEqual(['done a', 'done b', 'done c']);
  });

  test('dies with its worker, all start over elsewhere', () => {
    const { world, a } = begin();
    world.worker('other');
    world.kill(a, { graceful: true });
    expect(world.running()).toEqual({ a: 'other', b: 'other', c: 'other' });
  });

  test('waits for a task of its own, that has the thread', () => {
    const { world, client } = begin();
    const { worker, taskId, attempt } = world.attempts.get('a')!;
    world.start('a');
    world.core.workerSuspended(worker, taskId, attempt, world.now);
    client.submit('inner');
    world.flush();
    expect(world.running()).toMatchObject({ inner: 'a' });
  });

  test('is not needed any more, nor are they, the last one is stopped first', () => {
    const { world, client } = begin();
    client.release('a', 'b', 'c');
    for (const key of ['c', 'b', 'a']) {
      const { taskId } = world.attempts.get(key)!;
      expect(world.heard('cancelAttempt').map(([, stopped]) => stopped)).toEqual([taskId]);
      world.stop(key, false);
    }
    expect(world.states('a', 'b', 'c')).toEqual({ a: 'forgotten', b: 'forgotten', c: 'forgotten' });
  });
});

test.each<[why: string, tasks: TaskSketch[]]>([
  ['many wait for the same result', ['v', 'w', 'x', 'y', 'z'].map((key) => ({ key, dependsOn: ['lead'] }))],
  ['it is not known to be short', [{ key: 'next', fn: 'unknown', dependsOn: ['lead'] }]],
  ['it is restricted', [{ key: 'next', dependsOn: ['lead'], options: { workers: ['a', 'b'] } }]],
  ['it is an actor', [{ key: 'next', dependsOn: ['lead'], options: { actor: true } }]],
  ['another input will take long', [{ key: 'next', dependsOn: ['lead', 'slow'] }]],
  ['another input would have to be fetched', [{ key: 'next', dependsOn: ['lead', 'remote'] }]],
])('a task is not sent behind another when %s', (_why, tasks) => {
  const { world, client } = shortCalls();
  const remote = world.worker('remote');
  client.submit({ key: 'remote', options: { workers: ['remote'] } });
  world.flush();
  world.finish('remote');
  world.core.pauseWorker(remote, true, world.now);
  client.submit({ key: 'slow', fn: 'unknown' }, { key: 'lead' });
  client.submit(...tasks);
  world.flush();
  expect(Object.keys(world.running())).toEqual(['slow', 'lead']);
});

test('a task is not sent behind another while more urgent ones wait', () => {
  const { world, client } = shortCalls({ maxWindowTasks: 1, windowTasks: 1 });
  client.submit('lead', 'urgent', { key: 'next', dependsOn: ['lead'] });
  world.flush();
  expect(Object.keys(world.running())).toEqual(['lead']);
  world.finish('lead');
  expect(Object.keys(world.running())).toEqual(['urgent']);
});
