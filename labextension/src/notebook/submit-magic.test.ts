import { hasSubmitMagic, toggleSubmitMagic } from './submit-magic.js';

test.each([
  ['f(1)', '%%submit\nf(1)'],
  ['%%submit\nf(1)', 'f(1)'],
  ['%%submit total\nf(1)\n', 'f(1)\n'],
  ['\n%%submit\nf(1)', 'f(1)'],
  ['%%submit', ''],
])('%j becomes %j', (before, after) => expect(toggleSubmitMagic(before)).toBe(after));

test('other magics and words that begin alike are no %%submit', () => {
  expect(hasSubmitMagic('%%submitted\nf(1)')).toBe(false);
  expect(hasSubmitMagic('%%timeit\n%%submit')).toBe(false);
});
