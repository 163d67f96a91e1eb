import type { ClientId } from '@covey/protocol/internal';
import { Topics } from './topics.js';
import type { TopicLimits } from './topics.js';

const [alice, bob] = [1 as ClientId, 2 as ClientId];

function world(limits: Partial<TopicLimits> = {}) {
  const delivered: unknown[] = [];
  return { topics: new Topics((...event) => delivered.push(event), limits), delivered };
}

const payloads = (topics: Topics, name: string) => topics.events(name)[name]!.map(({ payload }) => payload);

test('delivers to who subscribed, as long as they are', () => {
  const { topics, delivered } = world();
  topics.subscribe(alice, 'news');
  topics.subscribe(bob, 'news');
  topics.publish('news', 1, 0);
  topics.unsubscribe(bob, 'news');
  topics.publish('news', 2, 0);
  topics.forget(alice);
  topics.publish('news', 3, 0);
  expect(delivered).toEqual([
    [alice, 'news', 1],
    [bob, 'news', 1],
    [alice, 'news', 2],
  ]);
});

test('keeps the last events of each topic', () => {
  const { topics } = world({ events: 3 });
  for (let n = 0; n < 10; n++) topics.publish('a', n, n);
  topics.publish('b', 'x', 5);
  expect(payloads(topics, 'a')).toEqual([7, 8, 9]);
  expect(topics.events()).toEqual({
    a: [7, 8, 9].map((n) => ({ timeMs: n, payload: n })),
    b: [{ timeMs: 5, payload: 'x' }],
  });
  expect(topics.events('none')).toEqual({ none: [] });
});

test('keeps no more bytes of a topic than its bound, but always the newest event', () => {
  const { topics } = world({ bytes: 1000 });
  for (let n = 0; n < 10; n++) topics.publish('a', 'x'.repeat(150), n);
  expect(payloads(topics, 'a')).toHaveLength(2);
  topics.publish('a', new Uint8Array(5000), 10);
  expect(payloads(topics, 'a')).toEqual([new Uint8Array(5000)]);
});

test('drops the topic that was silent for longest', () => {
  const { topics } = world({ topics: 2 });
  topics.publish('a', 1, 0);
  topics.publish('b', 1, 0);
  topics.publish('a', 2, 0);
  topics.publish('c', 1, 0);
  expect(Object.keys(topics.events()).sort()).toEqual(['a', 'c']);
});
