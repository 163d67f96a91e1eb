import type { FigureBatch, FigureTopic } from '@covey/protocol/bridge';
import { JoinedPulls } from './joined-pulls.js';

const batch = (topic: FigureTopic, cursor: number): FigureBatch => ({
  topic,
  epoch: 'e',
  cursor,
  missed: 0,
  json: null,
  buffers: [],
});
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Pulls whose requests and pauses end by the test's hand. */
function world() {
  const requests: {
    cursors: Record<string, number>;
    signal: AbortSignal;
    answer: (...batches: FigureBatch[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  let pass: (() => void) | undefined;
  const pulls = new JoinedPulls(
    (cursors, signal) =>
      new Promise((answer, fail) => {
        requests.push({ cursors: Object.fromEntries(cursors), signal, answer: (...told) => answer(told), fail });
        signal.addEventListener('abort', () => fail(signal.reason as Error));
      }),
    () =>
      new Promise((resolve) => {
        pass = resolve;
      }),
  );
  const pull = (topic: FigureTopic, cursor: number, signal = new AbortController().signal) => {
    const told: { batch?: FigureBatch; error?: unknown } = {};
    pulls.pull(topic, cursor, signal).then(
      (value) => (told.batch = value),
      (error: unknown) => (told.error = error),
    );
    return told;
  };
  const pause = async () => {
    await settle();
    pass?.();
    pass = undefined;
    await settle();
  };
  return { requests, pull, pause };
}

test('topics that are pulled at a time share a request, and are each told what is theirs', async () => {
  const { requests, pull, pause } = world();
  const [errors, events] = [pull('errors', 1), pull('events', 2)];
  await pause();
  expect(requests.map(({ cursors }) => cursors)).toEqual([{ errors: 1, events: 2 }]);
  requests[0]!.answer(batch('events', 3), batch('errors', 4));
  await settle();
  expect([errors.batch?.cursor, events.batch?.cursor]).toEqual([4, 3]);
});

test('what was not told of is asked for again, together with what comes back', async () => {
  const { requests, pull, pause } = world();
  const errors = pull('errors', 1);
  pull('events', 2);
  await pause();
  requests[0]!.answer(batch('events', 3));
  await settle();
  expect(errors).toEqual({});
  pull('events', 3);
  await pause();
  expect(requests[1]!.cursors).toEqual({ errors: 1, events: 3 });
});

test('all that were told come back into one request', async () => {
  const { requests, pull, pause } = world();
  pull('errors', 1);
  pull('events', 2);
  await pause();
  requests[0]!.answer(batch('errors', 5), batch('events', 6));
  await settle();
  pull('errors', 5);
  await settle();
  pull('events', 6);
  await pause();
  expect(requests.slice(1).map(({ cursors }) => cursors)).toEqual([{ errors: 5, events: 6 }]);
});

test('one that joins has the request made anew', async () => {
  const { requests, pull, pause } = world();
  const errors = pull('errors', 1);
  await pause();
  const events = pull('events', 0);
  expect(requests[0]!.signal.aborted).toBe(true);
  await pause();
  expect(requests[1]!.cursors).toEqual({ errors: 1, events: 0 });
  requests[1]!.answer(batch('errors', 2), batch('events', 3));
  await settle();
  expect([errors.batch?.cursor, events.batch?.cursor]).toEqual([2, 3]);
});

test('one that leaves leaves the request to the others; the last ends it', async () => {
  const { requests, pull, pause } = world();
  const leaving = [new AbortController(), new AbortController()];
  const errors = pull('errors', 1, leaving[0]!.signal);
  pull('events', 2, leaving[1]!.signal);
  await pause();
  leaving[0]!.abort(new Error('closed'));
  await settle();
  expect(errors.error).toMatchObject({ message: 'closed' });
  expect(requests[0]!.signal.aborted).toBe(false);
  leaving[1]!.abort(new Error('closed'));
  expect(requests[0]!.signal.aborted).toBe(true);
  await pause();
  expect(requests).toHaveLength(1);
});

test('a topic that was left and is pulled again is told what it asked for last', async () => {
  const { requests, pull, pause } = world();
  const leaving = new AbortController();
  pull('errors', 1, leaving.signal);
  await pause();
  leaving.abort(new Error('anew'));
  const errors = pull('errors', 0);
  await pause();
  expect(requests[1]!.cursors).toEqual({ errors: 0 });
  requests[1]!.answer(batch('errors', 9));
  await settle();
  expect(errors.batch?.cursor).toBe(9);
});

test('a request that fails fails for all that wait; the next ones are asked for', async () => {
  const { requests, pull, pause } = world();
  const told = [pull('errors', 1), pull('events', 2)];
  await pause();
  requests[0]!.fail(new Error('gone'));
  await settle();
  expect(told).toMatchObject([{ error: { message: 'gone' } }, { error: { message: 'gone' } }]);
  await pause();
  pull('errors', 1);
  await pause();
  expect(requests).toHaveLength(2);
});

test('who left before it began asks for nothing', async () => {
  const { requests, pull, pause } = world();
  const { error } = pull('errors', 1, AbortSignal.abort(new Error('closed')));
  expect(error).toBeUndefined();
  await pause();
  expect(requests).toHaveLength(0);
});
