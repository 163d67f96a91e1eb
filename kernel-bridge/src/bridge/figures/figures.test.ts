import { readFigures } from '@covey/protocol/bridge';
import type { FigureBatch, TaskStreamColumns } from '@covey/protocol/bridge';
import { BridgeClient } from '../../testing/bridge-client.js';
import { KernelClient } from '../../testing/kernel-client.js';

let kernel: KernelClient;
let client: BridgeClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  client = await BridgeClient.open(kernel);
  await client.ask('start', { kind: 'local', name: 'shown', options: { workers: 1, threadsPerWorker: 1 } });
});
afterAll(async () => {
  for (const { name } of await client.ask('clusters', null)) await client.ask('stop', { cluster: name });
  expect(await kernel.close()).toBe(0);
});

/** What the task stream of a subscription has told so far. */
const streamOf = (viewer: BridgeClient, subscription: number): TaskStreamColumns[] =>
  viewer.messages.flatMap(({ content, buffers }) => {
    const said = content['data'] as { type: string; subscription: number; batch: FigureBatch };
    if (said.type !== 'figures' || said.subscription !== subscription) return [];
    return [readFigures({ ...said.batch, buffers } as FigureBatch & { topic: 'task-stream' }).data];
  });

test('figures come while they are taken, to every front end', async () => {
  const viewers = [client, await BridgeClient.open(kernel)];
  for (const viewer of viewers) {
    viewer.send({ type: 'subscribe', subscription: 1, cluster: 'shown', topic: 'overview' });
    const first = await viewer.next('figures');
    expect(first).toMatchObject({ subscription: 1, sequence: 1, batch: { topic: 'overview', json: { workers: 1 } } });
    await viewer.next('figures', ({ sequence }) => sequence === 2);
    viewer.send({ type: 'acknowledge', subscription: 1, sequence: 2 });
    await viewer.next('figures', ({ sequence }) => sequence === 4);
    viewer.send({ type: 'unsubscribe', subscription: 1 });
  }
});

test('columns are the buffers of the message', async () => {
  await client.ask('use', { cluster: 'shown' });
  expect(await client.ask('used', null)).toMatchObject({ cluster: 'shown' });
  client.send({ type: 'subscribe', subscription: 2, cluster: 'shown', topic: 'task-stream' });
  const { reply } = await kernel.execute(
    'const futures = executor.map((x: number) => x + 1, [1, 2, 3]); await executor.gather(futures)',
  );
  expect(reply['status']).toBe('ok');
  // Tasks of one map may be told of in several batches; each is acknowledged, so that the next can come.
  const ran = (): TaskStreamColumns[] => streamOf(client, 2);
  for (let sequence = 1; ran().reduce((tasks, { start }) => tasks + start.length, 0) < 3; sequence++) {
    await client.next('figures', (said) => said.subscription === 2 && said.sequence === sequence);
    client.send({ type: 'acknowledge', subscription: 2, sequence });
  }
  expect(ran().flatMap(({ lanes }) => lanes.added)).toHaveLength(1);
  expect(ran().flatMap(({ outcome }) => [...outcome])).toEqual([0, 0, 0]);
  client.send({ type: 'unsubscribe', subscription: 2 });
});

test('what there is not is ended with a reason', async () => {
  client.send({ type: 'subscribe', subscription: 3, cluster: 'nobody', topic: 'overview' });
  expect(await client.next('figures-end', ({ subscription }) => subscription === 3)).toMatchObject({
    reason: expect.stringContaining("'nobody'") as string,
    failure: 'ERR_COVEY_CLUSTER_NOT_FOUND',
  });
  client.send({ type: 'subscribe', subscription: 4, cluster: 'shown', topic: 'weather' });
  expect((await client.next('figures-end', ({ subscription }) => subscription === 4)).reason).toContain("'weather'");
  client.send({ type: 'subscribe', subscription: 'x', cluster: 'shown', topic: 'overview' });
  expect((await client.next('failure')).error.code).toBe('ERR_COVEY_BRIDGE_REQUEST');
});

test('a cluster that is stopped ends its figures with a reason', async () => {
  await client.ask('start', { kind: 'local', name: 'short', options: { workers: 1, threadsPerWorker: 1 } });
  client.send({ type: 'subscribe', subscription: 5, cluster: 'short', topic: 'workers' });
  await client.next('figures', ({ subscription }) => subscription === 5);
  client.send({ type: 'acknowledge', subscription: 5, sequence: 1 });
  const another = await BridgeClient.open(kernel);
  await another.ask('stop', { cluster: 'short' });
  expect(await client.next('figures-end', ({ subscription }) => subscription === 5)).toMatchObject({
    code: 'ended',
    reason: "the cluster 'short' is over",
    failure: 'ERR_COVEY_CLUSTER_NOT_FOUND',
  });
});

test('a cluster whose scheduler is killed ends its figures too', async () => {
  const { pid } = await client.ask('start', {
    kind: 'local',
    name: 'killed',
    options: { workers: 1, threadsPerWorker: 1 },
  });
  client.send({ type: 'subscribe', subscription: 6, cluster: 'killed', topic: 'workers' });
  await client.next('figures', ({ subscription }) => subscription === 6);
  client.send({ type: 'acknowledge', subscription: 6, sequence: 1 });
  process.kill(pid, 'SIGKILL');
  expect((await client.next('figures-end', ({ subscription }) => subscription === 6)).reason).toBe(
    "the cluster 'killed' is over",
  );
});
