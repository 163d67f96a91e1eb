import type { FakeClient } from './testing/fake-client.js';
import type { FakeWorker } from './testing/fake-worker.js';
import { ServerWorld } from './testing/server-world.js';
import { workerNews } from '@covey/protocol/internal';

let world: ServerWorld;
let worker: FakeWorker;

beforeEach(async () => {
  world = await ServerWorld.start();
  worker = await world.worker({ name: 'w', pid: 7 });
});

afterEach(() => world[Symbol.asyncDispose]());

const inThread = (number: number): Promise<FakeClient> =>
  world.client({ name: `w/${number}`, thread: { worker: 'w', pid: 7, number } }, { graceMs: 0 });
const end = (number: number): void => workerNews.threadEnded(worker.channel.write(), number);

test('a client in a compute thread ends with it, also when it comes late, and others stay', async () => {
  const outside = await world.client();
  const [first, second] = [await inThread(1), await inThread(2)];
  const lock = { kind: 'lock', name: 'x', op: 'acquire', args: { token: '1' } };
  expect(await first.call('coordinate', lock)).toBe(true);
  const waiting = outside.call('coordinate', lock);
  // Its connection has only dropped, as far as the scheduler knows: its grace would be a minute.
  world.cut(first.channel);
  end(1);
  expect(await waiting).toBe(true);
  const late = await inThread(1);
  await late.closed.promise;
  expect(await second.call('list-datasets', null)).toEqual([]);
});

test('all clients in its threads end with a worker', async () => {
  const client = await inThread(1);
  await worker.channel.close();
  expect((await client.closed.promise).message).toContain('its worker is gone');
});
