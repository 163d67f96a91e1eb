import { Secret } from '../credentials.js';
import { CoveyError, ProtocolError } from '../errors.js';
import {
  AuthenticationError,
  BackpressureError,
  CallTimeoutError,
  ConnectError,
  ConnectionClosedError,
  RemoteCallError,
} from '../transport-errors.js';
import type { Channel } from './channel.js';
import type { ChannelCloseReason } from './channel-options.js';
import { silentLogger } from '../shared/logger.js';
import { sendHello } from './control.js';
import { World } from './world.test.support.js';

let world: World;

beforeEach(() => {
  world = new World();
});

/** Records what happens to a channel. */
function watch(channel: Channel | undefined) {
  const events: string[] = [];
  const seen: { reason?: ChannelCloseReason; events: string[] } = { events };
  if (channel === undefined) throw new Error('there is no such channel');
  channel.ondisconnect = () => events.push('disconnect');
  channel.onreconnect = () => events.push('reconnect');
  channel.onclose = (reason) => {
    events.push('close');
    seen.reason = reason;
  };
  return seen;
}

describe('a session', () => {
  test('tells both sides of a loss and of its resumption', async () => {
    await world.listen();
    const client = await world.open();
    const [here, there] = [watch(client), watch(world.serverChannels[0])];
    world.cut();
    await world.pass(1000);
    expect([here.events, there.events]).toEqual([
      ['disconnect', 'reconnect'],
      ['disconnect', 'reconnect'],
    ]);
    expect(client.connected).toBe(true);
  });

  test('goes on over a new connection after code was ended by force, and nobody is told of a loss', async () => {
    const host = { enter: () => undefined, leave: () => undefined, repairs: new Set<() => void>() };
    const holder = globalThis as { [key: symbol]: unknown };
    await world.listen();
    holder[Symbol.for('covey.critical')] = host;
    try {
      const client = await world.open();
      const here = watch(client);
      for (const repair of [...host.repairs]) repair();
      expect(client.connected).toBe(false);
      await world.pass(1000);
      expect(here.events).toEqual(['reconnect']);
    } finally {
      Reflect.deleteProperty(holder, Symbol.for('covey.critical'));
    }
  });

  test('carries what is in no hurry with the next batch, or by itself some milliseconds later', async () => {
    await world.listen();
    const client = await world.open();
    const batches: unknown[][] = [];
    (world.serverChannels[0] as Channel).onbatch = (batch) => batches.push(batch);
    client.writeLater().push('later');
    await world.run();
    expect(batches).toEqual([]);
    client.write().push('now');
    await world.run();
    expect(batches).toEqual([['later', 'now']]);
    client.writeLater().push('alone');
    await world.pass(20);
    expect(batches.slice(1)).toEqual([['alone']]);
  });

  test('is lost when the server has begun anew, and its owner is told so', async () => {
    await world.listen();
    const client = await world.open();
    const here = watch(client);
    const call = client.call('never');
    call.catch(() => undefined);
    const old = world.server;
    await world.listener.close();
    await world.listen();
    await world.pass(5000);
    expect(here.reason?.code).toBe('session-lost');
    await expect(call).rejects.toThrow(ConnectionClosedError);
    await expect(client.call('more')).rejects.toThrow(ConnectionClosedError);
    client.write().push(1);
    const closing = old.close();
    await world.run();
    await closing;
    expect(world.clock.pending).toBe(0);
  });

  test('ends on the server when the peer does not come back within its grace', async () => {
    await world.listen({ graceMs: (role) => (role === 'worker' ? 2000 : 9) });
    const client = await world.open({ reconnect: { graceMs: 0 } });
    const [here, there] = [watch(client), watch(world.serverChannels[0])];
    world.cut();
    await world.pass(1999);
    expect(here.reason?.code).toBe('grace-ended');
    expect(there.events).toEqual(['disconnect']);
    await world.pass(1);
    expect(there.reason).toMatchObject({ code: 'grace-ended', message: 'the worker did not come back within 2000 ms' });
  });

  test('ends on the client when nobody answers within its grace', async () => {
    await world.listen();
    const client = await world.open({ reconnect: { graceMs: 3000 } });
    const here = watch(client);
    world.cut();
    await world.listener.close();
    await world.pass(60_000);
    expect(here.events).toEqual(['disconnect', 'close']);
    expect(here.reason).toMatchObject({ code: 'grace-ended' });
    expect(here.reason?.message).toContain('inproc://world was not reached again within 3000 ms');
    expect(world.clock.pending).toBe(0);
  });

  test('is refused for good when the secret has changed behind the address', async () => {
    await world.listen();
    const client = await world.open();
    const here = watch(client);
    await world.listener.close();
    await world.listen({}, Secret.random());
    await world.pass(5000);
    expect(here.reason?.code).toBe('refused');
    expect(here.reason?.error).toBeInstanceOf(AuthenticationError);
  });

  test('is taken over by the peer that dials again before the server noticed the loss', async () => {
    await world.listen({ keepalive: () => ({ intervalMs: 1e9 }) });
    const client = await world.open();
    const there = watch(world.serverChannels[0]);
    const [clientEnd, serverEnd] = world.network.comms;
    // Only the client's half breaks: the server's end hears nothing of it.
    if (serverEnd !== undefined) serverEnd.close = () => undefined;
    clientEnd?.close('dead-peer');
    client.write().push('after');
    const got: unknown[] = [];
    const server = world.serverChannels[0];
    if (server !== undefined) server.onbatch = (batch) => got.push(...batch);
    await world.pass(1000);
    expect(got).toEqual(['after']);
    expect(there.events.at(-1)).toBe('reconnect');
  });

  test('begins once though the first welcome was lost on the way', async () => {
    await world.listen();
    const opening = world.dial({ waitMs: 10_000 });
    while (world.serverChannels.length === 0) await world.step();
    world.cut();
    await world.pass(3000);
    const { channel } = await opening;
    expect(world.serverChannels).toHaveLength(1);
    expect(channel.connected).toBe(true);
  });

  test("is refused by the server with the server's own error", async () => {
    await world.listen({
      onhello: () => {
        throw new CoveyError('this cluster is full', { data: { limit: 3 } });
      },
    });
    const opening = world.dial({ waitMs: 60_000 });
    await world.run();
    await expect(opening).rejects.toThrow('this cluster is full');
    await expect(opening).rejects.toMatchObject({ data: { limit: 3 } });
    expect(world.network.comms).toEqual([]);
  });

  test('can wait for a server that is not there yet, and fails at once when told not to', async () => {
    await expect(world.dial()).rejects.toThrow(ConnectError);
    const opening = world.dial({ waitMs: 10_000 });
    await world.pass(500);
    await world.listen();
    await world.pass(1000);
    expect((await opening).channel.connected).toBe(true);
  });

  test('tells once when nobody answers for long', async () => {
    const warn = jest.fn();
    const opening = world.dial({ waitMs: 30_000, logger: { ...silentLogger, warn } });
    await world.pass(4000);
    expect(warn).not.toHaveBeenCalled();
    await world.pass(20_000);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/nobody answers yet; trying for another 2\d s$/), expect.anything()],
    ]);
    await world.listen();
    await world.pass(6000);
    expect((await opening).channel.connected).toBe(true);
  });

  test('is given up when the caller aborts the opening', async () => {
    const abort = new AbortController();
    const opening = world.dial({ waitMs: 1e9, signal: abort.signal });
    await world.pass(500);
    abort.abort(new Error('no longer wanted'));
    await world.run();
    await expect(opening).rejects.toThrow('no longer wanted');
    expect(world.clock.pending).toBe(0);
  });

  test('of another role cannot be taken', async () => {
    await world.listen();
    const client = await world.open();
    const thief = await world.network.connect(
      { kind: 'inproc', name: 'world' },
      { secret: world.secret, role: 'client' },
    );
    sendHello(thief, { session: client.sessionId, resume: true, received: 0, facts: {} });
    let end = '';
    thief.onclose = ({ code }) => (end = code);
    await world.run();
    expect(end).toBe('protocol');
    expect(client.connected).toBe(true);
  });
});

describe('what goes wrong within a session', () => {
  test.each([
    ['an empty frame', []],
    ['a frame with half a header', [0, 0, 0]],
    ['an unknown kind', [9, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['an acknowledgement of frames that were never sent', [3, 0, 0, 0, 0, 0, 0, 0, 9]],
    ['a frame too far ahead', [0, 0, 0, 0, 5, 0, 0, 0, 0, 0x90]],
    ['something that is no list', [0, 0, 0, 0, 1, 0, 0, 0, 0, 0x80]],
    ['garbage', [0, 0, 0, 0, 1, 0, 0, 0, 0, 0xc1, 7, 7]],
    ['a list that promises a billion values', [0, 0, 0, 0, 1, 0, 0, 0, 0, 0xdd, 0x3b, 0x9a, 0xca, 0]],
    ['an unknown call operation', [1, 0, 0, 0, 1, 0, 0, 0, 0, 0x92, 7, 7]],
  ])('%s ends the session with a reason on both sides, and no other', async (_name, bytes) => {
    await world.listen();
    const [client, other] = [await world.open(), await world.open()];
    const [here, there] = [watch(client), watch(world.serverChannels[0])];
    world.network.comms[0]?.send(Uint8Array.from(bytes));
    await world.run();
    expect(there.reason).toMatchObject({ code: 'protocol-error', error: expect.any(ProtocolError) });
    expect(here.reason?.code).toBe('protocol-error');
    expect(other.connected).toBe(true);
  });

  test('a handler that finds a message wrong ends the session; one that fails otherwise says so', async () => {
    await world.listen();
    for (const [thrown, code] of [
      [new ProtocolError('task 7 was never announced'), 'protocol-error'],
      [new TypeError('oops'), 'internal-error'],
    ] as const) {
      const client = await world.open();
      const here = watch(client);
      const server = world.serverChannels.at(-1);
      if (server !== undefined) {
        server.onbatch = () => {
          throw thrown;
        };
      }
      client.write().push(1);
      await world.run();
      expect(here.reason?.code).toBe(code);
      expect(here.reason?.message).toContain(thrown.message);
    }
  });

  test('a value that has no form on the wire ends the session instead of the process', async () => {
    await world.listen();
    const client = await world.open();
    const here = watch(client);
    client.write().push(() => 1, Symbol('x'));
    client.write().push(10n ** 30n);
    await world.run();
    expect(here.reason?.code === 'internal-error' || here.reason?.code === 'protocol-error').toBe(true);
  });

  test('a peer that takes nothing in ends the session at the limit, and callers of drained hear of it', async () => {
    await world.listen();
    const client = await world.open({ maxUnacknowledgedBytes: 10_000 });
    const here = watch(client);
    world.cut();
    await world.run();
    client.write().push('x'.repeat(5000));
    const drained = client.drained();
    drained.catch(() => undefined);
    const fully = client.drained(0);
    fully.catch(() => undefined);
    await drained;
    client.write().push('x'.repeat(6000));
    await world.run();
    expect(here.reason).toMatchObject({ code: 'overflow', error: expect.any(BackpressureError) });
    await expect(fully).rejects.toThrow(ConnectionClosedError);
    expect(client.unacknowledgedBytes).toBe(0);
  });

  test('a silent peer is pinged, and given up when it stays silent', async () => {
    await world.listen();
    const client = await world.open({ keepalive: { intervalMs: 1000, deadAfterMs: 3000 }, reconnect: { graceMs: 0 } });
    const here = watch(client);
    await world.pass(20_000);
    expect(here.events).toEqual([]);
    const [, serverEnd] = world.network.comms;
    (serverEnd as unknown as { stall(stalled: boolean): void }).stall(true);
    await world.pass(5000);
    expect(here.events).toEqual(['disconnect', 'close']);
  });

  test('a client that reads nothing for an hour is not given up: its user’s code runs on the thread that would', async () => {
    await world.listen();
    const client = await world.open({
      role: 'client',
      keepalive: { intervalMs: 1e9 },
      reconnect: { graceMs: 0 },
    });
    const here = watch(client);
    const [clientEnd] = world.network.comms;
    const stall = (stalled: boolean) => (clientEnd as unknown as { stall(stalled: boolean): void }).stall(stalled);
    stall(true);
    await world.pass(3_600_000);
    stall(false);
    await world.run();
    expect(here.events).toEqual([]);
  });

  test('a process that was busy for long does not give up a peer that it had no time to hear', async () => {
    await world.listen();
    const client = await world.open({ keepalive: { intervalMs: 1000, deadAfterMs: 3000 } });
    const here = watch(client);
    // Each turn of a busy process lasts longer than the limit: its timers fire late, one each turn, and then its sockets are read.
    for (let turn = 0; turn < 10; turn++) {
      world.clock.advance(0);
      world.clock.step();
      await world.run();
    }
    expect(here.events).toEqual([]);
  });
});

describe('calls', () => {
  test('bring back errors as what they were, where the class is known', async () => {
    await world.listen({
      onchannel: (channel) => {
        channel.handle = (method) => {
          if (method === 'known') throw new BackpressureError('slow down', { data: [1, 2] });
          if (method === 'plain') throw new RangeError('too far');

          throw 'just text';
        };
      },
    });
    const client = await world.open();
    const calls = ['known', 'plain', 'text'].map((method) => client.call(method).catch((error: unknown) => error));
    await world.run();
    const [known, plain, text] = await Promise.all(calls);
    expect(known).toBeInstanceOf(BackpressureError);
    expect(known).toMatchObject({ message: 'slow down', data: [1, 2] });
    expect(plain).toBeInstanceOf(RemoteCallError);
    expect(plain).toMatchObject({ message: 'too far', remoteName: 'RangeError', remoteCode: null });
    expect(text).toMatchObject({ message: 'just text' });
  });

  test('are cancelled at the peer when the caller aborts or has waited long enough', async () => {
    const signals: AbortSignal[] = [];
    await world.listen({
      onchannel: (channel) => {
        channel.handle = (_method, _params, { signal }) => {
          signals.push(signal);
          return new Promise(() => undefined);
        };
      },
    });
    const client = await world.open();
    const abort = new AbortController();
    const first = client.call('one', null, { signal: abort.signal }).catch((error: unknown) => error);
    const second = client.call('two', null, { timeoutMs: 500 }).catch((error: unknown) => error);
    await world.run();
    expect(signals.map((signal) => signal.aborted)).toEqual([false, false]);
    abort.abort(new Error('enough'));
    await world.pass(500);
    expect(await first).toEqual(new Error('enough'));
    expect(await second).toBeInstanceOf(CallTimeoutError);
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true]);
    await expect(client.call('three', null, { signal: abort.signal })).rejects.toThrow('enough');
  });

  test('keep their place among batches', async () => {
    const order: unknown[] = [];
    await world.listen({
      onchannel: (channel) => {
        channel.onbatch = (batch) => order.push(...batch);
        channel.handle = (method) => void order.push(method);
      },
    });
    const client = await world.open();
    client.write().push('a');
    const calls = [client.call('b'), client.call('c')];
    client.write().push('d');
    calls.push(client.call('e'));
    await world.run();
    await Promise.all(calls);
    expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

test('long batches are cut between messages, by values and by weight', async () => {
  const lengths: number[] = [];
  await world.listen({ onchannel: (channel) => (channel.onbatch = (batch) => lengths.push(batch.length)) });
  const client = await world.open({ frameBytes: 10_000 });
  for (let index = 0; index < 20_000; index++) client.write().push(1, index, 'abc');
  await world.run();
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(60_000);
  expect(lengths.length).toBeGreaterThan(10);
  expect(lengths.every((length) => length % 3 === 0)).toBe(true);
  lengths.length = 0;
  for (let index = 0; index < 4; index++) {
    client.write().push(1, new Uint8Array(6000));
    client.weigh(6000);
  }
  await world.run();
  expect(lengths).toEqual([4, 4]);
});

test('frames of one direction only are acknowledged too', async () => {
  await world.listen();
  const client = await world.open();
  client.write().push('x'.repeat(100));
  await world.run();
  expect(client.unacknowledgedBytes).toBeGreaterThan(0);
  await world.pass(100);
  expect(client.unacknowledgedBytes).toBe(0);
});
