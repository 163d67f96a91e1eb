/** V8 forgets the code of what was not called lately. What was compiled under a flag can't be compiled again then. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decode, encode, registerSerializer } from '../index.js';
import { shapeTest } from '../v8/same-shape.js';

function forgetCode(): void {
  setFlagsFromString('--expose-gc');
  setFlagsFromString('--stress-flush-code');
  const collect = runInNewContext('gc') as () => void;
  collect();
  setFlagsFromString('--no-stress-flush-code');
}

class Interruption {}

const record = { a: 1, b: 'x' };
const long = (): unknown[] => Array.from({ length: 40 }, (_, at) => at);
const values: readonly object[] = [
  [record, { a: 2, b: 'y' }, { a: 3, b: 'z' }],
  [[1], ['x'], [0.5], []],
  [1, , 3], // eslint-disable-line no-sparse-arrays
  long(),
  Object.assign([1], { [Symbol.for('covey.test')]: 2 }),
  Object.defineProperty([1], 'hidden', { value: 2 }),
  Object.defineProperty(long(), 'hidden', { value: 2 }),
];

it('values are written as before, and shapes are compared again in a later encoding', () => {
  const before = values.map((value) => encode(value));
  for (const [at, value] of values.entries()) {
    forgetCode();
    expect(encode(value)).toEqual(before[at]);
  }
  encode(values);
  expect(shapeTest.same(record, { a: 5, b: 'y' })).toBe(true);
});

it('in the middle of an encoding the rest of it is written without comparing', () => {
  const remove = registerSerializer({
    name: 'interruption',
    class: Interruption,
    encode: forgetCode,
    decode: () => 'over',
  });
  try {
    const copy = decode(encode([record, new Interruption(), ...values])) as unknown[];
    expect(copy).toEqual([record, 'over', ...values]);
    expect(shapeTest.same(record, { a: 5, b: 'y' })).toBe(false);
    expect(decode(encode(values))).toEqual(values);
  } finally {
    remove();
  }
});
