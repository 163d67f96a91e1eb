import { VirtualClock } from '@covey/protocol/internal';
import { Conditions } from './conditions.js';

test('resolves when a change makes it true', async () => {
  const conditions = new Conditions(new VirtualClock());
  let workers = 0;
  const waiting = conditions.until(() => workers === 2, { what: 'waiting' });
  for (workers = 1; workers < 2; workers++) conditions.recheck();
  conditions.recheck();
  await waiting;
});

test('resolves at once when it holds already', async () => {
  await new Conditions(new VirtualClock()).until(() => true, { what: 'waiting' });
});

test('rejects when time is up, and forgets about it', async () => {
  const clock = new VirtualClock();
  const conditions = new Conditions(clock);
  let looks = 0;
  const waiting = conditions.until(() => ++looks < 0, { timeoutMs: 10, what: 'waiting for a miracle' });
  clock.advance(10);
  await expect(waiting).rejects.toThrow('waiting for a miracle: not within 10 ms');
  conditions.recheck();
  expect(looks).toBe(1);
});

test('rejects with the reason of the signal', async () => {
  const clock = new VirtualClock();
  const conditions = new Conditions(clock);
  const abort = new AbortController();
  const waiting = conditions.until(() => false, { signal: abort.signal, timeoutMs: 10, what: '' });
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(clock.pending).toBe(0);
  await expect(conditions.until(() => true, { signal: abort.signal, what: '' })).rejects.toThrow('enough');
});
