import { EventFlag } from './event-flag.js';
import { RecordingWait } from './recording-wait.js';

test('wakes all who wait when it is set, and who comes later at once', () => {
  const event = new EventFlag();
  const waits = [1, 2].map((id) => new RecordingWait<boolean>(id));
  for (const wait of waits) event.wait(wait);
  expect(waits.map((wait) => wait.answer)).toEqual([undefined, undefined]);
  event.set();
  const late = new RecordingWait<boolean>();
  event.wait(late);
  expect([...waits, late].map((wait) => wait.answer)).toEqual([true, true, true]);
});

test('after clear one waits again', () => {
  const event = new EventFlag();
  event.set();
  event.clear();
  const wait = new RecordingWait<boolean>();
  event.wait(wait);
  expect([event.isSet, wait.answer, event.isIdle]).toEqual([false, undefined, false]);
  event.withdraw(wait);
  event.set();
  expect(wait.answer).toBeUndefined();
});
