import { Metadata } from './metadata.js';

test('keeps values under nested paths', () => {
  const metadata = new Metadata();
  metadata.set(['run', 'name'], 'first');
  metadata.set(['run', 'config'], { rate: 1 });
  metadata.set(['run', 'config', 'depth'], 2);
  expect(metadata.get(['run', 'name'])).toEqual({ found: true, value: 'first' });
  expect(metadata.get(['run', 'config']).value).toEqual({ rate: 1, depth: 2 });
  expect(metadata.get([]).value).toEqual({ run: { name: 'first', config: { rate: 1, depth: 2 } } });
  expect(metadata.get(['run', 'other'])).toEqual({ found: false });
  expect(metadata.get(['run', 'name', 'length'])).toEqual({ found: false });
});

test('does not change what it gave before', () => {
  const metadata = new Metadata();
  metadata.set(['a', 'b'], 1);
  const before = metadata.get(['a']).value;
  metadata.set(['a', 'b'], 2);
  expect(before).toEqual({ b: 1 });
});

test('refuses to go through a value', () => {
  const metadata = new Metadata();
  metadata.set(['a'], 1);
  expect(() => metadata.set(['a', 'b'], 2)).toThrow("under 'a' is a value");
  expect(() => metadata.set([], 2)).toThrow('1 to 64 parts');
});

test('takes any text as a key', () => {
  const metadata = new Metadata();
  metadata.set(['__proto__', 'polluted'], true);
  expect(metadata.get(['__proto__', 'polluted'])).toEqual({ found: true, value: true });
  expect(metadata.get(['constructor'])).toEqual({ found: false });
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
