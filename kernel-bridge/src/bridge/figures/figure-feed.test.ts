import type { FigureBatch, FiguresEndCode } from '@covey/protocol/bridge';
import { VirtualClock } from '@covey/protocol/internal';
import { FigureFeed } from './figure-feed.js';
import type { FigureViewer } from './figure-feed.js';

/** A pull that the scheduler has not answered. */
interface Pull {
  readonly cursor: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly answer: (batch: FigureBatch) => void;
  readonly fail: (error: Error) => void;
}

const batchOf = (cursor: number, bytes = 0, epoch = 'one'): FigureBatch => ({
  ...{ topic: 'task-stream', epoch, cursor, missed: 0, json: null },
  buffers: [new Uint8Array(bytes)],
});

class Viewer implements FigureViewer {
  readonly shown: [sequence: number, cursor: number][] = [];
  ended: string | undefined;
  readonly show = (sequence: number, { cursor }: FigureBatch): void => void this.shown.push([sequence, cursor]);
  readonly end = (code: FiguresEndCode, reason: string): void => void (this.ended = `${code}: ${reason}`);
}

class World {
  readonly clock = new VirtualClock();
  pulls: Pull[] = [];
  readonly feed = new FigureFeed({
    topic: 'task-stream',
    clock: this.clock,
    pull: (cursor, waitMs, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        this.pulls.push({ cursor, waitMs, signal, answer: resolve, fail: reject });
      }),
  });

  viewer(): Viewer {
    const viewer = new Viewer();
    this.feed.add(viewer);
    return viewer;
  }

  /** Answers the one pull that is under way. */
  async answer(batch: FigureBatch): Promise<void> {
    expect(this.pulls).toHaveLength(1);
    this.pulls.shift()?.answer(batch);
    await settled();
  }
}

/** All that promises set off has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let world: World;
beforeEach(() => (world = new World()));

test('the first answer comes at once, later ones when there is something', async () => {
  const viewer = world.viewer();
  expect(world.pulls[0]).toMatchObject({ cursor: 0, waitMs: 0 });
  await world.answer(batchOf(0));
  expect(viewer.shown).toEqual([[1, 0]]);
  world.clock.advance(100);
  expect(world.pulls[0]).toMatchObject({ cursor: 0, waitMs: 15_000 });
});

test('at most ten batches a second', async () => {
  const viewer = world.viewer();
  await world.answer(batchOf(1));
  world.feed.acknowledge(viewer, 1);
  world.clock.advance(99);
  expect(world.pulls).toEqual([]);
  world.clock.advance(1);
  expect(world.pulls).toHaveLength(1);
});

test('at most a megabyte a second, counted for all viewers', async () => {
  const viewers = [world.viewer(), world.viewer()];
  await world.answer(batchOf(1, 500_000));
  for (const viewer of viewers) world.feed.acknowledge(viewer, 1);
  world.clock.advance(990);
  expect(world.pulls).toEqual([]);
  world.clock.advance(20);
  expect(world.pulls).toHaveLength(1);
});

test('two batches may be under way, no more', async () => {
  const viewer = world.viewer();
  await world.answer(batchOf(1));
  world.clock.advance(100);
  await world.answer(batchOf(2));
  world.clock.advance(1000);
  expect(world.pulls).toEqual([]);
  world.feed.acknowledge(viewer, 1);
  await world.answer(batchOf(3));
  expect(viewer.shown).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
});

test('who does not acknowledge for two seconds is sent nothing more, and goes on where it was', async () => {
  const viewer = world.viewer();
  await world.answer(batchOf(1));
  world.clock.advance(100);
  expect(world.pulls).toHaveLength(1);
  world.clock.advance(2000);
  await world.answer(batchOf(2));
  expect(viewer.shown).toEqual([[1, 1]]);
  expect(world.pulls).toEqual([]);
  world.feed.acknowledge(viewer, 1);
  expect(world.pulls[0]?.cursor).toBe(1);
});

test('who does not acknowledge for a minute is gone', async () => {
  const viewer = world.viewer();
  await world.answer(batchOf(1));
  world.clock.advance(59_999);
  expect(viewer.ended).toBeUndefined();
  world.clock.advance(1);
  expect(viewer.ended).toBe('unacknowledged: nothing was acknowledged for a minute');
  expect(world.feed.isEmpty).toBe(true);
  await settled();
  expect(world.pulls.every(({ signal }) => signal.aborted)).toBe(true);
  expect(world.clock.pending).toBe(0);
});

test('those that have seen the same share a pull; who is behind catches up alone and joins them', async () => {
  const [first, second] = [world.viewer(), world.viewer()];
  await world.answer(batchOf(10));
  world.feed.acknowledge(first, 1);
  world.clock.advance(100);
  // The second takes its first batch late: it is paused, and misses the third.
  await world.answer(batchOf(20));
  world.feed.acknowledge(first, 2);
  world.clock.advance(100);
  await world.answer(batchOf(30));
  world.feed.acknowledge(first, 3);
  expect([first.shown.at(-1), second.shown.at(-1)]).toEqual([
    [3, 30],
    [2, 20],
  ]);
  world.feed.acknowledge(second, 2);
  await world.answer(batchOf(30)); // From 20.
  world.feed.acknowledge(second, 3);
  world.clock.advance(100);
  expect(world.pulls.map(({ cursor }) => cursor)).toEqual([30]);
  await world.answer(batchOf(40));
  expect([first.shown.at(-1), second.shown.at(-1)]).toEqual([
    [4, 40],
    [4, 40],
  ]);
});

test('another life of the scheduler is asked for all that it has', async () => {
  const viewer = world.viewer();
  await world.answer(batchOf(500));
  world.feed.acknowledge(viewer, 1);
  world.clock.advance(100);
  await world.answer(batchOf(7, 0, 'two'));
  expect(world.pulls[0]).toMatchObject({ cursor: 0, waitMs: 0 });
  await world.answer(batchOf(8, 0, 'two'));
  expect(viewer.shown).toEqual([
    [1, 500],
    [2, 8],
  ]);
});

test('when there is nothing more to come, all hear why', async () => {
  const viewers = [world.viewer(), world.viewer()];
  world.pulls[0]?.fail(new Error("the cluster 'x' is over"));
  await settled();
  expect(viewers.map(({ ended }) => ended)).toEqual([
    "ended: the cluster 'x' is over",
    "ended: the cluster 'x' is over",
  ]);
  expect(world.feed.isEmpty).toBe(true);
});

test('when the last viewer leaves, its pull is taken back', async () => {
  const viewer = world.viewer();
  world.feed.remove(viewer);
  expect(world.pulls[0]?.signal.aborted).toBe(true);
  await settled();
  expect(viewer.ended).toBeUndefined();
  // Who comes at that moment is served.
  const another = world.viewer();
  world.pulls.shift();
  await world.answer(batchOf(1));
  expect(another.shown).toEqual([[1, 1]]);
});
