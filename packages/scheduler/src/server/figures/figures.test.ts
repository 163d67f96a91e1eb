import { readFigures } from '@covey/protocol/bridge';
import type { FigureTopic, Figures } from '@covey/protocol/bridge';
import { VirtualClock, workerNews } from '@covey/protocol/internal';
import type { SchedulerInfo, WorkerHeartbeat } from '@covey/protocol/internal';
import { World } from '../../core/testing/world.js';
import { Topics } from '../state/topics.js';
import type { FakeClient } from '../testing/fake-client.js';
import { ServerWorld } from '../testing/server-world.js';
import { Figures as SchedulerFigures } from './figures.js';

const WAIT_MS = 30_000;

const heartbeat: WorkerHeartbeat = {
  time: 0,
  memory: { process: 1, held: 0, leased: 0, spilled: 0 },
  cpu: 0,
  executing: 0,
  ready: 0,
  waiting: 0,
  suspended: 0,
  bytesReceived: 70,
  bytesSent: 0,
  bandwidth: 0,
  loopDelayMs: 0,
};

async function pull<Topic extends FigureTopic>(client: FakeClient, topic: Topic, cursor = 0): Promise<Figures<Topic>> {
  const batch = await client.call('figures', { topic, cursor, waitMs: WAIT_MS });
  return readFigures({ ...batch, topic });
}

/** Pulls until what is told is so; the last answer. */
async function pullUntil<Topic extends FigureTopic>(
  client: FakeClient,
  topic: Topic,
  holds: (figures: Figures<Topic>) => boolean,
): Promise<Figures<Topic>> {
  for (let cursor = 0; ;) {
    const figures = await pull(client, topic, cursor);
    if (holds(figures)) return figures;
    cursor = figures.cursor;
  }
}

test('the overview and the rows show the cluster', async () => {
  await using world = await ServerWorld.start();
  await world.worker({ name: 'a', nthreads: 3, memoryLimit: 100 });
  const client = await world.client('me');
  await client.result(client.submit('inc', [1], [], { key: 'x' }));
  expect((await pull(client, 'overview')).data).toMatchObject({
    name: 'covey',
    workers: 1,
    threads: 3,
    clients: 1,
    completed: 1,
    erred: 0,
    counts: { memory: 1 },
    memory: { limit: 100 },
  });
  expect((await pull(client, 'workers')).data).toMatchObject([{ name: 'a', threads: 3, held: 1, completed: 1 }]);
  expect((await pull(client, 'progress')).data).toMatchObject([{ name: 'inc', memory: 1, released: 0, erred: 0 }]);
});

test('released tasks stay in the progress of their function', async () => {
  await using world = await ServerWorld.start();
  await world.worker();
  const client = await world.client();
  const id = client.submit('inc', [1]);
  await client.result(id);
  client.release([id]);
  const { data } = await pullUntil(client, 'progress', ({ data }) => data[0]?.memory === 0);
  expect(data).toMatchObject([{ name: 'inc', memory: 0, released: 1 }]);
});

test('the task stream tells of runs from the first pull on', async () => {
  await using world = await ServerWorld.start();
  const worker = await world.worker({ name: 'a' });
  const client = await world.client();
  await client.result(client.submit('inc', [1], [], { key: 'before' }));
  const first = client.call('figures', { topic: 'task-stream', cursor: 0, waitMs: WAIT_MS });
  await client.call('scheduler-info', null);
  await client.result(client.submit('inc', [1], [], { key: 'seen' }));
  const { data, cursor } = readFigures({ ...(await first), topic: 'task-stream' });
  expect([...data.outcome]).toEqual([0]);
  expect(data.names.added).toEqual(['inc']);
  expect(data.lanes.added).toMatchObject([{ worker: worker.hello.name }]);
  expect(await client.call('task', { taskId: data.task[0]! })).toMatchObject({ key: 'seen', state: 'memory' });
  await client.ended(client.submit('fail', ['no'], [], { key: 'failed' }));
  expect([...(await pull(client, 'task-stream', cursor)).data.outcome]).toEqual([1]);
});

test('the graph tells of nodes, of their changes, and of those that went', async () => {
  await using world = await ServerWorld.start();
  const worker = await world.worker();
  const client = await world.client();
  worker.answering = false;
  const x = client.submit('inc', [1], [], { key: 'x' });
  const y = client.submit('inc', [], [x], { key: 'y' });
  await worker.until(() => worker.running.length === 1);
  const first = await pull(client, 'graph');
  expect(first.data.nodes).toMatchObject([
    { key: 'x', name: 'inc', state: 'processing', dependencies: [] },
    { key: 'y', name: 'inc', state: 'waiting', dependencies: [first.data.nodes[0]!.id] },
  ]);
  worker.answering = true;
  worker.finish(worker.running[0]!);
  await client.result(y);
  const next = await pull(client, 'graph', first.cursor);
  expect(next.data.nodes.map(({ key, state }) => `${key} ${state}`)).toEqual(['x memory', 'y memory']);
  client.release([x, y]);
  const last = await pull(client, 'graph', next.cursor);
  expect([...last.data.gone].sort()).toEqual(first.data.nodes.map(({ id }) => id).sort());
});

test('failures are there for who comes after them, of one kind together', async () => {
  await using world = await ServerWorld.start();
  await world.worker({ name: 'a' });
  const client = await world.client();
  for (const key of ['one', 'two']) await client.ended(client.submit('fail', ['no'], [], { key }));
  const { data } = await pull(client, 'errors');
  expect(data).toMatchObject([
    { name: 'fail', title: 'TypeError: no', count: 2, keys: ['one', 'two'], workers: ['a'] },
  ]);
});

test('events of all topics come in their order', async () => {
  await using world = await ServerWorld.start();
  await world.worker({ name: 'a', nthreads: 2 });
  const client = await world.client();
  await client.call('log-event', { topic: 'mine', payload: { message: 'hello', level: 'warn' } });
  const first = await pull(client, 'events');
  expect(first.data).toMatchObject([
    { topic: 'workers', level: 'info', text: 'a came, with 2 threads' },
    { topic: 'mine', level: 'warning', text: 'hello' },
  ]);
  await client.call('log-event', { topic: 'mine', payload: 5 });
  expect((await pull(client, 'events', first.cursor)).data).toMatchObject([{ topic: 'mine', text: '5' }]);
});

test('what workers fetched from each other becomes a matrix', async () => {
  await using world = await ServerWorld.start();
  const [a, b] = [await world.worker({ name: 'a' }), await world.worker({ name: 'b' })];
  const client = await world.client();
  await pull(client, 'transfers');
  workerNews.heartbeat(b.channel.write(), { ...heartbeat, fetched: [[a.welcome.workerId, 70]] });
  const { data } = await pullUntil(client, 'transfers', ({ data }) => data.bytes.some((bytes) => bytes > 0));
  expect(data.workers).toEqual(['a', 'b']);
  expect([...data.bytes]).toEqual([0, 70, 0, 0]);
});

test('who waits is answered in the end, with nothing new', async () => {
  await using world = await ServerWorld.start();
  const client = await world.client();
  const { cursor } = await client.call('figures', { topic: 'errors', cursor: 0, waitMs: 0 });
  expect(await client.call('figures', { topic: 'errors', cursor, waitMs: 1 })).toMatchObject({ cursor, missed: 0 });
});

test('a cursor of another life starts anew', async () => {
  await using world = await ServerWorld.start();
  await world.worker();
  const client = await world.client();
  expect((await pull(client, 'events', 1e6)).data).toHaveLength(1);
});

test.each([
  [{ topic: 'weather', cursor: 0, waitMs: 0 }, /there are no figures 'weather'; there are: overview,/],
  [{ topic: 'overview', cursor: -1, waitMs: 0 }, /cursor/],
  [{ topic: 'overview', cursor: 0, waitMs: 1e9 }, /waitMs/],
])('%j is refused', async (params, message) => {
  await using world = await ServerWorld.start();
  const client = await world.client();
  await expect(client.call('figures', params as never)).rejects.toThrow(message);
});

/** Figures of a core without workers, under virtual time. */
function figuresAlone() {
  const clock = new VirtualClock();
  const topics = new Topics(() => undefined);
  const { core } = new World();
  const info = () => ({ workers: [], clients: [], counts: {} }) as unknown as SchedulerInfo;
  const parts = { core, info, topics, now: () => clock.now() };
  const figures = new SchedulerFigures({ parts, clock, epoch: 'e', askProfiles: () => Promise.resolve([]) });
  return { clock, topics, figures };
}

test('who asks for several topics is told those of which there is something newer, and which of the new ones are empty', async () => {
  const { clock, topics, figures } = figuresAlone();
  topics.publish('print', 'seen', clock.now());
  const asked = [
    { topic: 'events', cursor: 1 },
    { topic: 'task-stream', cursor: 0 },
    { topic: 'workers', cursor: 7 },
  ];
  const told = figures.pull(asked, WAIT_MS);
  clock.step();
  expect((await told).map(({ topic, cursor }) => [topic, cursor])).toEqual([
    ['task-stream', 0],
    ['workers', 1],
  ]);
  const later = figures.pull([asked[0]!, asked[1]!], WAIT_MS);
  topics.publish('print', 'news', clock.now());
  clock.step();
  expect(await later).toMatchObject([{ topic: 'events', json: [{ text: 'news' }] }, { topic: 'task-stream' }]);
  figures.close();
});

test('who has waited long enough is told of all of them', async () => {
  const { clock, figures } = figuresAlone();
  const asked = [
    { topic: 'task-stream', cursor: 0 },
    { topic: 'events', cursor: 0 },
  ];
  const told = figures.pull(asked, 0);
  clock.step();
  expect(await told).toMatchObject(asked);
  figures.close();
});

const PAGE: readonly FigureTopic[] = ['workers', 'overview', 'progress', 'events'];

test.each<[string, number, readonly FigureTopic[], number]>([
  ['one that waits is answered ten times a second', 1, ['events'], 100],
  ['of ten dashboards each less often', 10, PAGE, 600],
  ['of ten that ask topic by topic too', 40, ['events'], 600],
  ['of very many each is still answered as often', 900, ['events'], 600],
])('%s', async (_who, waiting, page, everyMs) => {
  const { clock, topics, figures } = figuresAlone();
  const round = async () => {
    const asked = page.map((topic) => ({ topic, cursor: topic === 'events' ? topics.published : 1 }));
    const answers = Array.from({ length: waiting }, () => figures.pull(asked, WAIT_MS));
    topics.publish('print', 'news', clock.now());
    const began = clock.now();
    clock.step();
    await Promise.all(answers);
    return clock.now() - began;
  };
  await round(); // How many there are is seen when they are answered.
  expect(await round()).toBe(everyMs);
  figures.close();
});

test.each([
  ['one that looks has a picture twice a second', 1, 500],
  ['ten dashboards have theirs less often', 40, 1200],
])('%s', async (_who, waiting, everyMs) => {
  const { clock, figures } = figuresAlone();
  let cursor = 0;
  const picture = async () => {
    const answers = Array.from({ length: waiting }, () => figures.pull([{ topic: 'workers', cursor }], WAIT_MS));
    let isAnswered = false;
    const all = Promise.all(answers).then((batches) => {
      isAnswered = true;
      return batches;
    });
    for (let i = 0; i < 100 && !isAnswered; i++) {
      await Promise.resolve();
      await Promise.resolve();
      if (!isAnswered) clock.step();
    }
    cursor = (await all)[0]![0]!.cursor;
    return clock.now();
  };
  const times: number[] = [];
  for (let i = 0; i < 5; i++) times.push(await picture());
  expect(times[4]! - times[3]!).toBe(everyMs);
  figures.close();
});
