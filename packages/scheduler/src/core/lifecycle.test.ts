import { SchedulerCore } from './core.js';
import { recordingOutput } from './testing/recording-output.js';
import { World } from './testing/world.js';

describe('a task without dependencies', () => {
  test('goes to a worker when the batch ends, and its client hears of the result', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit('x');
    expect(world.state('x')).toBe('queued');
    expect(world.running()).toEqual({});
    world.flush();
    expect(world.running()).toEqual({ x: 'w' });
    expect(world.state('x')).toBe('processing');
    world.finish('x', { nbytes: 70 });
    expect(world.heard('done')).toEqual([[client.id, client.ids.get('x'), 70, 'object', null]]);
    expect(world.state('x')).toBe('memory');
  });

  test('is sent with its function, once a worker, before the first call', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.map('f', 2);
    world.flush();
    expect(world.messages.map(({ said }) => said)).toEqual(['sendFunction', 'compute', 'compute']);
  });

  test('waits on the scheduler while there is no worker', () => {
    const world = new World();
    const client = world.client();
    client.submit('x');
    world.flush();
    expect(world.state('x')).toBe('queued');
    expect(world.core.explain('x')?.because).toBe('It is ready, and there is no worker.');
    world.worker('w');
    world.flush();
    expect(world.running()).toEqual({ x: 'w' });
  });

  test('is freed and forgotten when its client lets go', () => {
    const world = new World();
    const worker = world.worker('w');
    const client = world.client();
    client.submit('x');
    world.flush();
    const taskId = world.taskId('x');
    world.finish('x');
    client.release('x');
    expect(world.state('x')).toBe('forgotten');
    world.flush();
    expect(world.heard('free')).toEqual([[worker, [taskId], 5000]]);
  });
});

describe('dependencies', () => {
  test('a dependent starts when the last of its dependencies is done', () => {
    const world = new World();
    world.worker('w', { nthreads: 4 });
    const client = world.client();
    client.submit('a', 'b', { key: 'sum', dependsOn: ['a', 'b'] });
    world.flush();
    expect(world.states('a', 'b', 'sum')).toEqual({ a: 'processing', b: 'processing', sum: 'waiting' });
    world.finish('a');
    expect(world.core.taskInfo('sum')?.waitingOn).toEqual(['b']);
    world.finish('b');
    expect(world.state('sum')).toBe('processing');
  });

  test('are named in the message in order: here, inside, or with whom', () => {
    const world = new World();
    const one = world.worker('one');
    const two = world.worker('two');
    const client = world.client();
    client.submit({ key: 'here', options: { workers: ['two'] } }, { key: 'there', options: { workers: ['one'] } });
    client.submit({ key: 'small', options: { workers: ['one'] } });
    world.flush();
    const ids = ['here', 'small', 'there'].map((key) => world.taskId(key));
    world.finish(['here', 'there'], { nbytes: 5000 });
    const inline = new Uint8Array([1, 2, 3]);
    world.finish('small', { nbytes: 3, inline });
    client.submit({ key: 'all', dependsOn: ['here', 'small', 'there'], options: { workers: ['two'] } });
    world.messages = [];
    world.flush();
    expect(world.attempts.get('all')?.dependencies).toEqual([ids[0], 5000, 0, ids[1], 3, inline, ids[2], 5000, [one]]);
    expect(world.heard('peer')).toEqual([[two, one, 'tcp://one']]);
  });

  test('a chain of a hundred thousand tasks is submitted, released and forgotten without depth', () => {
    const core = new SchedulerCore({ output: recordingOutput(() => undefined) });
    const client = core.addClient({ name: 'deep' }, 0);
    const blob = { hash: 'h', name: 'f', references: 0, header: new Uint8Array(), buffers: [] };
    core.defineFunction(client, 1 as never, blob, 0);
    core.defineOptions(client, 1 as never, { wanted: false }, 0);
    const length = 100_000;
    for (let i = 1; i <= length; i++) {
      const run = { optionsId: 1, functionId: 1, firstId: i, count: 1, keys: 'chain', args: new Uint8Array() };
      const dependencies = i === 1 ? null : [i - 1];
      core.submitRun(client, { ...run, argumentEnds: null, dependencies, definitions: null } as never, 0);
    }
    core.hold(client, [length as never], 0);
    expect(core.counts()).toMatchObject({ queued: 1, waiting: length - 1 });
    core.release(client, [length, 1], 0);
    expect(core.keys(1)).toEqual([]);
  });
});

describe('what is kept', () => {
  test('results of inner tasks are freed as soon as their dependents are done, their definitions stay as lineage', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit({ key: 'inner', options: { wanted: false } }, { key: 'outer', dependsOn: ['inner'] });
    world.flush();
    world.finish('inner');
    world.finish('outer');
    expect(world.states('inner', 'outer')).toEqual({ inner: 'released', outer: 'memory' });
    client.release('outer');
    expect(world.states('inner', 'outer')).toEqual({ inner: 'forgotten', outer: 'forgotten' });
  });

  test('an inner task without dependents is not run, but waits for its first', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit({ key: 'inner', options: { wanted: false } });
    world.flush();
    expect(world.state('inner')).toBe('released');
    client.submit({ key: 'outer', dependsOn: ['inner'] });
    world.flush();
    expect(world.running()).toEqual({ inner: 'w' });
  });

  test('an inner task that becomes a future is computed and told of', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit({ key: 'inner', options: { wanted: false } });
    client.hold('inner');
    world.flush();
    world.finish('inner');
    expect(world.news(client)).toEqual(['done inner']);
  });

  test('a task that is let go while it runs is stopped, and forgotten when the worker answers', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit('x');
    world.flush();
    client.release('x');
    expect(world.heard('cancelAttempt')).toHaveLength(1);
    expect(world.state('x')).toBe('processing');
    world.stop('x', false);
    expect(world.state('x')).toBe('forgotten');
  });

  test('a task that is wanted again while it is being stopped starts over', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit('x');
    world.flush();
    client.release('x');
    client.submit('x');
    world.stop('x', true);
    expect(world.running()).toEqual({ x: 'w' });
    world.finish('x');
    expect(world.news(client)).toEqual(['done x']);
  });

  test('fire-and-forget keeps a task until it has ended', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit('x');
    world.core.fireAndForget(client.id, [client.ids.get('x')!], 0);
    client.leave();
    world.flush();
    world.finish('x');
    expect(world.state('x')).toBe('forgotten');
  });

  test('a dataset keeps tasks beyond their client, and others can adopt them by key', () => {
    const world = new World();
    world.worker('w');
    const alice = world.client('alice');
    alice.submit('x');
    expect(world.core.holdFor('dataset d', alice.id, { ids: [alice.ids.get('x')!] }, 0)).toEqual(['x']);
    alice.leave();
    world.flush();
    world.finish('x', { nbytes: 2, inline: new Uint8Array(2) });
    const bob = world.client('bob');
    expect(bob.adopt('x', 'y')).toEqual([true, false]);
    expect(world.news(bob)).toEqual(['done x']);
    world.core.releaseFor('dataset d', undefined, 0);
    expect(world.state('x')).toBe('memory');
    bob.release('x');
    expect(world.state('x')).toBe('forgotten');
  });
});

describe('stories and explanations', () => {
  test('a story tells what happened to a key, also after it was forgotten', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit('x');
    world.flush();
    world.finish('x');
    client.release('x');
    const story = world.core.story(null, { keys: ['x'] });
    expect(story.map(({ from, to, stimulus }) => `${stimulus}: ${from} → ${to}`)).toEqual([
      'submit: released → waiting',
      'submit: waiting → queued',
      'flush: queued → processing',
      'done: processing → memory',
      'release: memory → released',
      'release: released → forgotten',
    ]);
    expect(story[2]?.worker).toBe('tcp://w');
  });
});
