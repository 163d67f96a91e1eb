import { IdIndex } from './id-index.js';

test('finds what was set, also far up, and forgets what was deleted', () => {
  const index = new IdIndex();
  const ids = [0, 1, 511, 512, 2 ** 31, 2 ** 40 + 7];
  ids.forEach((id, slot) => index.set(id, slot));
  expect(ids.map((id) => index.get(id))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(index.get(2)).toBe(-1);
  expect(index.get(2 ** 50)).toBe(-1);
  index.delete(512);
  index.delete(513);
  expect(index.get(512)).toBe(-1);
  expect(index.size).toBe(5);
  const seen: [number, number][] = [];
  index.forEach((id, slot) => seen.push([id, slot]));
  expect(seen).toEqual([
    [0, 0],
    [1, 1],
    [511, 2],
    [2 ** 31, 4],
    [2 ** 40 + 7, 5],
  ]);
});

test('an id that is set again after its page was dropped is found', () => {
  const index = new IdIndex();
  index.set(5, 1);
  index.delete(5);
  index.set(5, 2);
  expect([index.get(5), index.size]).toEqual([2, 1]);
});
