/**
 * Whether two objects have the same names in the same order with the same attributes, accessors where the other has accessors, the same prototype and
 * extensibility. V8 keeps all of that in a *hidden class*, to compare which is one comparison; the language's own way, a descriptor a property, takes half
 * a microsecond an object. Integer keys are no part of a hidden class.
 */
import { setFlagsFromString } from 'node:v8';

export interface ShapeTest {
  /** Whether an object has a hidden class of such kind, so that it can serve as the first argument of `same`. */
  isComparable(value: object): boolean;
  same(sample: object, value: object): boolean;
  /** Whether an array is of the kinds that hold nothing but items. False says nothing: arrays of other realms are unknown. */
  isBareArray(value: readonly unknown[]): boolean;
}

/** An array of each kind that V8 has, most frequent first: with and without holes, of any values, small integers, numbers. */
// eslint-disable-next-line no-sparse-arrays -- their very holes are the point
const bareArrays: readonly unknown[][] = [['a'], [1], [0.5], [, 'a'], [, 1], [, 0.5]];

let test: ShapeTest | null | undefined;

/** The test; null where V8 does not offer it, or code can't be made from text. */
export function shapeTest(): ShapeTest | null {
  return (test ??= makeTest());
}

function makeTest(): ShapeTest | null {
  setFlagsFromString('--allow-natives-syntax');
  try {
    /* eslint-disable @typescript-eslint/no-implied-eval -- V8's own functions have no other name */
    const isComparable = new Function('value', 'return %HasFastProperties(value)') as ShapeTest['isComparable'];
    const same = new Function('sample', 'value', 'return %HaveSameMap(sample, value)') as ShapeTest['same'];
    /* eslint-enable @typescript-eslint/no-implied-eval */
    // Their bodies are compiled at the first call: now, while the syntax is known.
    const works = isComparable({ a: 1 }) && same({ a: 1 }, { a: 2 }) === same({ a: 2 }, { a: 1 });
    if (!works) return null;
    const isBareArray = (value: readonly unknown[]): boolean => {
      for (const sample of bareArrays) if (same(sample, value)) return true;
      return false;
    };
    return { isComparable, same, isBareArray };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof EvalError) return null;
    throw error;
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}
