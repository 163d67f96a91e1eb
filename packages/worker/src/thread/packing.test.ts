import { pack, unpack } from './packing.js';

const examples: readonly unknown[] = [
  0,
  1,
  127,
  128,
  255,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  -1,
  0.5,
  1.7e12,
  Infinity,
  NaN,
  null,
  true,
  false,
  '',
  'number',
  'map-3f2a-17',
  'ä',
  'текст',
  '😀',
  'x'.repeat(47),
  'x'.repeat(48),
  'x'.repeat(200_000),
  'é'.repeat(100),
  [],
  [1, [2, ['three']], null],
  Array.from({ length: 5000 }, (_, i) => i),
  { a: 1, b: [2], c: { d: 'e' } },
];

it.each(examples.map((example) => [example]))('%p comes back', (example) => {
  expect(unpack(pack([example]))).toEqual([example]);
});

it('bytes come back as views of what was received', () => {
  for (const length of [0, 1, 47, 48, 70_000]) {
    const sent = Uint8Array.from({ length }, (_, i) => i % 251);
    const packed = pack([7, sent, Buffer.from(sent), 8]);
    const [seven, first, second, eight] = unpack(packed) as [number, Uint8Array, Uint8Array, number];
    expect([seven, eight]).toEqual([7, 8]);
    expect(Buffer.from(first).equals(Buffer.from(sent))).toBe(true);
    expect(Buffer.from(second).equals(Buffer.from(sent))).toBe(true);
    expect(first.buffer).toBe(packed);
  }
});

it('minus zero and undefined have their meaning in a batch', () => {
  expect(Object.is(unpack(pack([-0]))[0], -0)).toBe(true);
  expect(unpack(pack([undefined]))).toEqual([null]);
});

it('what can not be cloned is replaced by a text, and the rest comes', () => {
  const [one, text, two] = unpack(pack([1, { f: () => 1 }, 2]));
  expect([one, two]).toEqual([1, 2]);
  expect(text).toContain('not transferable');
});

it('all together come back in order, whatever was packed before', () => {
  for (let round = 0; round < 3; round++) expect(unpack(pack(examples))).toEqual(examples);
});
