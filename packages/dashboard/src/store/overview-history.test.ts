import type { Overview } from '@covey/protocol/bridge';
import { OverviewHistory } from './overview-history.js';

const overview = (timeMs: number, figures: Partial<Overview> = {}): Overview => ({
  ...{ timeMs, startedMs: 0, name: 'a', address: 'x', version: '0', workers: 1, threads: 2, clients: 1, counts: {} },
  ...{ completed: 0, erred: 0, cpu: 0.5, transferred: 0 },
  memory: { process: 10, managed: 5, spilled: 1, limit: 20 },
  ...figures,
});

test('a sample has the figures of its moment; no limit is none', () => {
  const history = new OverviewHistory();
  history.add(overview(1000));
  history.add(overview(2000, { memory: { process: 1, managed: 1, spilled: 0, limit: 0 } }));
  expect(history.samples).toMatchObject([
    { timeMs: 1000, cpu: 0.5, threads: 2, process: 10, managed: 5, spilled: 1, limit: 20, tasksRate: null },
    { limit: null },
  ]);
});

test('rates are of what ended, well or not, and of bytes; none falls below nothing when a scheduler begins anew', () => {
  const history = new OverviewHistory();
  history.add(overview(1000, { completed: 10, erred: 1, transferred: 100 }));
  history.add(overview(3000, { completed: 15, erred: 2, transferred: 300 }));
  history.add(overview(4000, { completed: 1, transferred: 0 }));
  const rates = history.samples.map(({ tasksRate, transferRate }) => [tasksRate, transferRate]);
  expect(rates).toEqual([
    [null, null],
    [3, 100],
    [0, 0],
  ]);
});

test('half an hour of two a second is kept, a little more at times', () => {
  const history = new OverviewHistory();
  for (let index = 1; index <= 10_000; index++) history.add(overview(index * 500));
  expect(history.samples.length).toBeGreaterThanOrEqual(3600);
  expect(history.samples.length).toBeLessThanOrEqual(3960);
  expect(history.samples.at(-1)?.timeMs).toBe(5_000_000);
});

test('after a clear nothing is compared with what was before', () => {
  const history = new OverviewHistory();
  history.add(overview(9000, { completed: 10 }));
  history.clear();
  history.add(overview(1000, { completed: 20 }));
  expect(history.samples).toMatchObject([{ timeMs: 1000, tasksRate: null }]);
});
