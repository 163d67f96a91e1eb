import { WorkerRestartError } from '@covey/protocol';
import type { FakeClient } from '../testing/fake-client.js';
import type { FakeWorker } from '../testing/fake-worker.js';
import { fromBytes, toBytes } from '../testing/fake-worker.js';
import { ServerWorld } from '../testing/server-world.js';

let world: ServerWorld;
let client: FakeClient;
let workers: FakeWorker[];

beforeEach(async () => {
  world = await ServerWorld.start();
  workers = [await world.worker({ name: 'a', nanny: 'n' }), await world.worker({ name: 'b', nanny: 'n' })];
  client = await world.client();
});

afterEach(() => world[Symbol.asyncDispose]());

const addresses = () => workers.map(({ hello }) => hello.address);

describe('asking', () => {
  test('who is there', async () => {
    const info = await client.call('scheduler-info', null);
    expect(info).toMatchObject({ clusterName: 'covey', address: 'inproc://scheduler', epoch: client.welcome.epoch });
    expect(info.workers.map(({ name, nthreads, status }) => [name, nthreads, status])).toEqual([
      ['a', 1, 'running'],
      ['b', 1, 'running'],
    ]);
    expect(info.clients).toEqual([{ id: client.welcome.clientId, name: 'client', tasks: 0 }]);
  });

  test('where results are', async () => {
    const id = client.submit('inc', [1], [], { key: 'k', workers: ['a'] });
    await client.result(id);
    const [a] = addresses() as [string];
    expect(await client.call('who-has', { ids: [id] })).toEqual({ k: [a] });
    expect(await client.call('has-what', { workers: ['a'] })).toEqual({ [a]: ['k'] });
    expect(await client.call('nbytes', { keys: ['k'] })).toEqual({ k: 1 });
    expect(await client.call('locate', { ids: [id] })).toMatchObject([{ nbytes: 1, type: 'json' }]);
  });

  test('what runs, where, and why', async () => {
    workers[0]!.answering = false;
    const id = client.submit('inc', [1], [], { key: 'k', workers: ['a'] });
    await workers[0]!.until(() => workers[0]!.running.length === 1);
    expect(await client.call('processing', { workers: ['a'] })).toEqual({ [addresses()[0]!]: ['k'] });
    expect(await client.call('call-stack', {})).toEqual({ k: 'at k' });
    expect(await client.call('explain', { ids: [id] })).toMatchObject([{ key: 'k', state: 'processing' }]);
    const story = await client.call('story', { ids: [id] });
    expect(story.at(-1)).toMatchObject({ key: 'k', to: 'processing' });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['has-what', { workers: ['nope'] }, "there is no worker 'nope'"],
    ['processing', { workers: ['a', 'nope'] }, "there is no worker 'nope'"],
    ['story', { keys: ['nokey'] }, "there is no task 'nokey'"],
    ['explain', { keys: ['nokey'] }, "there is no task 'nokey'"],
    ['who-has', { keys: ['nokey'] }, "there is no task 'nokey'"],
    ['call-stack', { keys: ['nokey'] }, "there is no task 'nokey'"],
    ['story', { keys: ['k', 'x'.repeat(5000)] }, "not a list with text of 5000 characters ('xxx"],
  ])('%s of %j that is not there, or cannot be', async (method, params, message) => {
    await expect(client.call(method as 'story', params)).rejects.toThrow(message);
  });

  test('for versions and memory', async () => {
    const versions = await client.call('versions', null);
    expect(versions.scheduler).toMatchObject({ node: process.versions.node });
    expect(versions.workers).toEqual(
      Object.fromEntries(addresses().map((address) => [address, { ok: { covey: '0.1.0' } }])),
    );
    expect((await client.call('memory', { collect: true })).heap).toBeGreaterThan(0);
  });
});

describe('data', () => {
  test('scattered inline is there for tasks', async () => {
    const [id] = client.takeIds(1) as [never];
    const items = [{ id, key: 'x', nbytes: 2, type: 'json', inline: toBytes(41) }];
    expect(await client.call('scatter', { items })).toMatchObject([{ addresses: [] }]);
    expect(await client.result(client.submit('inc', [], [id]))).toBe(42);
  });

  test('replicated is on every worker when the call is answered', async () => {
    const id = client.submit('inc', [1], [], { key: 'k', workers: ['a'] });
    await client.result(id);
    await client.call('replicate', { ids: [id] });
    expect((await client.call('who-has', { ids: [id] }))['k']).toHaveLength(2);
    expect(await client.call('rebalance', {})).toBeNull();
    for (const method of ['replicate', 'rebalance'] as const) {
      await expect(client.call(method, { ids: [id], workers: ['nope'] })).rejects.toThrow("no worker 'nope'");
    }
  });

  test('in datasets outlives the client that published it', async () => {
    const other = await world.client('other');
    const id = other.submit('inc', [1], [], { key: 'k' });
    await other.call('publish-dataset', { name: 'd', ids: [id], value: toBytes('value') });
    await expect(other.call('publish-dataset', { name: 'd', ids: [id], value: toBytes(0) })).rejects.toThrow(
      'published already',
    );
    await other.channel.close();
    expect(await client.call('list-datasets', null)).toEqual(['d']);
    const [first] = client.takeIds(1) as [never];
    const dataset = await client.call('get-dataset', { name: 'd', firstId: first });
    expect([dataset?.keys, fromBytes(dataset!.value)]).toEqual([['k'], 'value']);
    expect(await client.result(first)).toBe(2);
    await client.call('unpublish-dataset', { name: 'd' });
    expect(await client.call('get-dataset', { name: 'd', firstId: first })).toBeNull();
    await expect(client.call('unpublish-dataset', { name: 'd' })).rejects.toThrow("no dataset 'd'");
    client.release([first]);
    await Promise.all(workers.map((worker) => worker.until(() => worker.results.size === 0)));
  });

  test('is adopted by key', async () => {
    await client.result(client.submit('inc', [1], [], { key: 'k' }));
    const other = await world.client('other');
    const [first, second] = other.takeIds(2) as [never, never];
    expect(await other.call('adopt', { keys: ['k', 'none'], firstId: first })).toEqual([true, false]);
    expect(await other.result(first)).toBe(2);
    expect(other.outcome(second).status).not.toBe('done');
  });

  test('fired and forgotten is computed after its client has gone', async () => {
    for (const worker of workers) worker.answering = false;
    const other = await world.client('other');
    const id = other.submit('inc', [1], [], { key: 'k' });
    await other.call('fire-and-forget', { ids: [id] });
    await other.channel.close();
    const runs = () => workers.find(({ running }) => running.length > 0);
    await Promise.race(workers.map((worker) => worker.until(() => worker.running.length > 0)));
    const worker = runs()!;
    worker.finish(worker.running[0]!);
    await worker.until(() => worker.results.size === 0);
  });
});

describe('the workers', () => {
  test('all run a function, or a chosen few', async () => {
    const blob = { hash: 'h', name: 'f', references: 0, header: toBytes('f'), buffers: [] };
    const all = await client.call('run', { function: blob, args: toBytes([]) });
    expect(Object.keys(all).sort()).toEqual(addresses().sort());
    const one = await client.call('run', { function: blob, args: toBytes([]), workers: ['b'], wait: true });
    expect(Object.entries(one).map(([address, answer]) => [address, 'ok' in answer && fromBytes(answer.ok)])).toEqual([
      [workers[1]!.hello.address, 'b'],
    ]);
    await expect(client.call('run', { function: blob, args: toBytes([]), workers: ['c'] })).rejects.toThrow(
      "no worker 'c'",
    );
    await client.call('retire-workers', { workers: ['a', 'b'], close: false });
    expect(Object.keys(await client.call('run', { function: blob, args: toBytes([]) }))).toHaveLength(2);
  });

  test('get uploads, late ones in their welcome', async () => {
    const file = { name: 'lib.mjs', content: toBytes('code'), hash: 'h' };
    expect(Object.values(await client.call('upload', file))).toEqual([{ ok: null }, { ok: null }]);
    const late = await world.worker({ name: 'late' });
    expect(late.welcome.uploads.map(({ name, content }) => [name, fromBytes(content)])).toEqual([['lib.mjs', 'code']]);
    await expect(client.call('upload', { ...file, name: '../lib.mjs' })).rejects.toThrow(
      'is not the name of an upload',
    );
  });

  test('are waited for', async () => {
    const waiting = client.call('wait-for-workers', { n: 3 });
    const abort = new AbortController();
    const hopeless = client.call('wait-for-workers', { n: 9 }, { signal: abort.signal });
    await world.worker({ name: 'c' });
    expect(await waiting).toBeNull();
    abort.abort(new Error('enough'));
    await expect(hopeless).rejects.toThrow('enough');
  });

  test('retire no later than they are given time, and what they run starts over elsewhere', async () => {
    workers[0]!.answering = false;
    const id = client.submit('inc', [1], [], { key: 'k', workers: ['a'], allowOtherWorkers: true });
    await workers[0]!.until(() => workers[0]!.running.length === 1);
    expect(await client.call('retire-workers', { workers: ['a'], timeoutMs: 10 })).toEqual([workers[0]!.hello.address]);
    expect(await client.result(id)).toBe(2);
    expect(workers[1]!.computed).toEqual(['k']);
  });

  test('retire after others have what only they held', async () => {
    const id = client.submit('inc', [1], [], { key: 'k', workers: ['a'], allowOtherWorkers: true });
    await client.result(id);
    expect(await client.call('retire-workers', { workers: ['a'] })).toEqual([workers[0]!.hello.address]);
    expect(workers[0]!.calls).toContainEqual(['close', { reason: 'retired' }]);
    expect(await client.call('who-has', { ids: [id] })).toEqual({ k: [workers[1]!.hello.address] });
    expect((await client.call('scheduler-info', null)).workers.map(({ name }) => name)).toEqual(['b']);
  });

  test('do not retire when nobody is left to take what they hold, and go on', async () => {
    const id = client.submit('inc', [1], [], { key: 'k' });
    await client.result(id);
    await expect(client.call('retire-workers', { workers: ['a', 'b'], timeoutMs: 60_000 })).rejects.toThrow(
      /a result that only they hold \(k\).*cluster\.scale\(0\)/,
    );
    const { workers: left } = await client.call('scheduler-info', null);
    expect(left.map(({ status }) => status)).toEqual(['running', 'running']);
    expect(await client.result(client.submit('inc', [5], [], { key: 'again' }))).toBe(6);
  });

  test('go on when nobody waits for them to retire any more', async () => {
    workers[0]!.answering = false;
    client.submit('inc', [1], [], { key: 'k', workers: ['a'] });
    await workers[0]!.until(() => workers[0]!.running.length === 1);
    const aborts = [new AbortController(), new AbortController()];
    const status = async () => {
      // What was said before has taken effect when this is answered.
      await client.call('list-datasets', null);
      return (await client.call('scheduler-info', null)).workers[0]?.status;
    };
    for (const { signal } of aborts) {
      client.call('retire-workers', { workers: ['a'] }, { signal }).catch(() => undefined);
    }
    expect(await status()).toBe('retiring');
    aborts[0]!.abort();
    expect(await status()).toBe('retiring');
    aborts[1]!.abort();
    expect(await status()).toBe('running');
  });

  test('start again through their nanny, and get the uploads', async () => {
    const nanny = await world.nanny('n');
    nanny.oncall = async (_method, params) => {
      for (const name of (params as { workers: string[] }).workers) {
        const old = workers.find(({ hello }) => hello.name === name)!;
        await old.channel.close();
        workers[workers.indexOf(old)] = await world.worker({ ...old.hello, pid: old.hello.pid + 100 });
      }
    };
    await client.call('upload', { name: 'lib.mjs', content: toBytes('code'), hash: 'h' });
    const id = client.submit('inc', [1], [], { key: 'k' });
    await client.result(id);
    const [before] = workers as [FakeWorker];
    expect(await client.call('restart-workers', { workers: ['a'] })).toEqual({ [before.hello.address]: { ok: null } });
    expect(workers[0]!.welcome.uploads).toHaveLength(1);
    await client.call('restart', {});
    expect(await client.ended(id)).toMatchObject({ status: 'cancelled' });
    expect(new Set(workers.map(({ welcome }) => welcome.workerId)).size).toBe(2);
    expect(await client.result(client.submit('inc', [5], [], { key: 'again' }))).toBe(6);
  });

  test('that do not come back are named', async () => {
    const nanny = await world.nanny('n');
    nanny.oncall = () => {
      throw new Error('there is no memory left');
    };
    const error = await client.call('restart', {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkerRestartError);
    expect((error as Error).message).toMatch(/^2 workers did not come back: .*no memory left/);
  });

  test('without a nanny can’t be started again', async () => {
    const [answer] = Object.values(await client.call('restart-workers', { workers: ['a'] }));
    expect(answer).toMatchObject({ error: { message: expect.stringContaining('has no nanny') } });
  });

  test('and the scheduler end at a shutdown', async () => {
    const nanny = await world.nanny('n');
    expect(await client.call('shutdown', null)).toBeNull();
    expect(await world.server.closed).toBe('the cluster was shut down');
    expect(nanny.calls).toEqual([['close', { reason: 'the cluster was shut down' }]]);
  });
});

describe('notes', () => {
  test('metadata under paths', async () => {
    await client.call('set-metadata', { path: ['a', 'b'], value: [1, 'x'] });
    expect(await client.call('get-metadata', { path: ['a'] })).toEqual({ found: true, value: { b: [1, 'x'] } });
    expect(await client.call('get-metadata', { path: ['c'] })).toEqual({ found: false });
    await client.call('set-metadata', { path: ['u'], value: undefined });
    const { found, value } = await client.call('get-metadata', { path: ['u'] });
    expect([found, value]).toEqual([true, undefined]);
  });

  test('topics with subscribers', async () => {
    const other = await world.client('other');
    await client.call('subscribe', { topic: 't' });
    await other.call('log-event', { topic: 't', payload: { n: 1 } });
    await client.until(() => client.events.length === 1);
    await client.call('unsubscribe', { topic: 't' });
    await other.call('log-event', { topic: 't', payload: 2 });
    expect(client.events).toEqual([['t', { n: 1 }]]);
    expect((await client.call('events', { topic: 't' }))['t']!.map(({ payload }) => payload)).toEqual([{ n: 1 }, 2]);
  });

  test('locks that go with their holder', async () => {
    const other = await world.client('other');
    const lock = { kind: 'lock', name: 'x', op: 'acquire' };
    expect(await other.call('coordinate', { ...lock, args: { token: '1' } })).toBe(true);
    const mine = client.call('coordinate', { ...lock, args: { token: '1' } });
    await other.channel.close();
    expect(await mine).toBe(true);
  });

  test('queues hand tasks over', async () => {
    const other = await world.client('other');
    const id = other.submit('inc', [1], [], { key: 'k' });
    await other.call('coordinate', { kind: 'queue', name: 'q', op: 'put', args: { value: toBytes('v'), ids: [id] } });
    await other.channel.close();
    const taken = (await client.call('coordinate', { kind: 'queue', name: 'q', op: 'get' })) as {
      items: { keys: string[] }[];
      handover: number;
    };
    const [first] = client.takeIds(1) as [never];
    const adopted = client.call('adopt', { keys: taken.items[0]!.keys, firstId: first });
    const { handover } = taken;
    const confirmed = client.call('coordinate', { kind: 'queue', name: 'q', op: 'confirm', args: { handover } });
    expect([await adopted, await confirmed]).toEqual([[true], null]);
    expect(await client.result(first)).toBe(2);
  });
});

test.each([
  ['polish', {}, "there is no call 'polish'"],
  ['__proto__', {}, "there is no call '__proto__'"],
  ['locate', { ids: 'all' }, "'ids' must be a list of ids"],
  ['locate', [1], 'takes a map of arguments'],
  ['wait-for-workers', {}, "'n' must be a whole number"],
  ['hold-in-result', { attempt: 77, ids: [] }, 'the attempt that made it is over'],
  ['publish-dataset', { name: 'd', ids: [77], value: new Uint8Array(1) }, 'was it released?'],
])('%s with %j is answered with an error, and the session goes on', async (method, params, message) => {
  await expect(client.channel.call(method, params)).rejects.toThrow(message);
  expect(await client.result(client.submit('inc', [1]))).toBe(2);
});
