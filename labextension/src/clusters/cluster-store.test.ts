import type { ClusterSummary, FromKernel, ToKernel } from '@covey/protocol/bridge';
import { BridgeClient } from '../bridge/bridge-client.js';
import { FigureSources } from '../bridge/figure-sources.js';
import { ClusterStore } from './cluster-store.js';

const summary = (name: string, address = `tcp://${name}`): ClusterSummary => ({
  ...{
    name,
    address,
    kind: 'local',
    status: 'running',
    createdMs: 0,
    idleTimeoutMs: null,
    user: 'u',
    host: 'h',
    pid: 1,
  },
  ...{ coveyVersion: '0.1.0', scalable: true, attached: false, adaptive: null, hasLog: false },
});

const overview = {
  ...{ timeMs: 1, startedMs: 0, name: 'a', address: 'tcp://a', version: '0.1.0', workers: 2, threads: 4, clients: 1 },
  ...{ counts: {}, completed: 0, erred: 0, cpu: 0, transferred: 0 },
  memory: { process: 1, managed: 0, spilled: 0, limit: 0 },
};

function world() {
  const sent: ToKernel[] = [];
  const client = new BridgeClient({ send: (message) => sent.push(message), close: () => undefined });
  const sources = new FigureSources({ wanted: async () => client, reached: async () => client }, String);
  const store = new ClusterStore(sources);
  const of = (type: ToKernel['type']) => sent.filter((message) => message.type === type);
  return { client, sources, store, of, hear: (message: FromKernel) => client.receive(message, []) };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the list is followed while somebody shows it, and by numbers as people count', () => {
  const { client, store, of, hear } = world();
  store.follow(client);
  expect(of('watch')).toEqual([]);
  const releases = [store.shown.hold(), store.shown.hold()];
  expect(of('watch')).toEqual([{ type: 'watch', on: true }]);
  hear({ type: 'clusters', clusters: [summary('a-10'), summary('a-2')] });
  expect(store.entries?.map(({ summary: { name } }) => name)).toEqual(['a-2', 'a-10']);
  for (const release of releases) release();
  expect(of('watch').at(-1)).toEqual({ type: 'watch', on: false });
});

test('the list is read anew where it must be right, also while nobody shows it', async () => {
  const { client, store, of, hear } = world();
  const read = store.read(client);
  expect(of('request')).toMatchObject([{ method: 'clusters' }]);
  hear({ type: 'reply', id: 1, result: [summary('a')] });
  expect((await read).map(({ summary: { name } }) => name)).toEqual(['a']);
});

test('all who look at a cluster share one subscription, which ends with the last; another cluster of the name is not it', async () => {
  const { client, sources, store, of, hear } = world();
  store.follow(client);
  store.set([summary('a')]);
  const looks = [store.look('a'), store.look('a')];
  const panel = sources.use('a');
  await soon();
  expect(of('subscribe')).toMatchObject([{ cluster: 'a', topic: 'overview' }]);
  const { subscription } = of('subscribe')[0] as { subscription: number };
  hear({
    type: 'figures',
    subscription,
    sequence: 1,
    batch: { topic: 'overview', epoch: 'e', cursor: 1, missed: 0, json: overview },
  });
  await soon();
  expect(store.find('a')?.overview).toEqual(overview);
  for (const look of looks) look();
  expect(of('unsubscribe')).toEqual([]);
  panel.release();
  expect(of('unsubscribe')).toEqual([{ type: 'unsubscribe', subscription }]);
  store.set([summary('a', 'tcp://other')]);
  expect(store.find('a')?.overview).toBeUndefined();
});

test('of a cluster whose figures end the line shows what the list says', async () => {
  const { client, store, of, hear } = world();
  store.follow(client);
  store.set([summary('a')]);
  const stop = store.look('a');
  await soon();
  const { subscription } = of('subscribe')[0] as { subscription: number };
  const batch = { topic: 'overview', epoch: 'e', cursor: 1, missed: 0, json: overview } as const;
  hear({ type: 'figures', subscription, sequence: 1, batch });
  hear({ type: 'figures-end', subscription, code: 'ended', reason: 'a is over' });
  await new Promise<void>((resolve) => {
    const remove = store.changed.add(() => {
      if (store.find('a')?.overview !== undefined) return;
      remove();
      resolve();
    });
  });
  expect(store.find('a')).toMatchObject({ summary: { name: 'a' } });
  stop();
});
