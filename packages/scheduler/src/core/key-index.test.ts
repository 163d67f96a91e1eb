import { KeyIndex } from './key-index.js';
import { RandomSource } from './testing/random-source.js';

test('agrees with a Map through random additions and removals', () => {
  const random = new RandomSource(1);
  const index = new KeyIndex();
  index.reserve(4096);
  const model = new Map<string, number>();
  const free = Array.from({ length: 4096 }, (_, i) => i);
  for (let step = 0; step < 20_000; step++) {
    const number = random.below(3000);
    const key = random.pick([`map-${number}`, `ké-${number}`, `hash${number.toString(16)}`, `a-b-${number}`])!;
    const slot = model.get(key);
    if (slot === undefined && free.length > 0) {
      const fresh = free.pop()!;
      index.add(fresh, key);
      model.set(key, fresh);
    } else if (slot !== undefined && random.oneIn(2)) {
      index.remove(slot);
      model.delete(key);
      free.push(slot);
    }
    expect(index.find(key)).toBe(model.get(key) ?? -1);
  }
  expect(index.size).toBe(model.size);
  for (const [key, slot] of model) {
    expect(index.text(slot)).toBe(key);
    expect(index.find(key)).toBe(slot);
    expect(index.hash[slot]).toBe(index.hashOf(key));
  }
});

test('tells apart what only looks alike', () => {
  const index = new KeyIndex();
  index.reserve(64);
  const keys = [
    'x-1',
    'x-01',
    'x-1e0',
    '-1',
    'x-',
    'x',
    '1',
    'x--1',
    'x-2147483647',
    'x-2147483648',
    'x-99999999999',
    '',
  ];
  keys.forEach((key, slot) => index.add(slot, key));
  expect(keys.map((key) => index.find(key))).toEqual(keys.map((_, slot) => slot));
  expect(keys.map((_, slot) => index.text(slot))).toEqual(keys);
});

test('a prefix and a number make the key that the text makes', () => {
  const index = new KeyIndex();
  index.reserve(64);
  const prefix = index.usePrefix('work');
  index.addNumbered(3, prefix, 17);
  index.dropPrefix(prefix);
  expect(index.find('work-17')).toBe(3);
  index.remove(3);
  expect(index.find('work-17')).toBe(-1);
});
