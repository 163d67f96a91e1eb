import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallArgumentError } from '@covey/protocol';
import type { SchedulerInfo } from '@covey/protocol/internal';
import { httpRoutes } from './routes.js';

const info: SchedulerInfo = {
  clusterName: 'alpha',
  address: 'ws://127.0.0.1:1',
  epoch: 'e',
  version: '0.1.0',
  startedMs: 1,
  workers: [],
  clients: [{ id: 1, name: 'me', tasks: 3 }],
  counts: { memory: 3 },
};

let server: Server;
let base: string;
/** Topics that were pulled by who went away before the answer. */
const left: string[] = [];
let asked: () => void;

beforeAll(async () => {
  const routes = httpRoutes(
    {
      info: () => info,
      metrics: () => 'covey_x 1\n',
      taskStates: ['waiting', 'memory'],
      tasks: (state, limit) => [{ state: state ?? null, limit }],
      task: (key) => {
        if (key === 'broken') throw new Error('no luck');
        return key === 'inc (1)/a' ? { key, value: Buffer.of(1, 2), large: 10n } : undefined;
      },
    },
    {
      pull: async (pulled, waitMs, whenGone) => {
        whenGone?.(() => left.push(pulled[0]!.topic));
        if (pulled[0]?.topic === 'events') {
          asked();
          await new Promise((_, reject) => whenGone?.(reject));
        }
        return pulled.map(({ topic, cursor }) => {
          if (topic !== 'overview' && topic !== 'workers')
            throw new CallArgumentError(`there are no figures '${topic}'`);
          const buffers = [Uint8Array.of(1, 2), Uint8Array.of(cursor)];
          return { topic, epoch: 'e', cursor: cursor + 1, missed: waitMs, json: { name: 'ä' }, buffers };
        });
      },
      ask: (method, params) => Promise.resolve({ method, params, large: 10n }),
    },
  );
  server = createServer(routes);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

async function get(path: string, method = 'GET') {
  const response = await fetch(base + path, { method });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, body: type.startsWith('application/json') && text ? JSON.parse(text) : text };
}

test.each([
  [
    '/json/identity',
    {
      clusterName: 'alpha',
      address: 'ws://127.0.0.1:1',
      epoch: 'e',
      version: '0.1.0',
      startedMs: 1,
      workers: 0,
      clients: 1,
    },
  ],
  [
    '/json',
    {
      paths: [
        '/json/identity',
        '/json/workers',
        '/json/clients',
        '/json/counts',
        '/json/tasks?state=&limit=',
        '/json/task/KEY',
      ],
    },
  ],
  ['/json/workers', []],
  ['/json/clients', [{ id: 1, name: 'me', tasks: 3 }]],
  ['/json/counts', { memory: 3 }],
  ['/json/tasks', [{ state: null, limit: 100 }]],
  ['/json/tasks?state=memory&limit=5', [{ state: 'memory', limit: 5 }]],
  ['/json/task/inc%20(1)%2Fa', { key: 'inc (1)/a', value: '2 bytes', large: '10' }],
])('%s', async (path, expected) => {
  expect(await get(path)).toEqual({ status: 200, type: 'application/json; charset=utf-8', body: expected });
});

test('says what it is, and shows figures for Prometheus', async () => {
  const index = await get('/');
  expect([index.status, index.type]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(index.body).toContain("the cluster 'alpha'");
  expect(await get('/metrics')).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: 'covey_x 1\n',
  });
});

test.each([
  ['GET', '/nothing', 404, 'there is nothing at /nothing'],
  ['GET', '/json/task/none', 404, "there is no task 'none'"],
  ['GET', '/json/task/broken', 500, 'no luck'],
  ['GET', '/json/tasks?state=asleep', 400, "'asleep' is not a state"],
  ['GET', '/json/tasks?limit=0', 400, 'the limit is'],
  ['GET', '/json/tasks?limit=many', 400, 'the limit is'],
  ['GET', '/%E0%A4%A', 400, 'not well formed'],
  ['POST', '/json/workers', 405, 'can only be read'],
  ['DELETE', '/nothing', 404, 'there is nothing'],
])('%s %s is answered with %i', async (method, path, status, message) => {
  const { body, ...answer } = await get(path, method);
  expect(answer).toEqual({ status, type: 'application/json; charset=utf-8' });
  expect(body.error).toContain(message);
});

test('HEAD has no body', async () => {
  expect(await get('/json/counts', 'HEAD')).toMatchObject({ status: 200, body: '' });
});

test('live figures of several topics come one after the other, each as plain data with columns behind it', async () => {
  const response = await fetch(`${base}/figures?overview=4&workers=8&waitMs=7`);
  expect(response.headers.get('content-type')).toBe('application/vnd.covey.figures');
  let bytes = Buffer.from(await response.arrayBuffer());
  for (const [topic, cursor] of [
    ['overview', 4],
    ['workers', 8],
  ] as const) {
    const columns = 4 + bytes.readUInt32LE(0);
    expect(JSON.parse(bytes.toString('utf8', 4, columns))).toEqual({
      topic,
      epoch: 'e',
      cursor: cursor + 1,
      missed: 7,
      json: { name: 'ä' },
      bufferLengths: [2, 1],
    });
    expect([...bytes.subarray(columns, columns + 3)]).toEqual([1, 2, cursor]);
    bytes = bytes.subarray(columns + 3);
  }
  expect(bytes).toHaveLength(0);
});

test('who leaves while it waits is told of, who was answered is not', async () => {
  await get('/figures?overview=4');
  const leaving = new AbortController();
  asked = () => leaving.abort();
  await expect(fetch(`${base}/figures?events=4`, { signal: leaving.signal })).rejects.toThrow('aborted');
  while (left.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(left).toEqual(['events']);
});

test('calls that change nothing are answered', async () => {
  const params = encodeURIComponent(JSON.stringify({ keys: ['a'] }));
  expect((await get(`/ask/story?params=${params}`)).body).toEqual({
    method: 'story',
    params: { keys: ['a'] },
    large: '10',
  });
});

test.each([
  ['/figures?weather=0', 400, "there are no figures 'weather'"],
  ['/figures?overview=-1', 400, 'whole numbers'],
  ['/figures?overview=', 400, 'whole numbers'],
  ['/figures?overview=0&waitMs=soon', 400, 'whole numbers'],
  ['/ask/restart', 404, "'restart' can't be asked here"],
  ['/ask/story?params={', 400, 'not JSON'],
])('%s is refused', async (path, status, message) => {
  const answer = await get(path);
  expect(answer.status).toBe(status);
  expect(answer.body.error).toContain(message);
});

test('figures are only read', async () => {
  expect((await get('/figures?overview=0', 'POST')).status).toBe(404);
});
