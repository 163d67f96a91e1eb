import { contrast, PALETTE_SIZE, paletteFor, paletteIndex } from './palette.js';

test.each([
  ['light', false, [255, 255, 255]],
  ['dark', true, [17, 17, 17]],
] as const)('all colours of the %s theme stand off its background', (_name, isDark, background) => {
  for (const colour of paletteFor(isDark)) expect(contrast(colour, background)).toBeGreaterThanOrEqual(3);
});

test('all colours differ, and a name has the same one for ever', () => {
  const palette = paletteFor(false);
  expect(new Set(palette.map(String)).size).toBe(PALETTE_SIZE);
  expect(paletteIndex('inc')).toBe(paletteIndex('inc'));
  const used = new Set(Array.from({ length: 400 }, (_, i) => paletteIndex(`f${i}`)));
  expect(used.size).toBe(PALETTE_SIZE);
});
