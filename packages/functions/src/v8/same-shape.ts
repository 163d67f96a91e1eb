/**
 * Whether two objects have the same names in the same order with the same attributes, accessors where the other has accessors, the same prototype and
 * extensibility. V8 keeps all of that in a *hidden class*, to compare which is one comparison; the language's own way, a descriptor a property, takes half
 * a microsecond an object. Integer keys are no part of a hidden class.
 *
 * V8's own functions can be named only in text that is compiled while a flag of the whole process is on, which it is for that moment alone. But V8 forgets
 * the code of functions that were not called through some collections of garbage, and compiles their text again at the next call: a syntax error by then.
 * So a test may cease to work at any call. Its answer is "unknown" from then on, and it is made again for the next encoding.
 */
import { types } from 'node:util';
import { setFlagsFromString } from 'node:v8';

interface Natives {
  hasFastProperties(value: object): boolean;
  haveSameMap(sample: object, value: object): boolean;
}

/** Another thread may switch the flag off while this one compiles. */
const attempts = 5;

/** An array of each kind that V8 has, most frequent first: with and without holes, of any values, small integers, numbers. */
// eslint-disable-next-line no-sparse-arrays -- their very holes are the point
const bareArrays: readonly unknown[][] = [['a'], [1], [0.5], [, 'a'], [, 1], [, 0.5]];

export class ShapeTest {
  #natives: Natives | undefined;
  #isOffered = true;

  /** Makes the test work, unless V8 does not offer it, or code can't be made from text. For the start of an encoding. */
  renew(): void {
    if (this.#natives !== undefined || !this.#isOffered) return;
    this.#natives = makeNatives();
    this.#isOffered = this.#natives !== undefined;
  }

  /**
   * Whether an object has a hidden class of such kind that it can serve as the first argument of `same`. False when unknown, and of proxies: V8 13 ends the
   * process when it is asked about one.
   */
  isComparable(value: object): boolean {
    if (this.#natives === undefined || types.isProxy(value)) return false;
    try {
      return this.#natives.hasFastProperties(value);
    } catch (error) {
      return this.#unknown(error);
    }
  }

  /** Whether an object has the hidden class of a sample. False when unknown. */
  same(sample: object, value: object): boolean {
    if (this.#natives === undefined) return false;
    try {
      return this.#natives.haveSameMap(sample, value);
    } catch (error) {
      return this.#unknown(error);
    }
  }

  /** Whether an array is of the kinds that hold nothing but items. False says nothing: arrays of other realms are unknown. */
  isBareArray(value: readonly unknown[]): boolean {
    for (const sample of bareArrays) if (this.same(sample, value)) return true;
    return false;
  }

  /** The code was forgotten; anything else that is thrown (a full stack) is not ours. */
  #unknown(error: unknown): false {
    if (!(error instanceof SyntaxError)) throw error;
    this.#natives = undefined;
    return false;
  }
}

/** This thread's. */
export const shapeTest = new ShapeTest();

function makeNatives(): Natives | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    // The flags of the program may offer them all along; then they are left as they are.
    const natives = compile() ?? withNativesSyntax(compile);
    if (natives !== undefined) return natives;
  }
  return undefined;
}

function withNativesSyntax<T>(action: () => T): T {
  setFlagsFromString('--allow-natives-syntax');
  try {
    return action();
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

function compile(): Natives | undefined {
  try {
    /* eslint-disable @typescript-eslint/no-implied-eval -- V8's own functions have no other name */
    const hasFastProperties = new Function('value', 'return %HasFastProperties(value)') as Natives['hasFastProperties'];
    const haveSameMap = new Function('sample', 'value', 'return %HaveSameMap(sample, value)') as Natives['haveSameMap'];
    /* eslint-enable @typescript-eslint/no-implied-eval */
    // Their bodies are compiled at the first call: now, while the syntax is known.
    const works = hasFastProperties({ a: 1 }) && haveSameMap({ a: 1 }, { a: 2 }) === haveSameMap({ a: 2 }, { a: 1 });
    return works ? { hasFastProperties, haveSameMap } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof EvalError) return undefined;
    throw error;
  }
}
