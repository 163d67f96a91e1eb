/** What every adapter of comms must do. The in-process one is the reference. */
import { formatAddress, type Address } from '../address.js';
import { Secret } from '../credentials.js';
import { VirtualClock } from '../shared/clock.js';
import { deferred } from '../shared/deferred.js';
import { silentLogger } from '../shared/logger.js';
import { socketFolder } from '../socket-folder.js';
import { AuthenticationError, ConnectError, ListenError } from '../transport-errors.js';
import { TEST_CERTIFICATE, TEST_KEY } from './certificate.test.support.js';
import type { CloseReason, Comm } from './comm.js';
import { connect, type ConnectOptions } from './connect.js';
import type { InProcessComm } from './in-process.js';
import { listen, type Listener, type ListenOptions, type PeerHello } from './listen.js';
import { RawClient } from './raw-client.test.support.js';

const secret = Secret.random();
const tls = { cert: TEST_CERTIFICATE, key: TEST_KEY };
const opened: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

async function start(
  address: string,
  options: Partial<ListenOptions> = {},
): Promise<{ listener: Listener; accepted: Promise<[Comm, PeerHello]> }> {
  const accepted = deferred<[Comm, PeerHello]>();
  const listener = await listen({
    address,
    secret,
    role: 'scheduler',
    tls,
    logger: silentLogger,
    onChannelPeer: (comm, hello) => accepted.resolve([comm, hello]),
    ...options,
  });
  opened.push(listener);
  return { listener, accepted: accepted.promise };
}

async function pair(
  address: string,
  serverOptions: Partial<ListenOptions> = {},
  clientOptions: Partial<ConnectOptions> = {},
) {
  const { listener, accepted } = await start(address, serverOptions);
  const client = await connect(listener.contactAddress, { secret, role: 'worker', ...clientOptions });
  const [server, hello] = await accepted;
  return { listener, client, server, hello };
}

function ending(comm: Comm): Promise<CloseReason> {
  return new Promise((resolve) => (comm.onclose = resolve));
}

/** The next `count` frames. */
function frames(comm: Comm, count: number): Promise<Uint8Array[]> {
  return new Promise((resolve) => {
    const got: Uint8Array[] = [];
    comm.onframe = (frame) => {
      got.push(frame);
      if (got.length === count) resolve(got);
    };
  });
}

const numbered = (index: number, length = 4) => new Uint8Array(length).fill(index);
const plain = (list: readonly Uint8Array[]) => list.map((frame) => [...frame]);

/** A peer that is connected and never reads. */
async function deafPeer(address: Address): Promise<() => void> {
  if (address.kind === 'inproc') {
    const comm = await connect(address, { secret, role: 'worker' });
    (comm as InProcessComm).stall(true);
    return () => comm.close();
  }
  const raw = new RawClient(address);
  const answer = await raw.upgrade();
  raw.message(secret.clientProof(raw.facts(answer)));
  raw.socket.pause();
  return () => raw.socket.destroy();
}

describe.each([
  ['in-process', 'inproc://compliance'],
  ['websocket over tcp', '127.0.0.1:0'],
  ['websocket over tls', 'wss://127.0.0.1:0'],
  ['websocket over a unix socket', `unix://${socketFolder()}/compliance-${process.pid}`],
])('a comm: %s', (_kind, address) => {
  test('carries whole frames of any size in order, in both directions', async () => {
    const { client, server } = await pair(address);
    const sent = [
      numbered(1),
      new Uint8Array(0),
      numbered(2, 200),
      numbered(3, 70_000),
      numbered(4, 3_000_000),
      numbered(5, 1),
    ];
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const arrived = frames(to, sent.length);
      for (const frame of sent) from.send(frame);
      const got = await arrived;
      expect(got.map((frame, index) => Buffer.compare(frame, sent[index] as Uint8Array))).toEqual(sent.map(() => 0));
    }
  });

  test('keeps frames that come before somebody listens, also while nobody listens in between', async () => {
    const { client, server } = await pair(address);
    for (let index = 0; index < 5; index++) client.send(numbered(index));
    const got: Uint8Array[] = [];
    await new Promise<void>((resolve) => {
      const one = (frame: Uint8Array) => {
        got.push(frame);
        server.onframe = undefined;
        if (got.length === 5) resolve();
        else setImmediate(() => (server.onframe = one));
      };
      server.onframe = one;
    });
    expect(plain(got)).toEqual([0, 1, 2, 3, 4].map((index) => [...numbered(index)]));
  });

  test('gives bytes that later frames do not overwrite', async () => {
    const { client, server } = await pair(address);
    const arrived = frames(server, 300);
    for (let index = 0; index < 300; index++) client.send(numbered(index, 1 + (index % 7) * 400));
    const got = await arrived;
    expect(got.every((frame, index) => frame.every((byte) => byte === (index & 255)))).toBe(true);
  });

  test('says who the peer is', async () => {
    const { client, server, hello, listener } = await pair(address);
    expect(client.peer).toMatchObject({
      role: 'scheduler',
      address: formatAddress(listener.contactAddress),
      local: true,
    });
    expect(server.peer).toMatchObject({ role: 'worker', local: true, coveyVersion: client.peer.coveyVersion });
    expect(hello).toMatchObject({ role: 'worker', local: true });
  });

  test('delivers what was queued, then ends on both sides, once, and not within close', async () => {
    const { client, server } = await pair(address);
    const arrived = frames(server, 2);
    const endings: string[] = [];
    const [here, there] = [ending(client), ending(server)];
    client.send(numbered(1, 1_000_000));
    client.send(numbered(2));
    client.close('closed', 'enough');
    endings.push('close returned');
    void here.then(() => endings.push('ended'));
    expect(client.closed).toBe(true);
    client.close();
    client.send(numbered(3));
    expect((await arrived).map((frame) => frame.length)).toEqual([1_000_000, 4]);
    expect(await there).toEqual({ code: 'closed', message: 'enough' });
    expect(await here).toMatchObject({ code: 'closed', message: 'enough' });
    expect(server.closed).toBe(true);
    server.send(numbered(9));
    server.close();
    expect(endings).toEqual(['close returned', 'ended']);
  });

  test('tells its end to whoever listens later', async () => {
    const { client, server } = await pair(address);
    const there = ending(server);
    client.close('protocol', 'bad frame');
    expect(await there).toEqual({ code: 'protocol', message: 'bad frame' });
    expect(await ending(client)).toMatchObject({ code: 'protocol' });
  });

  test('refuses a frame above the limit and harms no other comm', async () => {
    const { client, server, listener } = await pair(address, { limits: { maxFrameBytes: 1000 } });
    const [here, there] = [ending(client), ending(server)];
    client.send(numbered(1, 1001));
    expect((await there).code).toBe('oversized');
    expect((await here).code).toBe('oversized');
    const again = await connect(listener.contactAddress, { secret, role: 'worker' });
    expect(again.closed).toBe(false);
    again.close();
  });

  test('disconnects a peer that does not read, at the limit of bytes', async () => {
    const { listener, accepted } = await start(address, { limits: { maxBufferedBytes: 2_000_000 } });
    const hangUp = await deafPeer(listener.contactAddress);
    const [server] = await accepted;
    const end = ending(server);
    let sent = 0;
    while (!server.closed && sent < 1000) {
      server.send(numbered(1, 100_000));
      sent++;
    }
    expect(server.closed).toBe(true);
    expect((await end).code).toBe('slow-peer');
    hangUp();
  });

  test('outlives the time that unauthenticated connections have', async () => {
    const clock = new VirtualClock();
    const { client, server } = await pair(address, { clock });
    clock.advance(1e6);
    const arrived = frames(client, 1);
    server.send(numbered(7));
    expect(plain(await arrived)).toEqual([[7, 7, 7, 7]]);
    expect(clock.pending).toBe(0);
  });

  test('a peer with another secret is an authentication error on both sides', async () => {
    const rejected = deferred<Error>();
    const { listener } = await start(address, { onrejected: (error) => rejected.resolve(error) });
    const attempt = connect(listener.contactAddress, { secret: Secret.random(), role: 'worker' });
    await expect(attempt).rejects.toThrow(AuthenticationError);
    expect(await rejected.promise).toBeInstanceOf(AuthenticationError);
  });

  test('an aborted attempt to connect throws the reason', async () => {
    const { listener } = await start(address);
    const reason = new Error('changed my mind');
    await expect(
      connect(listener.contactAddress, { secret, role: 'worker', signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });

  test('a listener that closes ends its comms, frees its address, and is forgotten', async () => {
    const { client, listener } = await pair(address);
    const end = ending(client);
    await Promise.all([listener.close(), listener.close()]);
    expect(await end).toMatchObject({ code: 'closed', message: 'the listener closed' });
    await expect(connect(listener.address, { secret, role: 'worker' })).rejects.toThrow(ConnectError);
    await (await start(formatAddress(listener.address))).listener.close();
  });

  test('an address in use is an error that says so', async () => {
    const { listener } = await start(address);
    const second = start(formatAddress(listener.address));
    await expect(second).rejects.toThrow(ListenError);
    await expect(second).rejects.toThrow('in use');
  });
});
