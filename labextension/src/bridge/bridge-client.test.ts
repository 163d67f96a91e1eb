import type { FigureBatch, FromKernel, ToKernel } from '@covey/protocol/bridge';
import { BridgeClient } from './bridge-client.js';
import type { BridgeFailure } from './bridge-client.js';
import { BridgeFigureSource } from './figure-source.js';
import type { IClientDoor } from './figure-source.js';

function makeClient(): { client: BridgeClient; sent: ToKernel[]; hear: (message: FromKernel) => void } {
  const sent: ToKernel[] = [];
  const client = new BridgeClient({ send: (message) => sent.push(message), close: () => undefined });
  return { client, sent, hear: (message) => client.receive(message, []) };
}

const welcome = { type: 'welcome', protocol: 1, covey: '0.1.0', mode: 'manager', host: 'h', user: 'u' } as const;

const batch = (cursor: number): Omit<FigureBatch, 'buffers'> => ({
  topic: 'overview',
  epoch: 'a',
  cursor,
  missed: 0,
  json: { cursor },
});

const door = (client: () => BridgeClient): IClientDoor => ({
  wanted: async () => client(),
  reached: async () => client(),
});
const sourceOf = (client: () => BridgeClient): BridgeFigureSource =>
  new BridgeFigureSource('a', door(client), (error) => `told: ${(error as BridgeFailure).code}`);

const nothing = new AbortController().signal;
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a reply settles its own request, a failure with its code and field', async () => {
  const { client, sent, hear } = makeClient();
  const clusters = client.call('clusters', null);
  const stop = client.call('stop', { cluster: 'a' });
  expect(sent).toMatchObject([
    { id: 1, method: 'clusters' },
    { id: 2, method: 'stop', params: { cluster: 'a' } },
  ]);
  hear({ type: 'failure', id: 2, error: { code: 'ERR_X', message: 'no', option: 'workers' } });
  hear({ type: 'reply', id: 1, result: [] });
  await expect(clusters).resolves.toEqual([]);
  await expect(stop).rejects.toMatchObject({ code: 'ERR_X', message: 'no', option: 'workers' });
});

test.each([
  ['another version is told of, and works', true],
  ['another protocol is told of, and refused', false],
])('a kernel of %s', async (_, works) => {
  const { client, hear } = makeClient();
  const told: string[] = [];
  client.skewed.add(({ covey, skew }) => told.push(`${skew.older} ${covey}`));
  const skewed = { ...welcome, skew: { older: 'kernel', works, message: 'install the newer Covey' } } as const;
  hear(skewed);
  const outcome = works ? skewed : { code: 'ERR_COVEY_BRIDGE_VERSION', welcome: skewed };
  expect(await client.welcomed.catch((error: unknown) => error)).toMatchObject(outcome);
  expect(client.isClosed).toBe(!works);
  expect(told).toEqual(['kernel 0.1.0']);
});

test('when the kernel goes, all that waits ends, and later requests are refused', async () => {
  const { client } = makeClient();
  const ends: string[] = [];
  client.subscribe(
    'a',
    'overview',
    {},
    { onBatch: () => undefined, onEnd: (code, reason) => ends.push(`${code}: ${reason}`) },
  );
  const call = client.call('kinds', null);
  client.close('gone');
  await expect(call).rejects.toMatchObject({ code: 'ERR_COVEY_BRIDGE_CLOSED', message: 'gone' });
  await expect(client.call('kinds', null)).rejects.toMatchObject({ message: 'gone' });
  expect(ends).toEqual(['closed: gone']);
});

test('a batch is acknowledged when the next one is pulled, and not before', async () => {
  const { client, sent, hear } = makeClient();
  const source = sourceOf(() => client);
  const first = source.pull('overview', 0, nothing);
  await soon();
  expect(sent).toMatchObject([{ type: 'subscribe', subscription: 1, cluster: 'a', topic: 'overview' }]);
  hear({ type: 'figures', subscription: 1, sequence: 7, batch: batch(3) });
  await expect(first).resolves.toMatchObject({ cursor: 3, json: { cursor: 3 } });
  expect(sent).toHaveLength(1);
  const second = source.pull('overview', 3, nothing);
  await soon();
  expect(sent.at(-1)).toEqual({ type: 'acknowledge', subscription: 1, sequence: 7 });
  hear({ type: 'figures', subscription: 1, sequence: 8, batch: batch(4) });
  await expect(second).resolves.toMatchObject({ cursor: 4 });
  source.dispose();
  expect(sent.at(-1)).toEqual({ type: 'unsubscribe', subscription: 1 });
});

test('a pull goes on at its cursor with the next manager when this one is lost', async () => {
  const [one, two] = [makeClient(), makeClient()];
  const source = sourceOf(() => (one.client.isClosed ? two.client : one.client));
  const pulled = source.pull('events', 12, nothing);
  await soon();
  one.client.close('gone');
  await soon();
  expect(two.sent).toMatchObject([{ type: 'subscribe', topic: 'events', cursor: 12 }]);
  two.hear({ type: 'figures', subscription: 1, sequence: 1, batch: batch(13) });
  await expect(pulled).resolves.toMatchObject({ cursor: 13 });
});

test('a page that slept goes on where it was, whatever the kernel calls it', async () => {
  const { client, sent, hear } = makeClient();
  const source = sourceOf(() => client);
  const pulled = source.pull('events', 12, nothing);
  await soon();
  hear({ type: 'figures-end', subscription: 1, code: 'unacknowledged', reason: 'keine Antwort' });
  await soon();
  expect(sent.at(-1)).toMatchObject({ type: 'subscribe', subscription: 2, topic: 'events', cursor: 12 });
  hear({ type: 'figures', subscription: 2, sequence: 1, batch: batch(13) });
  await expect(pulled).resolves.toMatchObject({ cursor: 13 });
});

test('a pull of a cluster that is gone fails with what is told of it; one that is taken back is aborted', async () => {
  const { client, hear } = makeClient();
  const source = sourceOf(() => client);
  const pulled = source.pull('overview', 0, nothing);
  await soon();
  hear({ type: 'figures-end', subscription: 1, code: 'ended', reason: 'a has ended', failure: 'ERR_GONE' });
  await expect(pulled).rejects.toThrow('told: ERR_GONE');
  const abort = new AbortController();
  const waiting = source.pull('overview', 0, abort.signal);
  await soon();
  abort.abort();
  await expect(waiting).rejects.toThrow(/abort/);
});
