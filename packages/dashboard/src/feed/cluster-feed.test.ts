import type { FigureBatch, FigureTopic } from '@covey/protocol/bridge';
import { ClusterFeed } from './cluster-feed.js';
import type { FigureSource } from './figure-source.js';

/** A source whose answers the test gives. */
class ByHand implements FigureSource {
  readonly pulls: {
    topic: FigureTopic;
    cursor: number;
    signal: AbortSignal;
    answer: (batch: FigureBatch) => void;
    fail: (error: Error) => void;
  }[] = [];

  pull(topic: FigureTopic, cursor: number, signal: AbortSignal): Promise<FigureBatch> {
    return new Promise((answer, fail) => {
      this.pulls.push({ topic, cursor, signal, answer, fail });
      signal.addEventListener('abort', () => fail(signal.reason as Error));
    });
  }

  ask(): Promise<unknown> {
    return Promise.resolve(null);
  }

  get open() {
    return this.pulls.filter(({ signal }) => !signal.aborted);
  }
}

const errors = (cursor: number, epoch = 'one', count = cursor): FigureBatch => ({
  topic: 'errors',
  epoch,
  cursor,
  missed: 0,
  json: Array.from({ length: count }, () => ({ name: 'f' })),
  buffers: [],
});

const settle = () => new Promise((resolve) => setImmediate(resolve));

function world() {
  const source = new ByHand();
  const waits: { ms: number; pass: () => void }[] = [];
  const delay = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      waits.push({ ms, pass: resolve });
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  return { source, waits, feed: new ClusterFeed(source, delay) };
}

test('two viewers of a topic share one pull; the last to leave ends it', async () => {
  const { source, feed } = world();
  const first = feed.watch(['errors'], () => undefined);
  const second = feed.watch(['errors'], () => undefined);
  expect(source.pulls).toHaveLength(1);
  first();
  first();
  expect(source.open).toHaveLength(1);
  second();
  expect(source.open).toHaveLength(0);
  await settle();
  expect(source.pulls).toHaveLength(1);
});

test('goes on from its cursor, also after a time without viewers, and keeps what was known', async () => {
  const { source, feed, waits } = world();
  let news = 0;
  const leave = feed.watch(['errors'], () => news++);
  source.pulls[0]!.answer(errors(3));
  await settle();
  expect(news).toBe(1);
  expect(feed.status(['errors'])).toEqual({ phase: 'live' });
  waits[0]!.pass();
  await settle();
  expect(source.pulls[1]!.cursor).toBe(3);
  leave();
  expect(feed.store.errors).toHaveLength(3);
  feed.watch(['errors'], () => undefined);
  expect(source.pulls[2]!.cursor).toBe(3);
});

test('failures are waited out, longer each time, and retried at once when asked to', async () => {
  const { source, feed, waits } = world();
  feed.watch(['errors'], () => undefined);
  for (let i = 0; i < 3; i++) {
    source.pulls.at(-1)!.fail(new Error('gone'));
    await settle();
    expect(feed.status(['errors'])).toMatchObject({ phase: 'interrupted', reason: 'gone' });
    waits.at(-1)!.pass();
    await settle();
  }
  const [one, two, three] = waits.map(({ ms }) => ms);
  expect(two).toBe(2 * one!);
  expect(three).toBe(2 * two!);
  source.pulls.at(-1)!.fail(new Error('gone'));
  await settle();
  feed.retry();
  source.pulls.at(-1)!.answer(errors(1));
  await settle();
  expect(feed.status(['errors'])).toEqual({ phase: 'live' });
});

test('another life of the scheduler clears everything and begins all topics anew', async () => {
  const { source, feed, waits } = world();
  feed.watch(['errors', 'events'], () => undefined);
  source.pulls[0]!.answer(errors(5));
  await settle();
  waits[0]!.pass();
  await settle();
  source.pulls.at(-1)!.answer(errors(2, 'two'));
  await settle();
  expect(feed.store.errors).toBeUndefined();
  const open = source.open.slice(-2);
  expect(open.map(({ topic, cursor }) => [topic, cursor]).sort()).toEqual([
    ['errors', 0],
    ['events', 0],
  ]);
  open.find(({ topic }) => topic === 'errors')!.answer(errors(2, 'two'));
  await settle();
  expect(feed.store.errors).toHaveLength(2);
});
