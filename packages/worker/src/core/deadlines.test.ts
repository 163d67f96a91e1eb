import { Deadlines } from './deadlines.js';

test('fall due in the order of their times', () => {
  const deadlines = new Deadlines<string>();
  for (const atMs of [30, 10, 20, 40]) deadlines.add(atMs, `at ${atMs}`);
  expect([deadlines.nextMs, deadlines.due(5)]).toEqual([10, undefined]);
  expect([1, 2, 3, 4].map(() => deadlines.due(30))).toEqual(['at 10', 'at 20', 'at 30', undefined]);
});

test('of what is over they are not kept until they fall due', () => {
  const over = new Set<number>();
  const deadlines = new Deadlines<number>((item) => !over.has(item));
  for (let item = 0; item < 100_000; item++) {
    deadlines.add(1e12 - item, item);
    if (item % 100 !== 0) over.add(item);
  }
  expect(deadlines.size).toBeLessThan(4_000);
  const due: number[] = [];
  for (let item = deadlines.due(2e20); item !== undefined; item = deadlines.due(2e20))
    if (!over.has(item)) due.push(item);
  expect(due).toEqual(Array.from({ length: 1000 }, (_, i) => 99_900 - 100 * i));
});
