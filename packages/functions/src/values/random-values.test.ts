/** Seeded random values, there and back. A failure names its seed. */
import { isDeepStrictEqual } from 'node:util';
import { ChunkWriter, decode, encode, hashArguments } from '../index.js';

/** A small generator with a good spread; the same numbers for the same seed, everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomValue(random: () => number, depth: number, made: object[]): unknown {
  const below = (count: number): number => Math.floor(random() * count);
  const many = <T>(make: () => T): T[] => Array.from({ length: below(depth < 2 ? 3 : 20) }, make);
  const inner = (): unknown => randomValue(random, depth - 1, made);
  const keep = <T extends object>(value: T): T => {
    made.push(value);
    return value;
  };
  switch (below(depth > 0 ? 18 : 10)) {
    case 0:
      return below(300) - 150;
    case 1:
      return (random() - 0.5) * 10 ** (below(40) - 20);
    case 2:
      return String.fromCharCode(...many(() => below(128)));
    case 3:
      return String.fromCharCode(...many(() => below(0x10000)));
    case 4:
      return [null, undefined, true, false, NaN, -0, Infinity][below(7)];
    case 5:
      return BigInt(below(2 ** 31)) ** BigInt(below(6)) * (random() < 0.5 ? -1n : 1n);
    case 6:
      return keep(new Date(below(2 ** 41)));
    case 7:
      return keep(Uint16Array.from(many(() => below(65536))));
    case 8:
      return made.length > 0 ? made[below(made.length)] : 'nothing yet';
    case 9:
      return 'x'.repeat(below(200));
    case 10:
    case 11:
      return keep(many(inner));
    case 12:
    case 13:
    case 14:
      return keep(Object.fromEntries(many(() => [`key${below(30)}`, inner()])));
    case 15:
      return keep(new Map(many(() => [inner(), inner()])));
    case 16:
      return keep(new Set(many(inner)));
    default:
      return keep(Array.from({ length: 10 + below(30) }, () => below(1000) - (random() < 0.1 ? 0.5 : 0)));
  }
}

const seeds = Array.from({ length: 300 }, (_, index) => index * 7919 + 1);

describe('random values', () => {
  it('come back equal', () => {
    const different = seeds.filter((seed) => {
      const value = randomValue(randomFrom(seed), 4, []);
      return !isDeepStrictEqual(decode(encode(value)), value);
    });
    expect(different).toEqual([]);
  });

  it('come back equal out of a chunk', () => {
    const items = seeds.map((seed) => [randomValue(randomFrom(seed), 3, [])]);
    const writer = new ChunkWriter();
    const ends = items.map((item) => writer.append(item));
    const blob = writer.take();
    const different = seeds.filter((_seed, index) => {
      const back = decode({ header: blob.subarray(ends[index - 1] ?? 0, ends[index]), buffers: [] });
      return !isDeepStrictEqual(back, items[index]);
    });
    expect(different).toEqual([]);
  });

  it('hash alike when they are made alike, and differ otherwise', () => {
    const hashes = new Map<string | undefined, number>();
    for (const seed of seeds) {
      const hash = hashArguments([randomValue(randomFrom(seed), 4, []), seed]);
      expect(hash).toBe(hashArguments([randomValue(randomFrom(seed), 4, []), seed]));
      expect(hashes.get(hash)).toBeUndefined();
      hashes.set(hash, seed);
    }
  });
});
