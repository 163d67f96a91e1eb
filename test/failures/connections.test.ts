/** Connections that break: they come back by themselves, and nothing is lost, doubled or forgotten; those that don't are told. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { once } from 'node:events';
import { Executor, FutureLostError, silentLogger, wait } from 'covey';
import type { Future } from 'covey';
import { failure, RunningCluster } from '../support/running-cluster.js';
import { ConnectionProxy } from '../support/connection-proxy.js';
import { until } from '../support/sandbox.js';

let world: RunningCluster;
let proxy: ConnectionProxy;

beforeAll(async () => {
  world = await RunningCluster.start();
  proxy = await ConnectionProxy.before(world.cluster.address);
});
afterAll(async () => {
  await proxy.close();
  await world.close();
});

/** A client whose way to the scheduler can be cut. */
const throughProxy = (options: { readonly reconnectMs?: number } = {}): Promise<Executor> =>
  Executor.connect(world.cluster.address, { secret: world.cluster.secret, logger: silentLogger, ...options });

const inc = (x: number): number => x + 1;

it('a cut connection is dialled again, and all goes on', async () => {
  const executor = await throughProxy();
  try {
    const impure = executor.with({ pure: false });
    const before = impure.submit(() => new Float64Array(1000).fill(5));
    await wait([before]);
    const running = impure.submit(async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return 'ran once';
    });
    proxy.cut();
    // What is asked for meanwhile waits.
    const meanwhile = impure.map(inc, [1, 2, 3]);
    const dependent = impure.submit((xs: Float64Array) => xs[999], before);
    const info = executor.schedulerInfo();
    const event = executor.logEvent('while away', 1);
    proxy.mend();
    expect(await executor.gather(meanwhile)).toEqual([2, 3, 4]);
    expect(await dependent.result()).toBe(5);
    expect(await running.result()).toBe('ran once');
    expect((await info).workers).toHaveLength(2);
    await event;
    expect((await executor.getEvents('while away'))['while away']).toHaveLength(1);
    expect(before.status).toBe('finished');
  } finally {
    await executor.close();
  }
});

it('many small cuts in a flood of tasks lose and double nothing', async () => {
  const executor = await throughProxy();
  try {
    const counted = executor.with({ pure: false });
    const futures: Future<number>[] = [];
    for (let round = 0; round < 8; round++) {
      futures.push(
        ...counted.map(
          inc,
          Array.from({ length: 500 }, (_, i) => i + round * 500),
        ),
      );
      const before = proxy.connections;
      proxy.reset();
      await until(() => proxy.connections > before);
    }
    expect(await executor.gather(futures)).toEqual(Array.from({ length: 4000 }, (_, i) => i + 1));
    const { clients } = await executor.schedulerInfo();
    expect(clients.map(({ tasks }) => tasks)).toContain(4000);
  } finally {
    await executor.close();
  }
});

it('a connection that stays away loses its futures, each with a typed error; the executor begins anew', async () => {
  const executor = await throughProxy({ reconnectMs: 300 });
  try {
    const future = executor.with({ pure: false }).submit(() => new Promise<void>(() => undefined));
    await executor.schedulerInfo();
    const waiting = failure(future);
    const gathering = executor.gather([future]).catch((error: unknown) => error);
    const asking = executor.getMetadata('nothing', 0).then(
      () => 'answered before',
      (error: unknown) => error,
    );
    proxy.cut();
    const calling = executor.whoHas().catch((error: unknown) => error);
    for (const outcome of [waiting, gathering, calling]) expect(await outcome).toBeInstanceOf(FutureLostError);
    await asking;
    expect(future.status).toBe('lost');
    proxy.mend();
    expect(await executor.submit(inc, 1).result()).toBe(2);
    expect(() => executor.submit((x: unknown) => x, future)).toThrow(FutureLostError);
    // What the lost session held is let go of after its grace.
    const { clients } = await executor.schedulerInfo();
    expect(clients.length).toBeGreaterThanOrEqual(1);
    future.cancel();
  } finally {
    await executor.close();
  }
});

it('garbage harms the connection that it came by, and no other', async () => {
  const future = world.impure.submit(inc, 1);
  const upgrade = [
    'GET / HTTP/1.1',
    'Host: localhost',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n');
  for (const bytes of [
    randomBytes(4096),
    Buffer.from(upgrade),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.alloc(1 << 16),
  ]) {
    const socket = connect(world.cluster.address.slice('unix://'.length));
    socket.on('error', () => undefined); // Being hung up on is what it is about.
    await once(socket, 'connect');
    socket.resume();
    socket.write(bytes);
    await once(socket, 'close');
  }
  expect(await future.result()).toBe(2);
  expect(await world.impure.submit(inc, 2).result()).toBe(3);
});
