import { BusyPoll } from './busy-poll.js';

/** A loop whose turns take a tenth of a millisecond. */
function loop(most: number) {
  let nowMs = 0;
  let next: (() => void) | undefined;
  const poll = new BusyPoll({
    most,
    now: () => nowMs,
    soon: (run) => {
      next = run;
    },
  });
  return {
    poll,
    wait: (ms: number) => {
      nowMs += ms;
    },
    /** How many turns in a row the loop doesn't sleep, up to a hundred. */
    turnsAwake() {
      for (let turns = 0; turns < 100; turns++) {
        const run = next;
        if (run === undefined) return turns;
        next = undefined;
        nowMs += 0.1;
        run();
      }
      return 100;
    },
  };
}

test('messages that follow each other closely are waited for awake, and not for long', () => {
  const { poll, turnsAwake } = loop(1);
  poll.turn(1);
  expect(turnsAwake()).toBe(0);
  poll.turn(0);
  expect(turnsAwake()).toBe(4);
  poll.turn(1);
  expect(turnsAwake()).toBe(0);
});

test('messages with pauses between them are slept for', () => {
  const { poll, wait, turnsAwake } = loop(1);
  for (let i = 0; i < 10; i++) {
    wait(1);
    poll.turn(i % 2);
    expect(turnsAwake()).toBe(0);
  }
});

test('what moves no task is no reason to stay awake', () => {
  const { poll, turnsAwake } = loop(1);
  for (let i = 0; i < 10; i++) poll.turn(0);
  expect(turnsAwake()).toBe(0);
});

test.each([
  ['as many tasks as there are processors to spare', 3, true],
  ['more', 4, false],
])('%s: %d under way', (_what, underWay, isAwake) => {
  const { poll, turnsAwake } = loop(3);
  poll.turn(underWay - 1);
  poll.turn(underWay);
  expect(turnsAwake() > 0).toBe(isAwake);
});

test('it sleeps as soon as its processor is needed', () => {
  const { poll, turnsAwake } = loop(1);
  poll.turn(1);
  poll.turn(0);
  poll.turn(2);
  expect(turnsAwake()).toBe(1);
});

test('without processors to spare it never polls', () => {
  const { poll, turnsAwake } = loop(0);
  for (let i = 0; i < 10; i++) poll.turn(i % 2);
  expect(turnsAwake()).toBe(0);
});
