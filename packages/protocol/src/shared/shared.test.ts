import { getEventListeners } from 'node:events';
import { assertNever } from './assert-never.js';
import { backoffMs } from './backoff.js';
import { MAX_TIMER_MS, systemClock, VirtualClock } from './clock.js';
import { deferred } from './deferred.js';
import { createLineLogger, silentLogger } from './logger.js';
import { makeNonce } from './nonce.js';
import { offAbort, onAbort } from './on-abort.js';

test('delays grow, stay below their limit, and are jittered by half', () => {
  const options = { firstMs: 100, maxMs: 1000, factor: 2 };
  expect([0, 1, 2, 3, 4, 50].map((attempt) => backoffMs(attempt, { ...options, random: () => 0 }))).toEqual([
    50, 100, 200, 400, 500, 500,
  ]);
  expect(backoffMs(2, { ...options, random: () => 0.5 })).toBe(300);
});

test('a virtual clock runs timers in order of time, then of their making, and forgets cleared ones', () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  clock.setTimer(() => ran.push('b'), 20);
  clock.setTimer(() => ran.push('c'), 20);
  const cleared = clock.setTimer(() => ran.push('never'), 5);
  clock.setTimer(() => {
    ran.push('a');
    clock.setTimer(() => ran.push('nested'), 5);
  }, 10);
  clock.clearTimer(cleared);
  clock.advance(15);
  expect([ran, clock.now(), clock.pending]).toEqual([['a', 'nested'], 15, 2]);
  clock.advance(5);
  expect([ran, clock.now(), clock.pending]).toEqual([['a', 'nested', 'b', 'c'], 20, 0]);
});

test('timers of the system may be longer than those of Node', () => {
  jest.useFakeTimers();
  try {
    const ran: string[] = [];
    systemClock.setTimer(() => ran.push('long'), 3 * MAX_TIMER_MS);
    systemClock.setTimer(() => ran.push('never'), 1e20);
    const cleared = systemClock.setTimer(() => ran.push('cleared'), 2 * MAX_TIMER_MS);
    jest.advanceTimersByTime(MAX_TIMER_MS + 1000);
    systemClock.clearTimer(cleared);
    jest.advanceTimersByTime(2 * MAX_TIMER_MS - 1001);
    expect(ran).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(ran).toEqual(['long']);
  } finally {
    jest.useRealTimers();
  }
});

test('nonces are long, distinct, and repeat with their source', () => {
  expect(makeNonce()).toMatch(/^[A-Za-z0-9]{22}$/);
  expect(makeNonce((length) => new Uint8Array(length).fill(0xfb))).toMatch(/^[A-Za-z0-9]{22}$/);
  expect(makeNonce()).not.toBe(makeNonce());
  const source = (length: number) => new Uint8Array(length).fill(7);
  expect(makeNonce(source)).toBe(makeNonce(source));
});

test('a line of the log has time, level, message and fields', () => {
  const lines: string[] = [];
  const logger = createLineLogger({
    level: 'info',
    write: (line) => lines.push(line),
    date: () => new Date(0),
    fields: { role: 'worker' },
  });
  logger.debug('hidden');
  logger.child({ name: 'a b' }).warn('careful', { count: 3, missing: undefined, big: 10n, map: { k: [1] } });
  expect(lines).toEqual([
    '1970-01-01T00:00:00.000Z warn  careful role=worker name="a b" count=3 big=10 map={"k":[1]}\n',
  ]);
  silentLogger.child({}).error('nothing');
});

test('a deferred settles from outside; assertNever says what it met', async () => {
  const { promise, resolve } = deferred<number>();
  resolve(4);
  await expect(promise).resolves.toBe(4);
  expect(() => assertNever('odd' as never, 'kind')).toThrow('unexpected kind: "odd"');
});

test('a signal has one listener, however many hear of it, and none when nobody does any more', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const heard: string[] = [];
  const listeners = ['a', 'b', 'c'].map((name) => () => void heard.push(name));
  const [a, b, c] = listeners as [() => void, () => void, () => void];
  for (const each of listeners) onAbort(signal, each);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  for (const each of listeners) offAbort(signal, each);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  for (const each of [a, b, c, a]) onAbort(signal, each);
  offAbort(signal, b);
  controller.abort();
  expect(heard).toEqual(['a', 'c']);
  onAbort(undefined, a);
  offAbort(undefined, a);
});
