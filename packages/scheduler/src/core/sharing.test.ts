import { World } from './testing/world.js';

describe('equal keys', () => {
  test('with equal definitions are one task, of which each client hears', () => {
    const world = new World();
    world.worker('w');
    const alice = world.client('alice');
    const bob = world.client('bob');
    alice.submit({ key: 'x', args: '1' });
    bob.submit({ key: 'x', args: '1' });
    world.flush();
    expect(world.heard('compute')).toHaveLength(1);
    world.finish('x');
    const heard = world.messages;
    expect(world.news(alice)).toEqual(['done x']);
    world.messages = heard;
    expect(world.news(bob)).toEqual(['done x']);
    alice.release('x');
    expect(world.state('x')).toBe('memory');
    bob.release('x');
    expect(world.state('x')).toBe('forgotten');
  });

  test('are found by who asks what is where: by naming nothing also what belongs to others', () => {
    const world = new World();
    world.worker('w');
    const alice = world.client('alice');
    const bob = world.client('bob');
    alice.submit('x', 'y');
    bob.submit('z');
    world.flush();
    world.finish('x', { nbytes: 5 });
    world.flush();
    expect(world.core.whoHas(bob.id, {})).toEqual({ x: ['tcp://w'] });
    expect(world.core.nbytes(bob.id, {})).toEqual({ x: 5 });
    expect(world.core.whoHas(alice.id, { ids: [alice.ids.get('y')!] })).toEqual({ y: [] });
    expect(world.core.whoHas(bob.id, { keys: [] })).toEqual({});
  });

  test('with a result at hand are answered at once', () => {
    const world = new World();
    world.worker('w');
    const alice = world.client('alice');
    alice.submit('x');
    world.flush();
    const inline = new Uint8Array([7]);
    world.finish('x', { nbytes: 1, inline });
    const bob = world.client('bob');
    world.messages = [];
    bob.submit('x');
    expect(world.heard('done')).toEqual([[bob.id, 1, 1, 'object', inline]]);
  });

  test.each([
    ['other arguments', { key: 'x', args: '2' }],
    ['another function', { key: 'x', args: '1', fn: 'g' }],
    ['other dependencies', { key: 'x', args: '1', dependsOn: ['y'] }],
  ])('with %s are refused, to that client only', (_, clashing) => {
    const world = new World();
    const alice = world.client('alice');
    const bob = world.client('bob');
    alice.submit({ key: 'x', args: '1' });
    bob.submit('y');
    world.messages = [];
    bob.submit(clashing, { key: 'after', dependsOn: ['x'] });
    const errors = world.heard('erred');
    expect(errors.map(([client, id, error]) => [client, id, error.code])).toEqual([
      [bob.id, bob.ids.get('x'), 'ERR_COVEY_KEY_CONFLICT'],
      [bob.id, bob.ids.get('after'), 'ERR_COVEY_KEY_CONFLICT'],
    ]);
    expect(world.state('x')).toBe('queued');
  });

  test('made of content are trusted, whatever the definition looks like', () => {
    const world = new World();
    const alice = world.client('alice');
    const bob = world.client('bob');
    alice.submit({ key: 'x', args: '1' });
    bob.submit({ key: 'x', args: '2', fn: 'g', options: { contentKeys: true } });
    expect(world.heard('erred')).toEqual([]);
    expect(world.core.taskInfo('x')?.wantedBy).toEqual(['alice', 'bob']);
  });

  test('run again when the task erred, whoever holds it: who has its error hears that it is pending', () => {
    const world = new World();
    world.worker('w');
    const alice = world.client('alice');
    alice.submit('x', { key: 'dependent', dependsOn: ['x'] });
    world.flush();
    world.err('x');
    const bob = world.client('bob');
    expect(bob.adopt('x')).toEqual([true]);
    expect(world.state('x')).toBe('erred');
    world.messages = [];
    bob.submit('x');
    world.flush();
    expect(world.running()).toEqual({ x: 'w' });
    expect(world.news(alice)).toEqual(['pending x']);
  });

  test('of which one is being stopped: the other has the key to itself', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit('x');
    world.flush();
    client.release('x');
    expect(world.heard('cancelAttempt')).toHaveLength(1);
    client.submit({ key: 'x', args: 'other' });
    expect(world.heard('erred')).toEqual([]);
    expect(world.state('x')).not.toBe('processing');
  });

  test('are compared by what their submitters say that they compute, where both do', () => {
    const world = new World();
    const alice = world.client('alice');
    alice.submit({ key: 'x', fn: 'here', definition: 7 }, { key: 'y', args: '1' });
    const bob = world.client('bob');
    bob.submit({ key: 'x', fn: 'there', definition: 7 }, { key: 'y', args: '1', definition: 8 });
    expect(world.heard('erred')).toEqual([]);
    const carol = world.client('carol');
    carol.submit({ key: 'x', fn: 'here', definition: 8 }, { key: 'y', args: '2', definition: 8 });
    expect(world.heard('erred').map(([client, id]) => [client, carol.keys.get(id)])).toEqual([
      [carol.id, 'x'],
      [carol.id, 'y'],
    ]);
  });

  test('of a prefix run and of single keys are the same text', () => {
    const world = new World();
    const alice = world.client('alice');
    const [key] = alice.map('part', 3);
    expect(key).toBe('part-1');
    const bob = world.client('bob');
    bob.submit({ key: 'part-1', fn: 'other' });
    expect(world.heard('erred')).toHaveLength(1);
    expect(bob.adopt('part-1', 'part-01')).toEqual([true, false]);
  });
});

describe('cancelling', () => {
  test('stops a task and what depends on it', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit('a', { key: 'b', dependsOn: ['a'] }, { key: 'c', dependsOn: ['b'] }, 'other');
    world.flush();
    world.messages = [];
    client.cancel('a');
    expect(world.heard('cancelAttempt')).toHaveLength(1);
    world.stop('a', true);
    expect(world.states('a', 'b', 'c', 'other')).toEqual({
      a: 'forgotten',
      b: 'forgotten',
      c: 'forgotten',
      other: 'processing',
    });
  });

  test('tells the client, and also of what it submits on top of it later', () => {
    const world = new World();
    const client = world.client();
    client.submit('a', { key: 'b', dependsOn: ['a'] });
    client.cancel('a');
    client.submit({ key: 'late', dependsOn: ['b'] });
    expect(world.heard('cancelled').map(([, id, code]) => [client.keys.get(id), code])).toEqual([
      ['a', 'ERR_COVEY_CANCELLED'],
      ['b', 'ERR_COVEY_CANCELLED'],
      ['late', 'ERR_COVEY_CANCELLED'],
    ]);
  });

  test('of one number leaves the client’s others alone, and what depends on the task', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit('x', { key: 'after', dependsOn: ['x'] });
    const first = client.ids.get('x')!;
    client.submit('x');
    const second = client.ids.get('x')!;
    world.flush();
    world.messages = [];
    const cancel = (id: typeof first) => world.core.cancel(client.id, [id], 'numbers', 'a test said so', world.now);
    cancel(first);
    expect(world.heard('cancelled').map(([, id]) => id)).toEqual([first]);
    expect(world.states('x', 'after')).toEqual({ x: 'processing', after: 'waiting' });
    world.messages = [];
    cancel(second);
    expect(world.messages.map(({ said, args }) => [said, args[1]])).toEqual([
      ['cancelled', second],
      ['cancelled', client.ids.get('after')],
      ['cancelAttempt', 1],
    ]);
  });

  test('respects what other clients want, unless forced', () => {
    const world = new World();
    world.worker('w');
    const alice = world.client('alice');
    const bob = world.client('bob');
    alice.submit('x');
    bob.submit('x');
    world.flush();
    alice.cancel('x');
    expect(world.news(alice)).toEqual(['cancelled x']);
    expect(world.core.taskInfo('x')?.wantedBy).toEqual(['bob']);
    bob.cancel('x', 'everybody');
    expect(world.heard('cancelAttempt')).toHaveLength(1);
  });

  test('restart cancels everything of everybody; functions and options stay', () => {
    const world = new World();
    world.worker('w');
    const alice = world.client('alice');
    alice.submit('x', 'y');
    world.flush();
    world.core.restart('a new start', 0);
    expect(world.heard('cancelled').map(([, , , reason]) => reason)).toEqual(['a new start', 'a new start']);
    world.stop('x', true);
    world.stop('y', false);
    alice.submit('z');
    world.flush();
    expect(world.running()).toEqual({ z: 'w' });
  });
});

describe('clients', () => {
  test('that go release all they held', () => {
    const world = new World();
    world.worker('w');
    const alice = world.client('alice');
    const bob = world.client('bob');
    alice.submit('shared', 'own', { key: 'inner', options: { wanted: false } });
    bob.submit('shared');
    alice.leave();
    expect(world.states('shared', 'own', 'inner')).toEqual({ shared: 'queued', own: 'forgotten', inner: 'forgotten' });
  });

  test('inside a task go before the work of others', () => {
    const world = new World({ windowTasks: 1 });
    world.worker('w');
    const outer = world.client('outer');
    outer.submit('parent', 'next');
    world.flush();
    world.start('parent');
    const inner = world.client('inner', 'parent');
    inner.submit('child');
    const { worker, taskId, attempt } = world.attempts.get('parent')!;
    world.core.workerSuspended(worker, taskId, attempt, 0);
    world.flush();
    expect(world.running()).toEqual({ parent: 'w', child: 'w' });
  });

  test('that break the protocol are told so, and nothing changes', () => {
    const world = new World();
    const client = world.client();
    const run = { functionId: 9, optionsId: client.optionsId({}), firstId: 1, count: 1, keys: ['x'] };
    const rest = { args: new Uint8Array(), argumentEnds: null, dependencies: null, definitions: null };
    const submit = (more: object): void => world.core.submitRun(client.id, { ...run, ...rest, ...more } as never, 0);
    expect(() => submit({})).toThrow('names the unknown function 9');
    const functionId = client.functionId('f');
    expect(() => submit({ functionId, count: 2 })).toThrow('of 2 with other keys');
    expect(() => submit({ functionId, argumentEnds: [3] })).toThrow('end of arguments out of order');
    submit({ functionId });
    expect(() => submit({ functionId })).toThrow('the id 1, which is in use');
    expect(world.core.counts().queued).toBe(1);
  });

  test('hear that a dependency they released does not exist', () => {
    const world = new World();
    const client = world.client();
    client.submit('a');
    client.release('a');
    client.submit({ key: 'b', dependsOn: ['a'] });
    expect(world.heard('cancelled').map(([, , code]) => code)).toEqual(['ERR_COVEY_DEPENDENCY_RELEASED']);
  });
});

describe('retrying', () => {
  test('the retries option tries again before the error counts', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit({ key: 'x', options: { retries: 2 } });
    world.flush();
    world.err('x');
    world.err('x');
    expect(world.news(client)).toEqual([]);
    world.err('x');
    expect(world.news(client)).toEqual(['erred x']);
  });

  test('an error goes to every dependent with the key of the task that failed', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit('a', { key: 'b', dependsOn: ['a'] }, { key: 'c', dependsOn: ['b'] });
    world.flush();
    world.err('a', 'boom');
    const errors = world.heard('erred');
    expect(errors.map(([, id, error]) => [client.keys.get(id), error.key, error.message, error.worker])).toEqual([
      ['a', 'a', 'boom', 'tcp://w'],
      ['b', 'a', 'boom', 'tcp://w'],
      ['c', 'a', 'boom', 'tcp://w'],
    ]);
  });

  test('retry runs erred ancestors too', () => {
    const world = new World();
    world.worker('w');
    const client = world.client();
    client.submit('a', { key: 'b', dependsOn: ['a'] });
    world.flush();
    world.err('a');
    world.messages = [];
    client.retry('b');
    expect(world.news(client).sort()).toEqual(['pending a', 'pending b']);
    world.flush();
    world.finish('a');
    world.finish('b');
    expect(world.news(client)).toEqual(['done a', 'done b']);
  });
});

describe('the clients behind a task', () => {
  test('are those that have it; when their futures are gone, those that wait for what comes of it', () => {
    const world = new World();
    world.worker('w');
    const alice = world.client('alice');
    const bob = world.client('bob');
    alice.submit('x', { key: 'y', dependsOn: ['x'] }, { key: 'z', dependsOn: ['y'] });
    expect(world.core.clientsBehind('x')).toEqual([alice.id]);
    bob.submit('x');
    expect(world.core.clientsBehind('x')).toEqual([alice.id, bob.id]);
    alice.release('x', 'y');
    expect(world.core.clientsBehind('x')).toEqual([bob.id]);
    bob.release('x');
    expect(world.core.clientsBehind('x')).toEqual([alice.id]);
    expect(world.core.clientsBehind('nothing')).toEqual([]);
  });
});
