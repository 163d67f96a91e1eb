import { digest } from './digest.js';

test('a digest has 22 letters and digits, and no dash that reads as the end of a name', () => {
  const digests = Array.from({ length: 1000 }, (_, i) => digest(`content ${i}`));
  expect(digests.filter((each) => !/^[A-Za-z0-9]{22}$/.test(each))).toEqual([]);
  expect(new Set(digests).size).toBe(1000);
});
