import { World } from './testing/world.js';

/** One worker runs something endless and has one more task; the other has nothing to do. */
function stuckWorld() {
  const world = new World();
  const a = world.worker('a');
  const client = world.client();
  client.submit('endless', { key: 'behind', fn: 'g' });
  world.flush();
  world.start('endless');
  const b = world.worker('b');
  world.flush();
  return { world, a, b, client };
}

test('what waits behind an endless task is asked back for an idle worker, at a time of its own', () => {
  const { world } = stuckWorld();
  expect(world.running()).toEqual({ endless: 'a', behind: 'a' });
  expect(world.heard('wakeAt')).toEqual([[25]]);
  world.now = 25;
  world.core.wake(world.now);
  const asked = world.heard('cancelAttempt');
  expect(asked.map(([, , , reason]) => reason)).toEqual(['recalled', 'recalled']);
  world.stop('behind', false, 'recalled');
  expect(world.running()).toEqual({ endless: 'a', behind: 'b' });
  world.finish('behind');
  expect(world.state('behind')).toBe('memory');
  expect(world.core.taskInfo('behind')?.suspicion).toBe(0);
});

test('nothing more is sent ahead to a worker that is stuck, until it goes on', () => {
  const { world, client } = stuckWorld();
  world.now = 25;
  world.core.wake(world.now);
  world.stop('behind', false, 'recalled');
  client.map('more', 9);
  world.flush();
  expect(world.byWorker()['a']).toEqual(['endless']);
  world.finish('endless');
  expect(world.byWorker()['a']).toHaveLength(2);
});

test('an attempt that began or ended before it could be given back stays where it is', () => {
  const { world } = stuckWorld();
  world.now = 25;
  world.core.wake(world.now);
  world.start('behind');
  world.finish('behind');
  expect(world.state('behind')).toBe('memory');
});

test('nothing is asked back while the worker gets on, or while nobody else is idle', () => {
  const world = new World();
  world.worker('a');
  const client = world.client();
  client.map('f', 3);
  world.flush();
  world.now = 1000;
  world.flush();
  expect(world.heard('cancelAttempt')).toEqual([]);
  world.finish('f-1');
  world.worker('b');
  world.now = 1010;
  world.flush();
  world.core.wake(world.now);
  expect(world.heard('cancelAttempt')).toEqual([]);
});

test('what only that worker can run, or would take longer to move than it has waited, is left there', () => {
  const world = new World();
  world.worker('a');
  const client = world.client();
  client.submit('data');
  world.flush();
  world.finish('data', { nbytes: 1e9 });
  client.submit({ key: 'endless', fn: 'g', dependsOn: ['data'] }, { key: 'heavy', fn: 'g', dependsOn: ['data'] });
  world.flush();
  world.worker('b');
  world.now = 100;
  world.flush();
  world.messages = [];
  world.core.wake(world.now);
  expect(world.heard('cancelAttempt')).toEqual([]);
  world.now = 60_000;
  world.core.wake(world.now);
  expect(world.heard('cancelAttempt')).toHaveLength(2);
});
