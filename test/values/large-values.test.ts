/** Large values: they pass through without filling memory, are shared without copies, and never change under who reads them. */
import { readFileSync } from 'node:fs';
import { copyOf, GatherTooLargeError, wait } from 'covey';
import type { Future } from 'covey';
import { failure, RunningCluster } from '../support/running-cluster.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start({ workers: 1, memoryLimit: 2 ** 30 });
});
afterAll(() => world.close());

const LENGTH = 50_000_000 / 8;
const ROUNDS = 60;
const LIMIT_MEBIBYTES = 400;

/** The most memory that the worker's process has had, MiB. Only Linux tells. */
async function peakMebibytes(): Promise<number> {
  if (process.platform !== 'linux') return 0;
  const status = readFileSync(`/proc/${await world.pidOf('worker-0')}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

describe(`${ROUNDS} × 50 MB through one thread`, () => {
  it('one after the other', async () => {
    for (let i = 0; i < ROUNDS; i++) {
      const future = world.impure.submit((n: number, x: number) => new Float64Array(n).fill(x), LENGTH, i);
      await wait([future]);
      future.release();
    }
    expect(await peakMebibytes()).toBeLessThan(LIMIT_MEBIBYTES);
  });

  it('as a chain, in which each takes what the one before made', async () => {
    let last: Future<Float64Array> = world.impure.submit((n: number) => new Float64Array(n).fill(1), LENGTH);
    for (let i = 1; i < ROUNDS; i++) {
      const next: Future<Float64Array> = world.impure.submit((xs: Float64Array) => {
        const ys = new Float64Array(xs.length);
        for (let at = 0; at < xs.length; at += 512) ys[at] = (xs[at] as number) + 1;
        return ys;
      }, last);
      last.release();
      last = next;
    }
    expect(await world.impure.submit((xs: Float64Array) => xs[512 * 1000], last).result()).toBe(ROUNDS);
    last.release();
    expect(await peakMebibytes()).toBeLessThan(LIMIT_MEBIBYTES);
  });

  it('made and dropped inside of tasks', async () => {
    const sums = world.impure.map(
      (n: number, x: number) => new Float64Array(n).fill(x)[7],
      new Array<number>(ROUNDS).fill(LENGTH),
      Array.from({ length: ROUNDS }, (_, i) => i),
    );
    expect(await world.executor.gather(sums)).toEqual(Array.from({ length: ROUNDS }, (_, i) => i));
    expect(await peakMebibytes()).toBeLessThan(LIMIT_MEBIBYTES);
  });
});

describe('a large input', () => {
  let large: Future<Float64Array>;
  beforeAll(() => {
    large = world.impure.submit(() => Float64Array.from({ length: 200_000 }, (_, i) => i));
  });

  it('is shared with the task, not copied; copyOf gives one of its own', async () => {
    const kinds = world.impure.submit(
      (xs: Float64Array) => [xs.buffer instanceof SharedArrayBuffer, copyOf(xs).buffer instanceof SharedArrayBuffer],
      large,
    );
    expect(await kinds.result()).toEqual([true, false]);
  });

  it('may be part of the result, whole or in pieces, and both stay right', async () => {
    const same = world.impure.submit((xs: Float64Array) => ({ xs, again: xs }), large);
    const piece = world.impure.submit((xs: Float64Array) => xs.subarray(1000, 101_000), large);
    const sorted = world.impure.submit((xs: Float64Array) => copyOf(xs).reverse(), large);
    large.release();
    const whole = await same.result();
    expect(whole.again).toBe(whole.xs);
    expect([whole.xs.length, whole.xs[199_999]]).toEqual([200_000, 199_999]);
    expect([...(await piece.result()).subarray(0, 2)]).toEqual([1000, 1001]);
    expect((await sorted.result())[0]).toBe(199_999);
    const sum = world.impure.submit((value: { xs: Float64Array }) => value.xs.reduce((a, b) => a + b), same);
    expect(await sum.result()).toBe((200_000 * 199_999) / 2);
  });
});

it('a gather that would bring too much is refused before it begins', async () => {
  const future = world.impure.submit(() => new Float64Array(1_000_000));
  const error = await world.executor.gather([future], { maxBytes: 2 ** 20 }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(GatherTooLargeError);
  expect((error as Error).message).toMatch(/The result has 7\.6 MiB, above the limit of 1\.0 MiB/);
  expect((error as GatherTooLargeError).data).toMatchObject({ maxBytes: 2 ** 20, count: 1 });
  expect((await world.executor.gather([future]))[0]).toHaveLength(1_000_000);
});

it('an argument that is large goes directly to the worker, also before there is one', async () => {
  const fresh = world.impure.submit((xs: Float64Array) => xs[99_999], new Float64Array(200_000).fill(4));
  expect(await fresh.result()).toBe(4);
  expect(await world.impure.submit((x: number) => x, 1).result()).toBe(1);
  await expect(failure(world.impure.submit(() => 1))).rejects.toThrow('was to fail');
});
