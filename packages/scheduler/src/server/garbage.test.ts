/** Seeded garbage: whatever a peer writes into its batches, its own session may end for it, and nothing else happens. */
import { clientMessages, workerNews } from '@covey/protocol/internal';
import { FakeClient } from './testing/fake-client.js';
import type { FakeWorker } from './testing/fake-worker.js';
import { ServerWorld } from './testing/server-world.js';
import { toBytes } from './testing/fake-worker.js';

/** Ops of messages begin here; those below are the channel's. */
const FIRST_OP = 3;
const ROUNDS = 150;

function generator(seed: number) {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
  const value = (depth = 0): unknown => {
    const kind = below(depth > 2 ? 9 : 12);
    switch (kind) {
      case 0:
        return null;
      case 1:
        return below(2) === 0;
      case 2:
        return pick(['', 'x', 'inc', 'a-key', 'x'.repeat(6000)]);
      case 3:
        return toBytes([below(10)]);
      case 4:
        return pick([-1, 0.5, 1e15, NaN, Infinity, 2 ** 53, -(2 ** 31)]);
      case 9:
        return {
          priority: value(3),
          workers: value(3),
          memory: value(3),
          key: value(3),
          name: value(3),
          message: value(3),
        };
      case 10:
      case 11:
        return Array.from({ length: below(5) }, () => value(depth + 1));
      default:
        return 1 + below(4);
    }
  };
  /** Ops with fields, most of them as many as there should be. */
  const batch = (): unknown[] =>
    Array.from({ length: 1 + below(4) }, () => [
      FIRST_OP + below(14),
      ...Array.from({ length: pick([1, 2, 3, 6, 8]) }, () => value()),
    ]).flat();
  return { batch, below };
}

/** Messages of the right form about things that may not exist: small numbers, so that they often do. */
function nonsense(seed: number) {
  const { below } = generator(seed);
  const id = () => (1 + below(8)) as never;
  const key = () => `k${1 + below(8)}`;
  const ids = () => Array.from({ length: below(4) }, id);
  const flag = () => below(2) === 0;
  const report = () => ({ name: 'Error', message: 'made up', key: key() });
  const client = (out: unknown[]): void => {
    switch (below(8)) {
      case 0:
        return clientMessages.function(out, id(), {
          hash: key(),
          name: 'inc',
          references: 0,
          header: toBytes('inc'),
          buffers: [],
        });
      case 1:
        return clientMessages.options(out, id(), { retries: below(2), wanted: flag(), priority: below(3) });
      case 2:
      case 3: {
        const count = 1 + below(3);
        const dependencies = flag() ? null : Array.from({ length: count * below(3) }, id);
        const argumentEnds = Array.from({ length: count }, (_, i) => 3 * (i + 1));
        const args = Buffer.concat(argumentEnds.map(() => toBytes([below(10)])));
        const keys = flag() ? 'prefix' : Array.from({ length: count }, key);
        const firstId = (1 + below(40)) as never;
        return clientMessages.tasks(out, {
          optionsId: id(),
          functionId: id(),
          firstId,
          count,
          keys,
          args,
          argumentEnds,
          dependencies,
          definitions: flag() ? null : Array.from({ length: count }, id),
        });
      }
      case 4:
        return clientMessages.hold(out, ids());
      case 5:
        return clientMessages.release(out, [id(), below(5)]);
      case 6:
        return clientMessages.cancel(out, ids(), flag() ? 'client' : 'numbers', 'no reason');
      default:
        return flag() ? clientMessages.retry(out, ids()) : clientMessages.releaseFunction(out, ids());
    }
  };
  const worker = (out: unknown[]): void => {
    switch (below(10)) {
      case 0:
        return workerNews.done(out, id(), id(), below(2000), 'json', 0, below(5), 0, flag() ? toBytes(1) : null);
      case 1:
        return workerNews.pinned(out, id(), id(), 'Socket', 'open', 0, 1, 0);
      case 2:
        return workerNews.erred(out, id(), id(), 0, 1, 0, report());
      case 3:
        return workerNews.stopped(out, id(), id(), flag(), 'no reason');
      case 4:
        return workerNews.started(out, ids());
      case 5:
        return flag() ? workerNews.suspended(out, id(), id()) : workerNews.resumed(out, id(), id());
      case 6:
        return workerNews.gained(out, ids());
      case 7:
        return workerNews.lost(out, ids());
      case 8:
        return workerNews.missing(out, id(), below(4) as never);
      default:
        return workerNews.stored(out, id(), below(100), 'json');
    }
  };
  return { below, client, worker };
}

const FAULT = /internal-error|handler of messages failed/;

test.each([11, 12, 13, 14])(
  'nonsense of the right form breaks no invariant (seed %i)',
  async (seed) => {
    const { below, client: writeClient, worker: writeWorker } = nonsense(seed);
    await using world = await ServerWorld.start();
    const good = await world.client('good');
    const faults: unknown[] = [];
    let workers = 0;
    const newWorker = () => world.worker({ name: `bad-${++workers}`, address: `inproc://bad-${workers}` });
    const peers: (FakeClient | FakeWorker)[] = [
      await world.client('bad'),
      await world.client('worse'),
      await newWorker(),
      await newWorker(),
    ];
    for (let round = 0; round < ROUNDS; round++) {
      const at = below(peers.length);
      const peer = peers[at]!;
      const isClient = peer instanceof FakeClient;
      const out: unknown[] = [];
      for (let n = 1 + below(5); n > 0; n--) (isClient ? writeClient : writeWorker)(out);
      peer.channel.write().push(...out);
      const answer: unknown = await peer.channel.call('list-datasets').catch((error: Error) => error.message);
      if (typeof answer === 'string' && FAULT.test(answer)) faults.push({ round, isClient, out, answer });
      if (peer.channel.closed || below(20) === 0) {
        await peer.channel.close();
        peers[at] = isClient ? await world.client(`again ${round}`) : await newWorker();
      }
    }
    expect(faults).toEqual([]);
    await Promise.all(peers.map((peer) => peer.channel.close()));
    await world.worker({ name: 'good' });
    expect(await good.result(good.submit('inc', [1], [], { key: 'still there' }))).toBe(2);
  },
  30_000,
);

test.each([1, 2, 3])(
  'garbage ends at most the session that sent it (seed %i)',
  async (seed) => {
    const { batch, below } = generator(seed);
    await using world = await ServerWorld.start();
    await world.worker({ name: 'good' });
    const good = await world.client('good');
    const unexpected: unknown[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const sent = batch();
      const isClient = below(2) === 0;
      const bad = isClient
        ? await world.client('bad')
        : await world.worker({ name: `bad-${round}`, address: `inproc://bad-${round}` });
      if (isClient) (bad as typeof good).function('inc');
      bad.channel.write().push(...sent);
      const answered = bad.channel.call('list-datasets').catch((error: Error) => error.message);
      const answer = await answered;
      // Workers have nothing to call; that they are told so shows that their session goes on.
      if (typeof answer === 'string' && FAULT.test(answer)) unexpected.push({ round, sent, answer });
      await bad.channel.close();
    }
    expect(unexpected).toEqual([]);
    expect(await good.result(good.submit('inc', [1], [], { key: 'still there' }))).toBe(2);
    expect((await good.call('scheduler-info', null)).clients).toHaveLength(1);
  },
  30_000,
);
