import { Packr } from 'msgpackr';
import { ProtocolError } from '../errors.js';
import { checkEncoded, decode, encode, MAX_DEPTH } from './codec.js';
import { seeded } from './world.test.support.js';

const bytes = (...list: number[]) => Uint8Array.from(list);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

test.each([
  [
    'integers',
    [0, 1, -1, 127, 128, -32, -33, 255, 256, 65_535, 65_536, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53 - 1)],
  ],
  ['floats', [0.5, -1e300, Number.MAX_VALUE, Infinity, -Infinity, NaN]],
  ['strings', ['', 'a', 'ünïcödé', 'x'.repeat(31), 'x'.repeat(32), 'x'.repeat(300), 'x'.repeat(70_000)]],
  ['nothing and booleans', [null, undefined, true, false]],
  [
    'lists',
    [[], [1, [2, [3]]], Array.from({ length: 16 }, (_, index) => index), Array.from({ length: 70_000 }, () => 0)],
  ],
  [
    'maps',
    [{}, { a: 1, b: { c: [] } }, Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, index]))],
  ],
  ['dates and large integers', [new Date(1_700_000_000_000), 2n ** 63n - 1n]],
  ['a batch as deep as allowed', [nested(MAX_DEPTH - 1)]],
])('%s come back as they were', (_name, value) => {
  expect(decode(encode(value))).toEqual(value);
  expect(decode(encode(value, 9), 9)).toEqual(value);
});

test('binary parts are views of the received bytes, of any length', () => {
  const value = [0, 1, 255, 256, 65_536].map((length) => new Uint8Array(length).fill(3));
  const encoded = encode(value, 9);
  const decoded = decode(encoded, 9) as Uint8Array[];
  expect(decoded.map((part) => part.length)).toEqual([0, 1, 255, 256, 65_536]);
  expect(decoded.every((part) => part.buffer === encoded.buffer && part.every((byte) => byte === 3))).toBe(true);
});

test('binary parts are plain arrays, so that slice copies, whatever the received bytes are', () => {
  const encoded = Buffer.from(encode([new Uint8Array([1, 2, 3])]));
  const [part] = decode(encoded) as [Uint8Array];
  const kept = part.slice();
  encoded.fill(0);
  expect(Buffer.isBuffer(part)).toBe(false);
  expect([...kept]).toEqual([1, 2, 3]);
});

test('what was encoded is not touched by what is encoded after it', () => {
  const first = encode(['first', 1, 2, 3], 9);
  const copy = first.slice();
  for (let index = 0; index < 1000; index++) encode(['other', index, 'x'.repeat(index)], 9);
  expect(first).toEqual(copy);
});

test.each([
  ['nothing', bytes()],
  ['a reserved byte', bytes(0xc1)],
  ['a list that ends too early', bytes(0x93, 1, 2)],
  ['a string that ends too early', bytes(0xa5, 65)],
  ['binary that ends too early', bytes(0xc5, 1, 0, 7)],
  ['a length that ends too early', bytes(0xdd, 0, 0)],
  ['a length without its only byte', bytes(0xc4)],
  ['a list of four billion', bytes(0xdd, 255, 255, 255, 255)],
  ['a map of four billion', bytes(0xdf, 255, 255, 255, 255)],
  ['binary of four billion', bytes(0xc6, 255, 255, 255, 255)],
  ['bytes after the end', bytes(1, 2)],
  ['too deep a list', Uint8Array.from([...Array.from({ length: 100 }, () => 0x91), 1])],
  ['a set', new Packr({ useRecords: false, moreTypes: true }).pack(new Set([1]))],
  ['an error', new Packr({ useRecords: false, moreTypes: true }).pack(new Error('x'))],
  ['a record', new Packr({ useRecords: true }).pack({ a: 1 })],
  ['an extension with a length', bytes(0xc7, 1, 0x72, 0)],
])('%s is refused before it is decoded', (_name, encoded) => {
  expect(() => checkEncoded(encoded)).toThrow(ProtocolError);
  expect(() => decode(encoded)).toThrow(ProtocolError);
});

test('a map cannot reach the prototype of objects', () => {
  const encoded = Uint8Array.from([0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa1, 0x78, 1]);
  expect(Object.getPrototypeOf(decode(encoded))).toBe(Object.prototype);
  expect(({} as { x?: number }).x).toBeUndefined();
});

test('whatever bytes come, decoding ends in a value or a ProtocolError', () => {
  const random = seeded(42);
  const good = encode([1, 'abc', [null, 2.5, { k: new Uint8Array(9) }], 'x'.repeat(40), -5, 70_000]);
  for (let round = 0; round < 5000; round++) {
    const encoded =
      random() < 0.5
        ? Uint8Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256))
        : good.slice();
    for (let change = 0; change < 3; change++)
      encoded[Math.floor(random() * encoded.length)] = Math.floor(random() * 256);
    try {
      decode(encoded);
    } catch (error) {
      if (!(error instanceof ProtocolError))
        throw new Error(`round ${round}: ${Buffer.from(encoded).toString('hex')}`, { cause: error });
    }
  }
});
