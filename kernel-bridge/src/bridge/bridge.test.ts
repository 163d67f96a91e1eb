import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { COVEY_VERSION } from '@covey/protocol';
import { BRIDGE_VERSION } from '@covey/protocol/bridge';
import { BridgeClient } from '../testing/bridge-client.js';
import { KernelClient, printed } from '../testing/kernel-client.js';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

describe('the handshake', () => {
  test('tells both versions, and what the kernel is', async () => {
    const client = await BridgeClient.open(kernel);
    const [welcome] = client.said('welcome');
    expect(welcome).toMatchObject({ protocol: BRIDGE_VERSION, covey: COVEY_VERSION, mode: 'notebook', skew: null });
    expect(welcome?.host).toBe(hostname());
  });

  test('names the older side when the protocols differ, and answers requests by saying so', async () => {
    const client = await BridgeClient.open(kernel, { protocol: BRIDGE_VERSION + 1, covey: '99.0.0' });
    expect(client.said('welcome')[0]?.skew).toMatchObject({ older: 'kernel', works: false });
    await expect(client.ask('clusters', null)).rejects.toMatchObject({
      code: 'ERR_COVEY_BRIDGE_VERSION',
      message: expect.stringContaining('99.0.0'),
    });
  });

  test('an older extension of the same protocol works, and is named', async () => {
    const client = await BridgeClient.open(kernel, { covey: '0.0.9' });
    expect(client.said('welcome')[0]?.skew).toMatchObject({ older: 'front-end', works: true });
    expect(await client.ask('clusters', null)).toEqual([]);
  });

  test('the comm is among those that the kernel tells of, until it is closed', async () => {
    const client = await BridgeClient.open(kernel);
    const request = { target_name: 'covey' };
    const open = await kernel.request('shell', 'comm_info_request', request);
    expect(open['comms']).toHaveProperty([client.comm], { target_name: 'covey' });
    client.close();
    const closed = await kernel.request('shell', 'comm_info_request', request);
    expect(closed['comms']).not.toHaveProperty([client.comm]);
  });
});

describe('what means nothing is answered by a failure, and harms nothing', () => {
  test.each([
    ['no object', 'garbage', 'no messages of the type undefined'],
    ['an unknown type', { type: 'dance' }, 'no messages of the type "dance"'],
    ['a request without id', { type: 'request', method: 'clusters' }, "a number as its 'id'"],
    ['an unknown request', { type: 'request', id: 901, method: 'constructor' }, "no request 'constructor'"],
    ['a request that is no text', { type: 'request', id: 902, method: { a: 1 } }, 'no request'],
    ['no parameters', { type: 'request', id: 903, method: 'scale' }, "'scale' needs text as 'cluster'"],
    [
      'a wrong parameter',
      { type: 'request', id: 904, method: 'start', params: { kind: 5 } },
      "'start' takes text as 'kind'",
    ],
  ])('%s', async (_, data, message) => {
    const client = await BridgeClient.open(kernel);
    client.send(data);
    const failure = await client.next('failure');
    expect(failure.error.message).toContain(message);
    expect(failure.id).toBe((data as { id?: number }).id ?? null);
    expect(await client.ask('clusters', null)).toEqual([]);
  });

  test('data of an opening that is no object is of a front end that nobody knows', async () => {
    const client = new BridgeClient(kernel);
    kernel.send('shell', 'comm_open', { comm_id: client.comm, target_name: 'covey', data: [1, 2] });
    expect((await client.next('welcome')).skew).toMatchObject({ older: 'front-end', works: false });
  });

  test('a cluster that does not run', async () => {
    const client = await BridgeClient.open(kernel);
    await expect(client.ask('stop', { cluster: 'nobody' })).rejects.toMatchObject({
      code: 'ERR_COVEY_CLUSTER_NOT_FOUND',
    });
  });

  test('an option that is not what it must be is named', async () => {
    const client = await BridgeClient.open(kernel);
    await expect(client.ask('start', { kind: 'local', options: { workers: -1 } })).rejects.toMatchObject({
      code: 'ERR_COVEY_CONFIGURATION',
      option: 'workers',
    });
  });
});

test('each kind of cluster brings its form', async () => {
  const client = await BridgeClient.open(kernel);
  const local = (await client.ask('kinds', null)).find(({ name }) => name === 'local');
  expect(local?.label).toBe('Local');
  const fieldOf = (name: string) => local?.fields.find((field) => field.name === name);
  expect(fieldOf('workers')).toMatchObject({ type: 'integer', minimum: 0, label: 'Workers' });
  expect(fieldOf('protocol')).toMatchObject({ type: 'choice', choices: ['unix', 'ws', 'wss'] });
  expect(fieldOf('memoryLimit')).toMatchObject({ type: 'memory' });
});

test('is answered while a cell is in a busy loop, and the cell stays busy', async () => {
  const client = await BridgeClient.open(kernel);
  const id = kernel.submit('console.log("on"); while (true) {}');
  await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
  expect(await client.ask('clusters', null)).toEqual([]);
  const another = await BridgeClient.open(kernel);
  expect(await another.ask('kinds', null)).not.toEqual([]);
  const states = kernel.iopub.filter(({ header }) => header.msg_type === 'status');
  expect(states.at(-1)?.content['execution_state']).toBe('busy');
  await kernel.request('control', 'interrupt_request', {});
  expect((await kernel.finished(id)).reply['ename']).toBe('KeyboardInterrupt');
});

test('two front ends start, see, scale, restart and stop a cluster', async () => {
  const [first, second] = [await BridgeClient.open(kernel), await BridgeClient.open(kernel)];
  second.send({ type: 'watch', on: true });
  expect((await second.next('clusters')).clusters).toEqual([]);
  const started = await first.ask('start', {
    kind: 'local',
    name: 'seen',
    options: { workers: '1', threadsPerWorker: 1 },
    idleTimeoutMs: 3_600_000,
  });
  expect(started).toMatchObject({ name: 'seen', status: 'running', scalable: true, idleTimeoutMs: 3_600_000 });
  await second.next('clusters', ({ clusters }) => clusters[0]?.status === 'starting');
  await second.next('clusters', ({ clusters }) => clusters[0]?.status === 'running');
  await expect(first.ask('start', { kind: 'local', name: 'seen', options: {} })).rejects.toMatchObject({
    code: 'ERR_COVEY_CLUSTER_EXISTS',
  });
  const secret = readFileSync(
    JSON.parse(readFileSync(join(kernel.folder, 'home/clusters', hostname(), 'seen.json'), 'utf8'))
      .secretFile as string,
    'utf8',
  ).trim();

  await second.ask('scale', { cluster: 'seen', workers: 2 });
  const workersOf = async (): Promise<readonly { readonly name: string; readonly pid: number }[]> => {
    const info = await second.ask('ask', { cluster: 'seen', method: 'scheduler-info', params: null });
    return (info as { workers: { name: string; pid: number }[] }).workers;
  };
  while ((await workersOf()).length < 2);
  const before = (await workersOf()).map(({ pid }) => pid);
  await first.ask('restart-workers', { cluster: 'seen' });
  const after = (await workersOf()).map(({ pid }) => pid);
  expect(after).toHaveLength(2);
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  const [retired] = await workersOf();
  await first.ask('retire-workers', { cluster: 'seen', workers: [retired?.name ?? ''] });
  expect(await workersOf()).toHaveLength(1);

  const code = await first.ask('connection-code', { cluster: 'seen' });
  expect(code).toContain("Executor.connect('seen')");
  expect(await first.ask('logs', { cluster: 'seen', lines: 10 })).not.toEqual([]);
  await expect(
    first.ask('ask', { cluster: 'seen', method: 'shutdown' as 'story', params: null }),
  ).rejects.toMatchObject({ code: 'ERR_COVEY_BRIDGE_REQUEST' });

  await second.ask('stop', { cluster: 'seen' });
  await second.next('clusters', ({ clusters }) => clusters[0]?.status === 'stopping');
  expect(await first.ask('clusters', null)).toEqual([]);
  expect(second.said('clusters').at(-1)?.clusters).toEqual([]);
  for (const { content } of [...first.messages, ...second.messages]) {
    expect(JSON.stringify(content)).not.toContain(secret);
  }
});
