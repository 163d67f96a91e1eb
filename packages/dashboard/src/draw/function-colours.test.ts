import { FunctionColours } from './function-colours.js';
import { PALETTE_SIZE, paletteIndex } from './palette.js';

const names = Array.from({ length: PALETTE_SIZE + 3 }, (_, i) => `function${i}`);

test('functions of a page have colours of their own while there are any, and keep them', () => {
  const colours = new FunctionColours();
  const places = names.slice(0, PALETTE_SIZE).map((name) => colours.placeOf(name));
  expect(new Set(places).size).toBe(PALETTE_SIZE);
  expect(names.slice(0, PALETTE_SIZE).map((name) => colours.placeOf(name))).toEqual(places);
  expect(names.slice(PALETTE_SIZE).map((name) => colours.placeOf(name))).toEqual(
    names.slice(PALETTE_SIZE).map(paletteIndex),
  );
});

test('a name has the same colour on every page where no other has it', () => {
  expect(new FunctionColours().placeOf('load')).toBe(paletteIndex('load'));
});
