import { VirtualClock } from '@covey/protocol/internal';
import { WakeUp } from './wake-up.js';

function alarm() {
  const clock = new VirtualClock();
  const rings: number[] = [];
  return {
    clock,
    rings,
    wakeUp: new WakeUp(
      clock,
      () => clock.now(),
      (nowMs) => rings.push(nowMs),
    ),
  };
}

test('rings once at the time set last', () => {
  const { clock, rings, wakeUp } = alarm();
  wakeUp.set(100);
  wakeUp.set(50);
  clock.advance(60);
  expect(rings).toEqual([50]);
  clock.advance(100);
  expect(rings).toEqual([50]);
});

test('a later time replaces an earlier one without a new timer', () => {
  const { clock, rings, wakeUp } = alarm();
  wakeUp.set(50);
  wakeUp.set(100);
  expect(clock.pending).toBe(1);
  clock.advance(99);
  expect(rings).toEqual([]);
  clock.advance(1);
  expect(rings).toEqual([100]);
});

test('a time in the past rings in the next turn; stopped it does not ring', () => {
  const { clock, rings, wakeUp } = alarm();
  clock.advance(10);
  wakeUp.set(5);
  expect(rings).toEqual([]);
  clock.advance(0);
  expect(rings).toEqual([10]);
  wakeUp.set(20);
  wakeUp.stop();
  clock.advance(100);
  expect([rings.length, clock.pending]).toEqual([1, 0]);
});
