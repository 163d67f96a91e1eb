import { CallArgumentError } from '@covey/protocol';
import { VirtualClock } from '@covey/protocol/internal';
import type { ClientId, ClientTaskId } from '@covey/protocol/internal';
import { Coordination } from './coordination.js';
import { TaskHold } from './item.js';

/** A settled promise's answer, or 'waiting': everything here settles within microtasks. */
async function now<T>(promise: Promise<T>): Promise<T | 'waiting'> {
  let answer: T | 'waiting' = 'waiting';
  void promise.then((value) => (answer = value));
  for (let i = 0; i < 20; i++) await Promise.resolve();
  return answer;
}

function world() {
  const clock = new VirtualClock();
  const held = new Set<string>();
  const coordination = new Coordination(clock, {
    hold: (client: ClientId, ids: readonly ClientTaskId[]) => {
      if (ids.includes(99 as ClientTaskId)) throw new CallArgumentError('not yours');
      const keys = ids.map((id) => `${client}/${id}`);
      const name = keys.join();
      held.add(name);
      return new TaskHold(keys, () => held.delete(name));
    },
  });
  const client = (id: number) => {
    const call = (kind: string, name: string, op: string, args?: unknown, signal = new AbortController().signal) => {
      const answer = coordination.coordinate({ kind, name, op, args }, { client: id as ClientId, signal });
      answer.catch(() => undefined);
      return answer;
    };
    return { call, gone: () => coordination.forget(id as ClientId) };
  };
  return { clock, coordination, held, alice: client(1), bob: client(2) };
}

const counts = (more: Record<string, number> = {}) => ({
  locks: 0,
  semaphores: 0,
  events: 0,
  queues: 0,
  variables: 0,
  handovers: 0,
  ...more,
});

describe('waiting', () => {
  test('a time-out is an ordinary answer, and zero tries once', async () => {
    const { clock, coordination, alice, bob } = world();
    expect(await alice.call('lock', 'x', 'acquire', { token: 'a' })).toBe(true);
    expect(await bob.call('lock', 'x', 'acquire', { token: 'b', timeoutMs: 0 })).toBe(false);
    const waiting = bob.call('lock', 'x', 'acquire', { token: 'c', timeoutMs: 50 });
    clock.advance(49);
    expect(await now(waiting)).toBe('waiting');
    clock.advance(1);
    expect(await waiting).toBe(false);
    await alice.call('lock', 'x', 'release', { token: 'a' });
    expect(coordination.counts()).toEqual(counts());
    expect(clock.pending).toBe(0);
  });

  test('an aborted call gives its place away', async () => {
    const { alice, bob, coordination } = world();
    const abort = new AbortController();
    await alice.call('lock', 'x', 'acquire', { token: 'a' });
    const waiting = bob.call('lock', 'x', 'acquire', { token: 'b' }, abort.signal);
    const next = alice.call('lock', 'x', 'acquire', { token: 'c' });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_COVEY_COORDINATION' });
    await alice.call('lock', 'x', 'release', { token: 'a' });
    expect(await next).toBe(true);
    await alice.call('lock', 'x', 'release', { token: 'c' });
    expect(coordination.counts()).toEqual(counts());
  });

  test('a client that is gone loses its waits, locks and leases', async () => {
    const { alice, bob, coordination, clock } = world();
    await alice.call('lock', 'x', 'acquire', { token: 'a' });
    await alice.call('semaphore', 's', 'acquire', { token: 'a', maxLeases: 1 });
    const lock = bob.call('lock', 'x', 'acquire', { token: 'b' });
    const lease = bob.call('semaphore', 's', 'acquire', { token: 'b', maxLeases: 1 });
    const item = alice.call('queue', 'q', 'get');
    alice.gone();
    await expect(item).rejects.toThrow('is gone');
    expect([await lock, await lease]).toEqual([true, true]);
    bob.gone();
    expect(coordination.counts()).toEqual(counts());
    expect(clock.pending).toBe(0);
  });
});

describe('locks', () => {
  test('share their names with locks of several', async () => {
    const { alice, bob } = world();
    expect(await alice.call('lock', 'x', 'acquire', { token: 'a' })).toBe(true);
    expect(await alice.call('lock', 'x', 'locked')).toBe(true);
    const both = bob.call('multi-lock', '', 'acquire', { token: 'b', names: ['x', 'y'] });
    expect(await now(both)).toBe('waiting');
    expect(await bob.call('multi-lock', '', 'acquire', { token: 'c', names: ['x', 'y', 'z'], count: 1 })).toEqual([
      'z',
    ]);
    expect(await alice.call('lock', 'x', 'release', { token: 'a' })).toBe(true);
    expect(await both).toEqual(['x', 'y']);
    expect(await bob.call('multi-lock', '', 'release', { token: 'b' })).toBe(true);
    expect(await bob.call('multi-lock', '', 'release', { token: 'b' })).toBe(false);
  });
});

describe('semaphores', () => {
  test('take back leases that are not refreshed', async () => {
    const { alice, bob, clock } = world();
    const args = { maxLeases: 1, leaseTimeoutMs: 100 };
    await alice.call('semaphore', 's', 'acquire', { token: 'a', ...args });
    const next = bob.call('semaphore', 's', 'acquire', { token: 'b', ...args });
    clock.advance(80);
    expect(await alice.call('semaphore', 's', 'refresh', { tokens: ['a'] })).toEqual([]);
    clock.advance(80);
    expect(await now(next)).toBe('waiting');
    clock.advance(20);
    expect(await next).toBe(true);
    expect(await alice.call('semaphore', 's', 'refresh', { tokens: ['a'] })).toEqual(['a']);
    expect(await alice.call('semaphore', 's', 'value')).toBe(1);
    expect(await bob.call('semaphore', 's', 'release', { token: 'b' })).toBe(true);
    expect(await alice.call('semaphore', 's', 'value')).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('are refused another maximum while they are in use, and may change it after', async () => {
    const { alice, bob } = world();
    await alice.call('semaphore', 's', 'acquire', { token: 'a', maxLeases: 1 });
    await expect(bob.call('semaphore', 's', 'acquire', { token: 'b', maxLeases: 2 })).rejects.toThrow(
      'maxLeases 1, not 2',
    );
    await alice.call('semaphore', 's', 'close');
    expect(await bob.call('semaphore', 's', 'acquire', { token: 'b', maxLeases: 2 })).toBe(true);
  });
});

describe('events', () => {
  test('are waited for, set and cleared', async () => {
    const { alice, bob, coordination, clock } = world();
    const [waiting, late] = [bob.call('event', 'e', 'wait'), bob.call('event', 'e', 'wait', { timeoutMs: 10 })];
    clock.advance(10);
    expect(await late).toBe(false);
    await alice.call('event', 'e', 'set');
    expect([await waiting, await bob.call('event', 'e', 'wait'), await bob.call('event', 'e', 'isSet')]).toEqual([
      true,
      true,
      true,
    ]);
    await alice.call('event', 'e', 'clear');
    expect(await bob.call('event', 'e', 'isSet')).toBe(false);
    expect(coordination.counts()).toEqual(counts());
  });
});

describe('queues', () => {
  const value = (n: number) => Uint8Array.of(n);

  test('pass values on, first come, first served', async () => {
    const { alice, bob, coordination } = world();
    const waiting = bob.call('queue', 'q', 'get');
    expect(await alice.call('queue', 'q', 'put', { value: value(1), maxsize: 1 })).toBe(true);
    expect(await waiting).toEqual({ items: [{ value: value(1), keys: [] }], handover: 0 });
    expect(await alice.call('queue', 'q', 'put', { value: value(2) })).toBe(true);
    expect(await alice.call('queue', 'q', 'size')).toBe(1);
    expect(await bob.call('queue', 'q', 'drain')).toEqual({ items: [{ value: value(2), keys: [] }], handover: 0 });
    expect(await bob.call('queue', 'q', 'get', { timeoutMs: 0 })).toBeNull();
    expect(coordination.counts()).toEqual(counts());
  });

  test('can be told that a getter gives up, so that no item is lost on the way to it', async () => {
    const { alice, bob, coordination } = world();
    const waiting = bob.call('queue', 'q', 'get', { token: 't' });
    await expect(bob.call('queue', 'q', 'get', { token: 't' })).rejects.toThrow("the token 't' waits already");
    expect(await alice.call('queue', 'q', 'withdraw', { token: 't' })).toBe(false);
    expect(await bob.call('queue', 'q', 'withdraw', { token: 't' })).toBe(true);
    expect(await waiting).toBeNull();
    expect(await bob.call('queue', 'q', 'withdraw', { token: 't' })).toBe(false);
    expect(coordination.counts()).toEqual(counts());
  });

  test('hold the tasks in their items until who gets them has adopted them', async () => {
    const { alice, bob, held } = world();
    await alice.call('queue', 'q', 'put', { value: value(1), ids: [7, 8] });
    expect([...held]).toEqual(['1/7,1/8']);
    const taken = (await bob.call('queue', 'q', 'get')) as { handover: number };
    expect(taken).toEqual({ items: [{ value: value(1), keys: ['1/7', '1/8'] }], handover: 1 });
    expect(held.size).toBe(1);
    await alice.call('queue', 'q', 'confirm', { handover: taken.handover });
    expect(held.size).toBe(1);
    await bob.call('queue', 'q', 'confirm', { handover: taken.handover });
    expect(held.size).toBe(0);
  });

  test('let go of the tasks of a put that gives up, of a receiver that is gone, and when they are closed', async () => {
    const { alice, bob, held, coordination } = world();
    await alice.call('queue', 'q', 'put', { value: value(1), ids: [1], maxsize: 1 });
    expect(await alice.call('queue', 'q', 'put', { value: value(2), ids: [2], timeoutMs: 0 })).toBe(false);
    expect([...held]).toEqual(['1/1']);
    await bob.call('queue', 'q', 'get');
    bob.gone();
    expect([...held]).toEqual([]);
    await alice.call('queue', 'q', 'put', { value: value(3), ids: [3], maxsize: 1 });
    const blocked = alice.call('queue', 'q', 'put', { value: value(4), ids: [4] });
    await bob.call('queue', 'q', 'close');
    await expect(blocked).rejects.toThrow("the queue 'q' was closed");
    expect([...held]).toEqual([]);
    expect(coordination.counts()).toEqual(counts());
  });

  test('refuse futures that are not the sender’s', async () => {
    const { alice, coordination } = world();
    await expect(alice.call('queue', 'q', 'put', { value: value(1), ids: [99] })).rejects.toThrow('not yours');
    expect(coordination.counts()).toEqual(counts());
  });
});

describe('variables', () => {
  test('are waited for, read by many and handed over without losing a task', async () => {
    const { alice, bob, held, coordination } = world();
    const waiting = bob.call('variable', 'v', 'get');
    await alice.call('variable', 'v', 'set', { value: Uint8Array.of(1), ids: [5] });
    const first = (await waiting) as { handover: number };
    const second = (await bob.call('variable', 'v', 'get')) as { handover: number };
    await alice.call('variable', 'v', 'set', { value: Uint8Array.of(2) });
    expect([...held]).toEqual(['1/5']);
    await bob.call('variable', 'v', 'confirm', { handover: first.handover });
    expect([...held]).toEqual(['1/5']);
    await bob.call('variable', 'v', 'confirm', { handover: second.handover });
    expect([...held]).toEqual([]);
    await alice.call('variable', 'v', 'delete');
    expect(await bob.call('variable', 'v', 'get', { timeoutMs: 0 })).toBeNull();
    expect(coordination.counts()).toEqual(counts());
  });
});

test('a restart drops values and tells who waits', async () => {
  const { alice, bob, held, coordination } = world();
  await alice.call('variable', 'v', 'set', { value: Uint8Array.of(1), ids: [1] });
  await alice.call('queue', 'q', 'put', { value: Uint8Array.of(1), ids: [2], maxsize: 1 });
  const blocked = bob.call('queue', 'q', 'put', { value: Uint8Array.of(1) });
  coordination.clear('restarted');
  await expect(blocked).rejects.toThrow('restarted');
  expect([...held]).toEqual([]);
});

test.each([
  [{ kind: 'lamp', name: 'x', op: 'on' }, "no coordination of the kind 'lamp'"],
  [{ kind: 'lock', name: 'x', op: 'polish' }, "no op 'polish'"],
  [{ kind: 'lock', name: '', op: 'locked' }, "'name' must be text"],
  [{ kind: 'lock', name: 'x', op: 'acquire', args: { token: 'x'.repeat(101) } }, "'token' must be text of 1 to 100"],
  [{ kind: 'lock', name: 'x', op: 'acquire', args: { token: 't', timeoutMs: -1 } }, "'timeoutMs' must be milliseconds"],
  [
    { kind: 'semaphore', name: 'x', op: 'acquire', args: { token: 't', maxLeases: 0 } },
    "'maxLeases' must be a whole number from 1",
  ],
  [{ kind: 'queue', name: 'x', op: 'put', args: { value: 'text' } }, "'value' must be bytes"],
  [{ kind: 'queue', name: 'x', op: 'put', args: 5 }, 'takes a map of arguments'],
  [7, 'takes a map of arguments'],
])('refuses %j', async (params, message) => {
  const { coordination } = world();
  const { signal } = new AbortController();
  await expect(coordination.coordinate(params, { client: 1 as ClientId, signal })).rejects.toThrow(message);
  expect(coordination.counts()).toEqual(counts());
});
