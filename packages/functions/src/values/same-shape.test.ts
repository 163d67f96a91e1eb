/** Records after a record: what looks like the one before and is something else must not be taken for it. */
import { decode, encode } from '../index.js';
import { shapeTest } from '../v8/same-shape.js';

const plain = { a: 1, b: 'x' };

/** The copy of the last of some objects that travel together after a plain one. */
function copyAfterPlain<T extends object>(...values: T[]): T {
  const copies = decode(encode([plain, { a: 2, b: 'y' }, ...values])) as T[];
  expect(copies.slice(0, 2)).toEqual([plain, { a: 2, b: 'y' }]);
  return copies.at(-1) as T;
}

const descriptors = (value: object) => Object.getOwnPropertyDescriptors(value);

it('is tested by V8 itself here', () => {
  encode(plain);
  expect(shapeTest.same(plain, { a: 5, b: 'z' })).toBe(true);
});

it('keeps what no name shows: attributes, extensibility, symbols, integer keys', () => {
  const hidden = Object.defineProperty({ a: 1, b: 'x' }, 'b', { enumerable: false });
  const constant = Object.defineProperty({ a: 1, b: 'x' }, 'b', { writable: false });
  const symbol = Symbol.for('covey.test');
  for (const value of [
    hidden,
    constant,
    Object.freeze({ a: 1, b: 'x' }),
    Object.preventExtensions({ a: 1, b: 'x' }),
    { a: 1, b: 'x', [symbol]: 3 },
    { a: 1, b: 'x', 7: 'seven' },
    { b: 'x', a: 1 },
  ]) {
    const copy = copyAfterPlain(value, value);
    expect(descriptors(copy)).toEqual(descriptors(value));
    expect(Object.isExtensible(copy)).toBe(Object.isExtensible(value));
    expect(Reflect.ownKeys(copy)).toEqual(Reflect.ownKeys(value));
  }
});

it('keeps accessors and methods', () => {
  const reading = { a: 1, get b() { return `${this.a}!`; } }; // prettier-ignore
  expect(copyAfterPlain(reading).b).toBe('1!');
  const acting = { a: 1, b: (x: number) => x + 1 };
  expect(copyAfterPlain<{ a: number; b: unknown }>(acting).b).toEqual(expect.any(Function));
});

it('tells integer keys apart', () => {
  const sparse = [{ a: 1, 3: 'three' }, { a: 1, 4: 'four' }, { a: 1 }];
  expect(decode(encode(sparse))).toEqual(sparse);
});

it('sees a record again as the same one', () => {
  const records: { id: number; next?: unknown }[] = Array.from({ length: 40 }, (_, id) => ({ id, next: undefined }));
  for (const [at, record] of records.entries()) record.next = records[(at * 7 + 1) % 40];
  const copies = decode(encode([...records, records[3]])) as typeof records;
  expect(copies[40]).toBe(copies[3]);
  for (const [at, copy] of copies.slice(0, 40).entries()) expect(copy.next).toBe(copies[(at * 7 + 1) % 40]);
});

it('keeps arrays that are more than their items', () => {
  const named = Object.assign([1, 2], { name: 'pair' });
  const arrays = [[1, 2], named, Object.preventExtensions([1, 2]), [1, , 3], Object.assign(['a', , 'c'], { x: 1 })]; // eslint-disable-line no-sparse-arrays
  const copies = decode(encode(arrays)) as typeof arrays;
  for (const [at, copy] of copies.entries()) {
    expect(descriptors(copy)).toEqual(descriptors(arrays[at] ?? []));
    expect(Object.isExtensible(copy)).toBe(Object.isExtensible(arrays[at]));
  }
});
