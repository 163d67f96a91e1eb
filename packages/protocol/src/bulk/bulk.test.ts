import { createHash } from 'node:crypto';
import { TEST_CERTIFICATE, TEST_KEY } from '../comms/certificate.test.support.js';
import { listen, type Listener } from '../comms/listen.js';
import { RawClient } from '../comms/raw-client.test.support.js';
import { Secret } from '../credentials.js';
import { CoveyError } from '../errors.js';
import { deferred } from '../shared/deferred.js';
import { socketFolder } from '../socket-folder.js';
import { ConnectError, ConnectionClosedError } from '../transport-errors.js';
import { BulkClient, type BulkClientOptions } from './bulk-client.js';
import { serveBulk, type BulkServerOptions } from './bulk-server.js';
import type { BulkSource, ValueFrames } from './value-frames.js';

const secret = Secret.random();
const opened: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

async function holder(source: BulkSource, options: BulkServerOptions = {}, address = '127.0.0.1:0'): Promise<Listener> {
  const listener = await listen({
    address,
    secret,
    role: 'worker',
    tls: { cert: TEST_CERTIFICATE, key: TEST_KEY },
    onChannelPeer: (comm) => comm.close(),
    onBulk: serveBulk(source, options),
  });
  opened.push(listener);
  return listener;
}

function fetcher(options: Partial<BulkClientOptions> = {}): BulkClient {
  const client = new BulkClient({ secret, role: 'worker', ...options });
  opened.push(client);
  return client;
}

function pattern(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + seed) & 255;
  return bytes;
}

/** A value as something that compares quickly. */
function plain(value: ValueFrames | undefined) {
  const digest = (bytes: Uint8Array) => `${bytes.length}:${createHash('sha256').update(bytes).digest('hex')}`;
  return value && [digest(value.header), ...value.buffers.map(digest)];
}

const values = new Map<number, ValueFrames>([
  [1, { header: pattern(10), buffers: [] }],
  [2, { header: pattern(300), buffers: [pattern(0), pattern(5), pattern(100_000, 3), pattern(0)] }],
  [3, { header: pattern(0), buffers: [pattern(3_000_000, 4), pattern(16 * 1024 + 1, 9)] }],
  [2 ** 40, { header: pattern(70_000, 8), buffers: [] }],
]);

describe.each([
  ['tcp', '127.0.0.1:0'],
  ['tls', 'wss://127.0.0.1:0'],
  ['unix', `unix://${socketFolder()}/bulk-${process.pid}`],
])('bulk over %s', (_kind, address) => {
  test('brings values as they are, and says what is not there', async () => {
    const { contactAddress } = await holder({ get: (ids) => ids.map((id) => values.get(id)) }, {}, address);
    const client = fetcher();
    const got = await client.fetch(contactAddress, [1, 99, 2, 3, 2 ** 40, 1]);
    expect(got.map(plain)).toEqual([1, 99, 2, 3, 2 ** 40, 1].map((id) => plain(values.get(id))));
    expect(await client.fetch(contactAddress, [])).toEqual([]);
    expect(
      got.flatMap((value) => [value?.header, ...(value?.buffers ?? [])]).some((part) => Buffer.isBuffer(part)),
    ).toBe(false);
    expect(got.flatMap((value) => value?.buffers ?? []).every((buffer) => buffer.byteOffset % 8 === 0)).toBe(true);
  });

  test('large buffers arrive whole, though their end is touched by another thread meanwhile', async () => {
    const sizes = [8 * 2 ** 20, 33 * 2 ** 20 + 5, 1000, 12 * 2 ** 20 - 1];
    const sent = { header: pattern(100), buffers: sizes.map((size, seed) => pattern(size, seed)) };
    const { contactAddress } = await holder({ get: () => [sent] }, {}, address);
    const client = fetcher();
    for (let round = 0; round < 3; round++) {
      const [value] = await client.fetch(contactAddress, [1]);
      expect(plain(value)).toEqual(plain(sent));
    }
  });

  test('uploads values and waits until they are taken', async () => {
    const taken = new Map<number, ValueFrames>();
    const { contactAddress } = await holder(
      { get: () => [], put: (id, value) => void taken.set(id, value) },
      {},
      address,
    );
    const client = fetcher();
    for (const [id, value] of values) await client.put(contactAddress, id, value);
    expect([...taken].map(([id, value]) => [id, plain(value)])).toEqual(
      [...values].map(([id, value]) => [id, plain(value)]),
    );
  });
});

test('destinations and sources may be shared memory, and are used in place', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(9_000_000));
  shared.set(pattern(9_000_000));
  const { contactAddress } = await holder({ get: () => [{ header: pattern(3), buffers: [shared] }] });
  const allocated: Uint8Array[] = [];
  const [value] = await fetcher().fetch(contactAddress, [5], {
    allocate: (bytes) => {
      const buffer = new Uint8Array(new SharedArrayBuffer(bytes));
      allocated.push(buffer);
      return buffer;
    },
  });
  expect(value?.buffers).toEqual(allocated);
  expect(value?.buffers[0]).toBe(allocated[0]);
  expect(Buffer.compare(allocated[0] as Uint8Array, shared)).toBe(0);
});

test('large buffers go in bounded pieces, whatever the size of a piece', async () => {
  const value = { header: pattern(40_000), buffers: [pattern(1_000_003), pattern(16_385)] };
  const { contactAddress } = await holder({ get: () => [value], put: () => undefined }, { pieceBytes: 4097 });
  const client = fetcher({ pieceBytes: 1001 });
  expect((await client.fetch(contactAddress, [1])).map(plain)).toEqual([plain(value)]);
  await client.put(contactAddress, 1, value);
});

test('values that were received do not change when others follow on the same connection', async () => {
  const { contactAddress } = await holder({
    get: ([id = 0]) => [{ header: pattern(50, id), buffers: [pattern(200, id), pattern(90_000, id)] }],
  });
  const client = fetcher({ maxConnectionsPerAddress: 1 });
  const [first] = await client.fetch(contactAddress, [1]);
  for (let id = 2; id < 20; id++) await client.fetch(contactAddress, [id]);
  expect(plain(first)).toEqual(plain({ header: pattern(50, 1), buffers: [pattern(200, 1), pattern(90_000, 1)] }));
});

test('the lease of a value ends when its bytes have left, and when the fetcher vanishes', async () => {
  const released: number[][] = [];
  const release = deferred();
  const { contactAddress } = await holder({
    get: (ids) => ids.map(() => ({ header: pattern(1), buffers: [new Uint8Array(64 * 2 ** 20)] })),
    release: (ids) => {
      released.push([...ids]);
      if (released.length === 2) release.resolve();
    },
  });
  const client = fetcher();
  await client.fetch(contactAddress, [1, 2]);
  const abort = new AbortController();
  const allocate = (bytes: number) => {
    queueMicrotask(() => abort.abort(new Error('enough')));
    return new Uint8Array(bytes);
  };
  await expect(client.fetch(contactAddress, [3], { signal: abort.signal, allocate })).rejects.toThrow('enough');
  await release.promise;
  expect(released).toEqual([[1, 2], [3]]);
});

test("an error of the holder's reaches the fetcher, and the connection goes on", async () => {
  let connections = 0;
  const { contactAddress } = await holder({
    get: ([id]) => {
      if (id === 1) throw new CoveyError('not today');
      return [undefined];
    },
  });
  const client = fetcher({
    maxConnectionsPerAddress: 1,
    random: (length) => (connections++, Buffer.alloc(length, connections)),
  });
  await expect(client.fetch(contactAddress, [1])).rejects.toThrow('not today');
  expect(await client.fetch(contactAddress, [2])).toEqual([undefined]);
  expect(connections).toBe(1);
});

test('a holder that vanishes in the middle of a value is an error that says how far it came', async () => {
  const listener = await listen({
    address: '127.0.0.1:0',
    secret,
    role: 'worker',
    onChannelPeer: (comm) => comm.close(),
    onBulk: (socket) => {
      const directory = Buffer.alloc(16 + 32);
      directory[0] = 1;
      directory.writeUInt32BE(1, 4);
      directory.writeDoubleBE(32, 8);
      directory[16] = 1;
      directory.writeUInt32BE(1, 20);
      directory.writeDoubleBE(7, 24);
      directory.writeDoubleBE(2, 32);
      directory.writeDoubleBE(1_000_000, 40);
      socket.resume();
      socket.end(Buffer.concat([directory, Buffer.alloc(50_000)]));
    },
  });
  opened.push(listener);
  const failure = fetcher().fetch(listener.contactAddress, [7]);
  await expect(failure).rejects.toThrow(ConnectionClosedError);
  await expect(failure).rejects.toThrow('broke after 50048 bytes');
});

test('an uploader that vanishes in the middle leaves nothing behind', async () => {
  const put = jest.fn();
  const gone = deferred();
  const { contactAddress } = await holder({
    get: () => [],
    put,
    allocate: (bytes, { signal }) => {
      signal.addEventListener('abort', () => gone.resolve());
      setImmediate(() => abort.abort(new Error('unplugged')));
      return new Uint8Array(bytes);
    },
  });
  const abort = new AbortController();
  const upload = fetcher().put(
    contactAddress,
    1,
    { header: pattern(5), buffers: [new Uint8Array(64 * 2 ** 20)] },
    { signal: abort.signal },
  );
  await expect(upload).rejects.toThrow('unplugged');
  await gone.promise;
  expect(put).not.toHaveBeenCalled();
});

test('garbage after the handshake is answered with a reason and the end of the connection', async () => {
  const { contactAddress } = await holder({ get: () => [] });
  const raw = new RawClient(contactAddress);
  const answer = await raw.upgrade({ upgrade: 'covey-bulk.v1' });
  raw.socket.write(Buffer.concat([secret.clientProof(raw.facts(answer, 'bulk')), Buffer.alloc(64, 0xee)]));
  await raw.closed;
  expect(raw.received[0]).toBe(3);
  expect(raw.received.toString('latin1')).toContain('ERR_COVEY_PROTOCOL');
});

test('announcements above the limits are refused before anything is allocated', async () => {
  const big = { header: pattern(1), buffers: [pattern(5000)] };
  const { contactAddress } = await holder(
    { get: () => [big], put: () => undefined },
    { limits: { maxBufferBytes: 1000 } },
  );
  const allocate = jest.fn((bytes: number) => new Uint8Array(bytes));
  await expect(fetcher({ limits: { maxBufferBytes: 4999 } }).fetch(contactAddress, [1], { allocate })).rejects.toThrow(
    'a buffer of 5000 bytes is above the limit',
  );
  expect(allocate).not.toHaveBeenCalled();
  await expect(fetcher().put(contactAddress, 1, big)).rejects.toThrow('a buffer of 5000 bytes is above the limit');
});

test('requests beyond the number of connections wait their turn', async () => {
  let now = 0;
  let most = 0;
  const { contactAddress } = await holder({
    get: async (ids) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return ids.map(() => undefined);
    },
  });
  const client = fetcher({ maxConnectionsPerAddress: 3 });
  await Promise.all(Array.from({ length: 20 }, (_, id) => client.fetch(contactAddress, [id])));
  expect(most).toBeLessThanOrEqual(3);
});

test('a process that serves no bulk, or no longer runs, is a clear error', async () => {
  const listener = await listen({
    address: '127.0.0.1:0',
    secret,
    role: 'scheduler',
    onChannelPeer: (comm) => comm.close(),
  });
  const client = fetcher();
  await expect(client.fetch(listener.address, [1])).rejects.toThrow('serves no bulk connections');
  await listener.close();
  await expect(client.fetch(listener.address, [1])).rejects.toThrow(ConnectError);
});

test('an idle connection that its holder closed is replaced without an error', async () => {
  const source = { get: (ids: readonly number[]) => ids.map(() => undefined) };
  const first = await holder(source);
  const client = fetcher();
  await client.fetch(first.contactAddress, [1]);
  await first.close();
  const address = first.address.kind === 'ws' ? `127.0.0.1:${first.address.port}` : '';
  await holder(source, {}, address);
  expect(await client.fetch(address, [1])).toEqual([undefined]);
});
