import { silentLogger } from '@covey/protocol';
import { VirtualClock } from '@covey/protocol/internal';
import { toBytes } from './testing/fake-worker.js';
import { ServerWorld } from './testing/server-world.js';

let world: ServerWorld;
let clock: VirtualClock;
const warnings: string[] = [];

beforeEach(async () => {
  clock = new VirtualClock();
  warnings.length = 0;
  const logger = { ...silentLogger, warn: (text: string) => void warnings.push(text) };
  world = await ServerWorld.start({ clock, logger });
});

afterEach(() => world[Symbol.asyncDispose]());

/** A round trip: what was written before has arrived. */
const arrived = (client: Awaited<ReturnType<ServerWorld['client']>>) => client.call('list-datasets', null);

test('who waits for tasks in a cluster without workers hears of it once, with what to do; others do not', async () => {
  const [client, other] = [await world.client(), await world.client('other')];
  client.submit('inc', [1], [], { key: 'a' });
  await arrived(client);
  clock.advance(4_000);
  client.submit('inc', [2], [], { key: 'b' });
  await arrived(client);
  expect(client.events).toEqual([]);
  clock.advance(1_000);
  await client.until(() => client.events.length > 0);
  const message = expect.stringMatching(/2 tasks wait.*no workers.*covey worker/) as string;
  expect(client.events).toEqual([['cluster-warning', { message }]]);
  expect(warnings).toEqual([]);
  client.submit('inc', [3], [], { key: 'c' });
  await arrived(client);
  clock.advance(6_000);
  await arrived(client);
  await arrived(other);
  expect([client.events.length, other.events.length]).toEqual([1, 0]);
});

test('nobody is warned when a worker comes in time, and again when the last one goes', async () => {
  const client = await world.client();
  const first = client.submit('inc', [1], [], { key: 'a' });
  await arrived(client);
  clock.advance(4_000);
  const worker = await world.worker();
  expect(await client.result(first)).toBe(2);
  clock.advance(6_000);
  // Its result goes with it, and has to be computed again too.
  await worker.channel.close();
  client.submit('inc', [2], [], { key: 'b' });
  await arrived(client);
  expect(client.events).toEqual([]);
  clock.advance(5_000);
  await client.until(() => client.events.length > 0);
  expect(client.events[0]?.[1]).toEqual({ message: expect.stringContaining('2 tasks wait') as string });
});

test('who asks for what no worker has hears what is missing', async () => {
  const client = await world.client();
  await world.worker();
  client.submit('inc', [1], [], { key: 'a', resources: { GPU: 1 } });
  await arrived(client);
  clock.advance(5_000);
  await client.until(() => client.events.length > 0);
  expect(client.events[0]?.[1]).toEqual({ message: expect.stringMatching(/isn't there.*GPU/) as string });
});

test('calls that need a worker wait for the first, are hinted at too, and go on when it comes', async () => {
  const client = await world.client();
  const blob = { hash: 'h', name: 'f', references: 0, header: toBytes('f'), buffers: [] };
  const running = client.call('run', { function: blob, args: toBytes([]), wait: true });
  await arrived(client);
  clock.advance(5_000);
  await client.until(() => client.events.length > 0);
  expect(client.events[0]?.[1]).toEqual({ message: expect.stringContaining('what was asked for waits') as string });
  const worker = await world.worker({ name: 'a' });
  expect(await running).toEqual({ [worker.hello.address]: { ok: toBytes('a') } });
});

test('a function for workers waits for the first one no longer than it may', async () => {
  const client = await world.client();
  const blob = { hash: 'h', name: 'f', references: 0, header: new Uint8Array(1), buffers: [] };
  const running = client.call('run', { function: blob, args: new Uint8Array(1), timeoutMs: 1000 });
  const refused = expect(running).rejects.toThrow('there is no worker to run the function: not within 1000 ms');
  await arrived(client);
  clock.advance(1000);
  await refused;
});
