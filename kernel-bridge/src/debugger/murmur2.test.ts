import { murmur2 } from './murmur2.js';

test.each([
  ['', 0, 0],
  ['1+1', 0, 2728614991],
  ['console.log(1)\n', 3339675911, 3684797180],
  ['äöü😀 const', 3339675911, 3849741581],
  ['abcd', 3339675911, 804720481],
  ['abcde', 1, 3469237630],
])('of %j with seed %d is what other kernels make of it', (text, seed, expected) => {
  expect(murmur2(text, seed)).toBe(expected);
});
