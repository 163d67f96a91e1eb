import { TimeView } from './time-view.js';

const WIDTH = 1000;
/** What is free at the right edge while it follows. */
const AHEAD_MS = 20;

/** A view of a second, a pixel a millisecond, from time 0. */
function viewOfASecond(): TimeView {
  return new TimeView(1);
}

const edgeOf = (view: TimeView): number => view.startMs + WIDTH * view.msPerPixel - AHEAD_MS;

test('follows the scheduler’s clock with some room ahead, and stands still when nothing runs any more', () => {
  const view = viewOfASecond();
  expect(view.advance(0, 5000, WIDTH)).toBe(false);
  view.heard(90_000, 5000); // Its clock is 85 s ahead of ours.
  expect(view.advance(90_000, 5100, WIDTH)).toBe(true);
  expect(edgeOf(view)).toBe(90_100);
  expect(view.advance(90_000, 9000, WIDTH)).toBe(false);
  expect(edgeOf(view)).toBe(91_500);
});

test.each([
  ['an end that is told sooner than those before moves it on', 91_000, 5500, 5500 + 85_500],
  ['one that was told late hardly moves it back', 90_000, 5500, 5500 + 85_000 - 10],
  ['a clock that was set back is believed', 70_000, 5500, 70_000],
])('%s', (_what, lastEndMs, nowMs, edge) => {
  const view = viewOfASecond();
  view.heard(90_000, 5000);
  view.heard(lastEndMs, nowMs);
  view.advance(Infinity, nowMs, WIDTH);
  expect(edgeOf(view)).toBeCloseTo(edge);
});

test('the time under the pointer stays where it is when the scale changes, which has limits', () => {
  const view = viewOfASecond();
  const timeAt = (x: number) => view.startMs + x * view.msPerPixel;
  view.startMs = 7000;
  for (const factor of [0.5, 3, 1e-12, 1e30]) {
    const before = timeAt(250);
    view.zoom(factor, 250);
    expect(timeAt(250)).toBeCloseTo(before);
  }
  expect(view.msPerPixel).toBe(172_800);
  view.zoom(1e-30, 250);
  expect(view.msPerPixel).toBe(0.001);
  expect(view.isFollowing).toBe(true);
});

test('who moves it looks at what was: it no longer follows', () => {
  const view = viewOfASecond();
  view.heard(90_000, 5000);
  view.pan(-30);
  const { startMs } = view;
  expect(startMs).toBe(-30);
  expect(view.advance(95_000, 9000, WIDTH)).toBe(false);
  expect(view.startMs).toBe(startMs);
});

test('a stretch is shown whole, with as much room on either side; a moment has a width too', () => {
  const view = viewOfASecond();
  view.show(1000, 5000, WIDTH);
  expect(view.isFollowing).toBe(false);
  expect(view.msPerPixel).toBeCloseTo(4.16);
  expect(1000 - view.startMs).toBeCloseTo(view.startMs + WIDTH * view.msPerPixel - 5000);
  view.show(1000, 1000, WIDTH);
  expect(view.msPerPixel).toBeGreaterThan(0);
  expect(view.startMs).toBeLessThan(1000);
});
