import {
  abortSignal,
  amount,
  anyText,
  checkOptions,
  checkValue,
  describeValue,
  either,
  flag,
  listOf,
  mapOf,
  milliseconds,
  oneOf,
  someMilliseconds,
  text,
  whole,
} from './kinds.js';
import type { Kind } from './kinds.js';

class Odd {}
const names = listOf(text(3), 'a list of names', { min: 1, max: 2 });

test.each<[Kind, readonly unknown[], readonly [unknown, string][]]>([
  [
    text(3),
    ['a', 'abc'],
    [
      ['', 'text of 1 to 3 characters, not empty text'],
      ['abcd', "not 'abcd'"],
      [5, 'not 5'],
    ],
  ],
  [
    whole(-1, 2),
    [-1, 0, 2],
    [
      [3, 'a whole number from -1 to 2, not 3'],
      [0.5, 'not 0.5'],
      ['1', "not '1'"],
      [1n, 'not 1n'],
    ],
  ],
  [
    amount,
    [0, 1.5],
    [
      [-1, 'a number from 0, not -1'],
      [Infinity, 'not Infinity'],
      [NaN, 'not NaN'],
    ],
  ],
  [
    milliseconds,
    [0, 1e20, Infinity],
    [
      [-5, 'milliseconds from 0, not -5'],
      [NaN, 'not NaN'],
      ['5', "not '5'"],
    ],
  ],
  [someMilliseconds, [0.1, Infinity], [[0, 'a positive number of milliseconds, not 0']]],
  [
    flag,
    [true, false],
    [
      ['yes', "true or false, not 'yes'"],
      [null, 'not null'],
    ],
  ],
  [oneOf('a', 'b', 'c'), ['a', 'c'], [['bogus', "'a', 'b' or 'c', not 'bogus'"]]],
  [
    abortSignal,
    [AbortSignal.abort()],
    [
      [{}, 'an AbortSignal, not an object'],
      [new AbortController(), 'not an instance of AbortController'],
    ],
  ],
  [
    names,
    [['a'], ['a', 'b']],
    [
      [[], 'a list of names, not an empty list'],
      [['a', ''], 'not a list with empty text at 1'],
      [5, 'not 5'],
      [['a', 'b', 'c'], 'not a list of 3'],
    ],
  ],
  [
    mapOf(amount, 'amounts by name'),
    [{}, { GPU: 1 }],
    [
      [{ GPU: -1 }, "amounts by name, not one with -1 under 'GPU'"],
      [[1], 'not a list of 1'],
      [5, 'not 5'],
    ],
  ],
  [
    either(text(3), names),
    ['a', ['a']],
    [
      [null, 'not null'],
      [['', 'a'], 'not a list with empty text at 0'],
    ],
  ],
  [
    anyText,
    [''],
    [
      [new Odd(), 'text, not an instance of Odd'],
      [() => 1, 'not a function'],
    ],
  ],
])('$expected', (kind, fitting, others) => {
  for (const value of fitting) expect(kind.flaw(value)).toBeUndefined();
  for (const [value, message] of others) {
    expect(() => checkValue(value, kind, 'it', RangeError)).toThrow(message);
  }
});

test('a long text is told by its length and its beginning', () => {
  expect(describeValue('x'.repeat(5000))).toBe(`text of 5000 characters ('${'x'.repeat(40)}…')`);
});

describe('options', () => {
  const kinds = { size: whole(1), mode: oneOf('fast') };

  test('may be absent, or undefined', () => {
    checkOptions({}, kinds, 'run', RangeError);
    checkOptions({ size: undefined, mode: 'fast' }, kinds, 'run', RangeError);
  });

  test.each<[unknown, string]>([
    [{ sise: 1 }, 'There is no option `sise`: run takes size, mode'],
    [{ toString: 1 }, 'There is no option `toString`'],
    [{ size: 0 }, '`size` must be a whole number from 1, not 0'],
    [100, 'run takes an object of options, not 100'],
    [null, 'run takes an object of options, not null'],
  ])('%j are refused', (given, message) => {
    expect(() => checkOptions(given as { size?: number }, kinds as never, 'run', RangeError)).toThrow(message);
  });
});
