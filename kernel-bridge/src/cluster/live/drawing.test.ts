import type { ExecutorDisplay, FutureDisplay, FuturesDisplay } from '@covey/protocol/bridge';
import { drawn } from './drawing.js';
import type { Snapshot } from './subjects.js';

const future: FutureDisplay = {
  version: 1,
  cluster: 'sums',
  key: 'inc-<b>-1',
  status: 'finished',
  type: 'Float64Array',
  nbytes: 8_000_000,
};
const futures: FuturesDisplay = {
  version: 1,
  cluster: 'sums',
  name: 'inc',
  total: 4000,
  counts: { finished: 1000, pending: 2999, error: 1 },
  keys: ['inc-1'],
  types: ['number'],
  nbytes: 8000,
};
const executor: ExecutorDisplay = {
  version: 1,
  cluster: 'sums',
  address: 'unix:///tmp/x',
  status: 'connected',
  figures: { workers: 2, threads: 4, heldBytes: 1500, memoryLimit: 4e9, counts: { memory: 3 } },
};
const cluster = { ...executor, kind: 'local', cluster: 'sums', status: 'unreachable', figures: null } as const;
const cases: readonly [Snapshot, string][] = [
  [{ kind: 'future', payload: future, isOver: true }, '✓ Future inc-<b>-1: finished · Float64Array · 8 MB · on sums'],
  [
    { kind: 'futures', payload: futures, isOver: false },
    '◌ 4,000 Futures inc: pending 25 % · 1,000 finished · 2,999 pending · 1 error · number · 8 kB · on sums',
  ],
  [
    { kind: 'executor', payload: executor, isOver: false },
    '● Executor sums: connected · 2 workers · 4 threads · 1.5 kB of 4 GB held · tasks: 3 memory · unix:///tmp/x',
  ],
  [{ kind: 'cluster', payload: cluster, isOver: false }, '? Cluster sums: unreachable · local · unix:///tmp/x'],
];

test.each(cases)('$0.kind as text, and as HTML without script, style sheet or colour', (snapshot, text) => {
  const data = drawn(snapshot);
  expect(data['text/plain']).toBe(text);
  expect(data[`application/vnd.covey.${snapshot.kind}+json`]).toBe(snapshot.payload);
  const html = String(data['text/html']);
  expect(html).not.toMatch(/<script|<style|<b>-1|colou?r:|background|#[0-9a-f]{3}/i);
  expect(html).toContain(text.split(' · ')[1]);
});
