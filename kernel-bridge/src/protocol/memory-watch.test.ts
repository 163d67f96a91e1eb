import { MemoryWatch } from './memory-watch.js';

function world(
  process: number,
  heap: number,
  garbage = 0,
): {
  watch: MemoryWatch;
  delays: number[];
  reasons: string[];
  pass: () => Promise<void>;
  asked: () => number;
  collected: () => number;
} {
  const waiting: (() => void)[] = [];
  const delays: number[] = [];
  const reasons: string[] = [];
  let asked = 0;
  let collected = 0;
  const watch = new MemoryWatch({
    limitBytes: 1000e6,
    processBytes: () => process,
    heapBytes: () => {
      asked++;
      return Promise.resolve(heap);
    },
    collect: () => {
      collected++;
      heap -= garbage;
      return Promise.resolve();
    },
    after: (delayMs, then) => {
      delays.push(delayMs);
      waiting.push(then);
    },
    stop: (reason) => reasons.push(reason),
  });
  const pass = async (): Promise<void> => {
    for (const then of waiting.splice(0)) then();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return { watch, delays, reasons, pass, asked: () => asked, collected: () => collected };
}

test('a small process is looked at seldom, and V8 not asked', async () => {
  const { watch, delays, pass, asked } = world(500e6, 990e6);
  watch.begin();
  await pass();
  expect(delays).toEqual([100, 100]);
  expect(asked()).toBe(0);
});

test('near the limit it is looked at often, and a full heap stops the cell, once', async () => {
  const near = world(900e6, 700e6);
  near.watch.begin();
  await near.pass();
  expect(near.delays).toEqual([100, 20]);
  const full = world(990e6, 940e6);
  full.watch.begin();
  await full.pass();
  await full.pass();
  expect(full.reasons).toEqual([expect.stringContaining('940 MB of the 1,000 MB')]);
});

test('when no cell runs nothing is looked at', async () => {
  const { watch, delays, pass, asked } = world(990e6, 990e6);
  watch.begin();
  watch.rest();
  await pass();
  expect(delays).toEqual([100]);
  expect(asked()).toBe(0);
});

test('garbage is no reason to stop', async () => {
  const { watch, reasons, delays, pass, collected } = world(990e6, 940e6, 500e6);
  watch.begin();
  await pass();
  expect([reasons, collected(), delays]).toEqual([[], 1, [100, 100]]);
});
