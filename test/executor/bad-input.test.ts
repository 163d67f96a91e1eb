/** Bad input: a clear, typed error in the right place, and the rest goes on. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import {
  AddressError,
  AuthenticationError,
  CallArgumentError,
  ClusterNotFoundError,
  ConnectError,
  CyclicGraphError,
  DatasetError,
  Executor,
  FutureReleasedError,
  KeyConflictError,
  KeyUsedError,
  ListenError,
  LocalCluster,
  ref,
  RunOnWorkersError,
  Secret,
  SecretError,
  silentLogger,
  task,
  UnknownKeyError,
  UnknownWorkerError,
  UsageError,
  wait,
  WaitTimeoutError,
} from 'covey';
import { failure, RunningCluster } from '../support/running-cluster.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start();
});
afterEach(async () => {
  // Whatever was wrong, the others go on.
  expect(await world.impure.submit((x: number) => x + 1, 1).result()).toBe(2);
});
afterAll(() => world.close());

const inc = (x: number): number => x + 1;

describe('connecting', () => {
  const connect = (address: string, secret = world.cluster.secret) =>
    Executor.connect(address, { secret, logger: silentLogger, timeoutMs: 500 });

  it.each([
    ['an address where nobody listens', 'ws://127.0.0.1:1', ConnectError, /nobody listens/],
    ['a socket that is not there', 'unix:///tmp/covey-no-such-socket', ConnectError, /no such socket/],
    ['a host that is not known', 'ws://no-such-host.invalid:8786', ConnectError, /host name is not known/],
    ['a scheme that is not known', 'http://127.0.0.1:8786', AddressError, /unknown scheme 'http'/],
    ['a port that is no number', 'ws://127.0.0.1:http', AddressError, /is not an address/],
  ])('to %s', async (_, address, kind, message) => {
    const error = await connect(address).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
  });

  it('with the wrong secret, or with none', async () => {
    await expect(connect(world.cluster.address, Secret.random())).rejects.toThrow(AuthenticationError);
    await expect(Executor.connect(world.cluster.address, { logger: silentLogger })).rejects.toThrow(SecretError);
  });

  it('to a name under which nothing runs', async () => {
    const error = (await Executor.connect('no-such-cluster').catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(ClusterNotFoundError);
    expect(error.message).toContain('covey clusters start no-such-cluster');
  });

  it('to something else than a scheduler, or that never answers', async () => {
    for (const answer of ['SSH-2.0-OpenSSH_9.6\r\n', undefined]) {
      const server = createServer((socket) => {
        socket.on('error', () => undefined); // Hung up on.
        if (answer !== undefined) socket.end(answer);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      await expect(connect(`ws://127.0.0.1:${port}`)).rejects.toThrow(ConnectError);
      server.close();
    }
  });

  it('starting a cluster on a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const starting = LocalCluster.create({ workers: 1, protocol: 'ws', port, logger: silentLogger });
    await expect(starting).rejects.toThrow(ListenError);
    server.close();
  });
});

describe('keys and futures', () => {
  it('a key with another definition', async () => {
    const first = world.executor.with({ key: 'taken' }).submit(inc, 1);
    await first.result();
    const error = await (async () => world.executor.with({ key: 'taken' }).submit(inc, 2).result())().catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(KeyConflictError);
    expect((error as Error).message).toContain("'taken'");
    expect(await world.executor.with({ key: 'taken' }).submit(inc, 1).result()).toBe(2);
    expect(await first.result()).toBe(2);
  });

  it('a view whose key is used twice', async () => {
    const view = world.executor.with({ key: 'once' });
    const first = view.submit(inc, 1);
    expect(() => view.submit(inc, 1)).toThrow(KeyUsedError);
    expect(await first.result()).toBe(2);
  });

  it('a released future, wherever it is used', async () => {
    const future = world.executor.submit(inc, 1);
    future.release();
    await expect(future.result()).rejects.toThrow(FutureReleasedError);
    await expect(world.executor.gather([future])).rejects.toThrow(FutureReleasedError);
    expect(() => world.executor.submit(inc, future)).toThrow(FutureReleasedError);
    expect(() => future.cancel()).toThrow(FutureReleasedError);
    expect(future.status).toBe('released');
    future.release();
  });

  it('options that no task can have', async () => {
    const before = world.executor.submit(() => 'kept');
    const functions = { ['n'.repeat(9000)]: () => 1 };
    for (const options of [{ key: 'k'.repeat(5000) }, { workers: [5] }, { resources: 5 }, { retries: 1e12 }]) {
      expect(() => world.executor.with(options as never)).toThrow(UsageError);
    }
    expect(() => world.executor.with({ key: 'k'.repeat(4095) }).map(inc, [1])).toThrow(UsageError);
    expect(await world.executor.submit(Object.values(functions)[0]!).result()).toBe(1);
    expect(await before.result()).toBe('kept');
  });

  it('results and errors of classes with endless names', async () => {
    const long = 'N'.repeat(5000);
    const makeNamed = (name: string): unknown => new { [name]: class {} }[name]!();
    const named = world.impure.submit(makeNamed, long);
    await wait([named]);
    expect(named.type).toHaveLength(999);
    const thrown = world.impure.submit((name: string) => {
      throw Object.assign(new Error('still here'), { name });
    }, long);
    await expect(thrown.result()).rejects.toThrow('still here');
  });

  it('keys of the greatest length, wherever they are used', async () => {
    const key = 'k'.repeat(4096);
    const future = world.executor.with({ key }).submit(inc, 1);
    expect(await future.result()).toBe(2);
    expect(await world.executor.futureOf(key).result()).toBe(2);
    expect((await world.executor.story(key)).length).toBeGreaterThan(0);
    expect(Object.keys(await world.executor.whoHas(key))).toEqual([key]);
  });

  it('a timeout of more than a month', async () => {
    const view = world.impure.with({ timeout: 1e20 });
    expect(await view.submit(inc, 1).result({ timeoutMs: 1e12 })).toBe(2);
  });

  it('a future of another executor', async () => {
    const other = await world.connect();
    const theirs = other.submit(inc, 1);
    expect(() => world.executor.submit(inc, theirs)).toThrow(UsageError);
    await other.close();
  });

  it('a key that nobody knows', async () => {
    expect(await failure(world.executor.futureOf('nobody submitted this'))).toBeInstanceOf(UnknownKeyError);
    await expect(world.executor.getDataset('no such dataset')).rejects.toThrow(UnknownKeyError);
    await expect(world.executor.getMetadata('no such metadata')).rejects.toThrow(UnknownKeyError);
    await expect(world.executor.unpublishDataset('no such dataset')).rejects.toThrow(DatasetError);
  });
});

describe('graphs', () => {
  it('with a cycle', async () => {
    const graph = { a: task(inc, ref('b')), b: task(inc, ref('c')), c: task(inc, ref('a')), d: task(inc, 1) };
    const error = (await world.executor.get(graph, 'a').catch((thrown: unknown) => thrown)) as CyclicGraphError;
    expect(error).toBeInstanceOf(CyclicGraphError);
    expect(error.message).toContain('a → b → c → a');
    expect(error.cycle).toEqual(['a', 'b', 'c', 'a']);
    expect(await world.executor.get(graph, 'd')).toBe(2);
  });

  it('without a key that is needed, or asked for', async () => {
    await expect(world.executor.get({ a: task(inc, ref('lost')) }, 'a')).rejects.toThrow(
      /no key 'lost', which 'a' needs/,
    );
    await expect(world.executor.get({ a: task(inc, 1) }, 'b' as 'a')).rejects.toThrow(UnknownKeyError);
  });
});

describe('workers and options', () => {
  it('workers that are not there: tasks wait and say why, calls refuse', async () => {
    const future = world.executor.with({ workers: 'nobody' }).submit(inc, 30);
    await expect(future.result({ timeoutMs: 50 })).rejects.toThrow(WaitTimeoutError);
    const [why] = await world.executor.explain(future);
    expect(why).toMatchObject({ state: 'no-worker', because: expect.stringContaining('nobody') as string });
    future.cancel();
    await expect(world.executor.with({ workers: 'nobody' }).run(() => 1)).rejects.toThrow(UnknownWorkerError);
    await expect(world.executor.retireWorkers({ workers: 'nobody' })).rejects.toThrow(UnknownWorkerError);
    await expect(world.executor.waitForWorkers(9, { timeoutMs: 50 })).rejects.toThrow(WaitTimeoutError);
  });

  it.each<[object, string]>([
    [{ priority: 1.5 }, 'priority'],
    [{ retries: -1 }, 'retries'],
    [{ timeout: 0 }, 'timeout'],
    [{ resources: { GPU: -1 } }, 'GPU'],
    [{ workers: [] }, 'workers'],
    [{ key: '' }, 'key'],
  ])('the option %p', (options, name) => {
    expect(() => world.executor.with(options)).toThrow(UsageError);
    expect(() => world.executor.with(options)).toThrow(name);
  });

  it('metadata and events that are not plain data', async () => {
    await expect(world.executor.setMetadata('f', { deep: [() => 1] })).rejects.toThrow(CallArgumentError);
    await expect(world.executor.setMetadata('f', { deep: [() => 1] })).rejects.toThrow('deep[0] is a function');
    await expect(world.executor.logEvent('t', Symbol('s'))).rejects.toThrow(CallArgumentError);
  });

  it('a function that fails when it is run on workers', async () => {
    const error = (await world.executor
      .run(() => {
        throw new TypeError('not here');
      })
      .catch((thrown: unknown) => thrown)) as RunOnWorkersError;
    expect(error).toBeInstanceOf(RunOnWorkersError);
    expect(error.cause).toEqual(new TypeError('not here'));
  });
});
