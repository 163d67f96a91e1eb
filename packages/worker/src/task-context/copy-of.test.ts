import { copyOf } from './copy-of.js';

test('typed arrays over shared memory become private ones', () => {
  const shared = new Float64Array(new SharedArrayBuffer(64), 8, 4).fill(3);
  const copy = copyOf({ xs: shared, again: [shared] });
  copy.xs[0] = 1;
  expect([...shared]).toEqual([3, 3, 3, 3]);
  expect([...copy.xs]).toEqual([1, 3, 3, 3]);
  expect(copy.xs.buffer).toBeInstanceOf(ArrayBuffer);
  expect(copy.again[0]).toBe(copy.xs);
});

test.each([
  Buffer.from('abc'),
  new DataView(new ArrayBuffer(4), 1),
  new Uint16Array([1, 2]),
  new ArrayBuffer(3),
  new Map<unknown, unknown>([[{ a: 1 }, new Set([1, [2]])]]),
  { __proto__: null, a: 1 },
])('%p stays what it is', (value) => {
  const copy = copyOf(value);
  expect(copy).not.toBe(value);
  expect(copy).toEqual(value);
  expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(value));
});

test('shape is kept: cycles, holes; other objects are passed on', () => {
  const holes: unknown[] = [1];
  holes[2] = 3;
  const cyclic: { self?: unknown; date: Date; holes: unknown[] } = { date: new Date(0), holes };
  cyclic.self = cyclic;
  const copy = copyOf(cyclic);
  expect(copy.self).toBe(copy);
  expect(copy.date).toBe(cyclic.date);
  expect(1 in copy.holes).toBe(false);
});
