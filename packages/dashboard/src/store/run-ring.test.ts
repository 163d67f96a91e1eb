import type { TaskStreamColumns } from '@covey/protocol/bridge';
import { totalsByName } from '../panels/task-stream/totals.js';
import { RunRing } from './run-ring.js';

function columnsOf(counts: readonly number[]): TaskStreamColumns {
  return {
    start: Float64Array.from(counts, (_, i) => 1000 + 10 * i),
    duration: Float32Array.from(counts, (count) => count / 2),
    lane: new Uint16Array(counts.length),
    name: new Uint32Array(counts.length),
    outcome: new Uint8Array(counts.length),
    task: Float64Array.from(counts, (_, i) => i),
    count: Uint32Array.from(counts),
    lanes: { first: 0, added: [{ worker: 'a', thread: 0 }] },
    names: { first: 0, added: ['f'] },
  };
}

test('counts the runs that are here, also of rows that stand for several', () => {
  const ring = new RunRing(3);
  ring.add(columnsOf([1, 4]));
  expect([ring.runs, ring.size]).toEqual([5, 2]);
  ring.add(columnsOf([2, 8]));
  expect([ring.runs, ring.size]).toEqual([14, 3]);
  ring.clear();
  ring.add(columnsOf([1]));
  expect([ring.runs, ring.size]).toEqual([1, 1]);
});

test('of more than there is room for the latest stay', () => {
  const ring = new RunRing(2);
  ring.add(columnsOf([1, 2, 4, 8]));
  expect([ring.runs, ring.size]).toEqual([12, 2]);
});

test('totals count each run of a row', () => {
  const ring = new RunRing();
  ring.add(columnsOf([1, 4]));
  expect(totalsByName(ring)).toEqual([{ name: 'f', runs: 5, totalMs: 2.5, longestMs: 0.5, erred: 0, stopped: 0 }]);
});
