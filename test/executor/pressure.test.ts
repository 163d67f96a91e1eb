/** More than a cluster takes in at once: submissions are held back, and resources are shared out. */
import { BackpressureError, Event, Executor, silentLogger } from 'covey';
import type { Future } from 'covey';
import { RunningCluster } from '../support/running-cluster.js';
import { until } from '../support/sandbox.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start({ workers: 1, threadsPerWorker: 4, resources: { GPU: 2, licence: 1 } });
});
afterAll(() => world.close());

describe('submissions faster than they can be sent', () => {
  it('are refused above the limit, with the way out; after it they go on, and nothing was lost', async () => {
    const limit = 2 ** 20;
    const executor = await Executor.connect(world.cluster, { maxUnacknowledgedBytes: limit, logger: silentLogger });
    try {
      const impure = executor.with({ pure: false });
      const sizeOf = (bytes: Uint8Array): number => bytes.length;
      const accepted: Future<number>[] = [];
      let refused: unknown;
      // Without a turn of the event loop nothing can leave.
      while (refused === undefined && accepted.length < 100) {
        try {
          accepted.push(impure.submit(sizeOf, new Uint8Array(200_000)));
        } catch (error) {
          refused = error;
        }
      }
      expect(refused).toBeInstanceOf(BackpressureError);
      expect((refused as Error).message).toContain('await executor.drained()');
      expect(accepted.length).toBeGreaterThan(3);
      expect(() => impure.map(sizeOf, [new Uint8Array(1)])).toThrow(BackpressureError);
      await expect(impure.scatter([new Uint8Array(1)])).rejects.toThrow(BackpressureError);
      await executor.drained();
      accepted.push(impure.submit(sizeOf, new Uint8Array(200_000)));
      expect(new Set(await executor.gather(accepted))).toEqual(new Set([200_000]));
      for (let portion = 0; portion < 5; portion++) {
        await executor.drained();
        for (let i = 0; i < 2; i++) accepted.push(impure.submit(sizeOf, new Uint8Array(200_000)));
      }
      expect(await executor.gather(accepted)).toHaveLength(accepted.length);
    } finally {
      await executor.close();
    }
  });
});

describe('resources', () => {
  const processing = async () => Object.values(await world.executor.processing()).flat().length;

  /** How many of `count` tasks with these resources run at once, while all of them wait to be let go. */
  async function atOnce(resources: Record<string, number>, count: number): Promise<number> {
    const go = new Event(world.executor, `go ${JSON.stringify(resources)}`);
    const wait = async (i: number): Promise<number> => {
      await go.wait();
      return i;
    };
    const futures = world.impure.with({ resources }).map(
      wait,
      Array.from({ length: count }, (_, i) => i),
    );
    // All that can be given out is given out in one turn: it does not change any more while nothing ends.
    expect(await until(async () => (await processing()) > 0)).toBe(true);
    await world.isRunning(futures[0]!);
    const most = await processing();
    await go.set();
    expect(await world.executor.gather(futures)).toEqual(futures.map((_, i) => i));
    return most;
  }

  it('are shared out among tasks: no more run at once than there is of them, though threads are free', async () => {
    expect(await atOnce({ GPU: 1 }, 6)).toBe(2);
    expect(await atOnce({ GPU: 2 }, 3)).toBe(1);
    expect(await atOnce({ GPU: 0.5 }, 4)).toBe(4);
    expect(await atOnce({ GPU: 1, licence: 1 }, 4)).toBe(1);
  });

  it('that no worker has are waited for, and told by explain', async () => {
    const future = world.impure.with({ resources: { GPU: 3 } }).submit(() => 1);
    const [why] = await world.executor.explain(future);
    expect(why).toMatchObject({ state: 'no-worker', because: expect.stringContaining('GPU') as string });
    future.cancel();
  });
});
