import { formatSpan, formatTable } from './table.js';

test('columns are as wide as they must be and lines have no blanks at their end', () => {
  expect(
    formatTable(
      ['name', 'n'],
      [
        ['a', '10'],
        ['longer', ''],
      ],
    ),
  ).toBe('NAME    N\na       10\nlonger');
});

test.each([
  [400, '0 s'],
  [42_000, '42 s'],
  [300_000, '5 min'],
  [12_600_000, '3.5 h'],
  [200_000_000, '2 d'],
])('%j ms are %j', (ms, text) => expect(formatSpan(ms)).toBe(text));
