import { RecordingWait } from './recording-wait.js';
import { Semaphore } from './semaphore.js';

function asks(semaphore: Semaphore, id: number, token: string, nowMs = 0, maxLeases = 2): RecordingWait<boolean> {
  const wait = new RecordingWait<boolean>(id);
  semaphore.acquire(wait, token, maxLeases, 100, nowMs);
  return wait;
}

test('grants up to its maximum, then in the order in which others came', () => {
  const semaphore = new Semaphore(2);
  const waits = [1, 2, 3, 4].map((id) => asks(semaphore, id, 't'));
  expect(waits.map((wait) => wait.answer)).toEqual([true, true, undefined, undefined]);
  expect(semaphore.release(waits[1]!.client, 't', 0)).toBe(true);
  expect(waits.map((wait) => wait.answer)).toEqual([true, true, true, undefined]);
  expect([semaphore.value, semaphore.waiting]).toEqual([2, 1]);
});

test('takes back a lease that is not refreshed, and says so to who refreshes too late', () => {
  const semaphore = new Semaphore(1);
  const first = asks(semaphore, 1, 't', 0, 1);
  const second = asks(semaphore, 2, 't', 10, 1);
  expect(semaphore.refresh(first.client, ['t'], 90)).toEqual([]);
  expect(semaphore.nextExpiryMs).toBe(190);
  semaphore.expire(189);
  expect(second.answer).toBeUndefined();
  semaphore.expire(190);
  expect(second.answer).toBe(true);
  expect(semaphore.refresh(first.client, ['t'], 195)).toEqual(['t']);
  expect(semaphore.release(first.client, 't', 195)).toBe(false);
  expect(semaphore.counts).toEqual({ acquired: 2, expired: 1 });
});

test('forgets the leases and the waits of a client that is gone', () => {
  const semaphore = new Semaphore(1);
  const holder = asks(semaphore, 1, 'a', 0, 1);
  const gone = asks(semaphore, 1, 'b', 0, 1);
  const next = asks(semaphore, 2, 'a', 0, 1);
  semaphore.forget(holder.client, 0);
  expect([gone.answer, next.answer]).toEqual([undefined, true]);
  semaphore.forget(next.client, 0);
  expect(semaphore.isIdle).toBe(true);
});

test('closing drops the leases and fails who waits', () => {
  const semaphore = new Semaphore(1);
  asks(semaphore, 1, 't', 0, 1);
  const waiting = asks(semaphore, 2, 't', 0, 1);
  const reason = new Error('closed');
  semaphore.close(reason);
  expect(waiting.answer).toBe(reason);
  expect(semaphore.isIdle).toBe(true);
});

test('refuses another maximum and a token in use', () => {
  const semaphore = new Semaphore(2);
  asks(semaphore, 1, 't');
  expect(() => asks(semaphore, 2, 't', 0, 3)).toThrow('maxLeases 2, not 3');
  expect(() => asks(semaphore, 1, 't')).toThrow("the token 't'");
});

test('a wait that is withdrawn is never granted', () => {
  const semaphore = new Semaphore(1);
  const first = asks(semaphore, 1, 't', 0, 1);
  const second = asks(semaphore, 2, 't', 0, 1);
  expect(semaphore.release(second.client, 't', 0)).toBe(true);
  semaphore.release(first.client, 't', 0);
  expect(second.answer).toBeUndefined();
});
