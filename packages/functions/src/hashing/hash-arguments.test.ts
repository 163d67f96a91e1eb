/** Keys of pure calls: equal for equal calls, different for different ones. */
/* eslint-disable @typescript-eslint/no-implied-eval -- functions made from text are among what is tested */
import { captureFunction, encode, hashArguments, keyOfCall } from '../index.js';

describe('hashArguments', () => {
  const different: unknown[][] = [
    ...[[], [0], [-0], [1], [1n], ['1'], [true], [null], [undefined], [NaN], [[1]], [1, 2], [12], ['1', '2'], ["1'2"]],
    ...[[{ a: 1 }], [{ a: '1' }], [{ a: 1, b: undefined }], [new Date(1)], [Int8Array.of(1)], [Uint8Array.of(1)]],
    ...[[Buffer.of(1)], [new Map([['a', 1]])], [new Set(['a'])], [/a/], [/a/g], ['x'.repeat(100)], ['x'.repeat(101)]],
    ...[[new Float64Array(3000)], [new Float64Array(3000).fill(1)], [(x: number) => x + 1], [(x: number) => x + 2]],
    ...[[Symbol.for('a')], [new Error('a')]],
  ];

  it('tells different lists apart', () => {
    const hashes = different.map((args) => hashArguments(args));
    expect(hashes).not.toContain(undefined);
    expect(new Set(hashes).size).toBe(different.length);
  });

  it('does not mind the order of keys, members and entries', () => {
    expect(hashArguments([{ a: 1, b: { c: 2, d: 3 } }])).toBe(hashArguments([{ b: { d: 3, c: 2 }, a: 1 }]));
    expect(hashArguments([new Set(['a', 'b', 1])])).toBe(hashArguments([new Set([1, 'b', 'a'])]));
    const entries: [string, number][] = [
      ['a', 1],
      ['b', 2],
    ];
    expect(hashArguments([new Map(entries)])).toBe(hashArguments([new Map(entries.toReversed())]));
  });

  it('is undefined when something cannot be hashed', () => {
    expect(hashArguments([{ later: Promise.resolve() }])).toBeUndefined();
  });

  it('takes objects outside by their names', () => {
    const [first, second] = [{ key: 'inc-1' }, { key: 'inc-2' }];
    const options = {
      reference: (value: object) => 'key' in value,
      referenceIdentity: (value: object) => (value as { key: string }).key,
    };
    const hash = hashArguments([first, [second]], options);
    expect(hashArguments([{ ...first }, [{ ...second }]], options)).toBe(hash);
    expect(hashArguments([second, [first]], options)).not.toBe(hash);
    expect(hashArguments([first], { reference: options.reference })).toBeUndefined();
  });

  it('leaves encoding as it was', () => {
    const before = encode({ b: 1, a: 2 });
    hashArguments([{ b: 1, a: 2 }]);
    expect(encode({ b: 1, a: 2 })).toEqual(before);
  });
});

describe('the identity of a function', () => {
  const make = (k: number) => (x: number) => x * k;

  it('is the same for the same text and captures, wherever it stands', () => {
    const one = new Function('return (x) => x + 1')() as () => unknown;
    const other = new Function('\n\n\nreturn (x) => x + 1')() as () => unknown;
    expect(captureFunction(one).identity).toBe(captureFunction(other).identity);
    expect(captureFunction(one).hash).not.toBe(captureFunction(other).hash);
  });

  it('differs with what is captured', () => {
    expect(captureFunction(make(2)).identity).toBe(captureFunction(make(2)).identity);
    expect(captureFunction(make(2)).identity).not.toBe(captureFunction(make(3)).identity);
  });

  it('is undefined when a captured future has no name, and has the name otherwise', () => {
    const future = { future: 'f1' };
    const fn = () => future;
    const reference = (value: object): boolean => 'future' in value;
    const named = (name: string) => captureFunction(fn, { reference, referenceIdentity: () => name });
    expect(captureFunction(fn, { reference }).identity).toBeUndefined();
    expect(named('f1').references).toEqual([future]);
    expect(named('f1').identity).toBe(named('f1').identity);
    expect(named('f1').identity).not.toBe(named('f2').identity);
  });

  it('makes a key with the arguments, or none', () => {
    const { identity } = captureFunction(make(2));
    expect(keyOfCall('times', identity, hashArguments([1]))).toMatch(/^times-[A-Za-z0-9]{22}=1;$/);
    expect(keyOfCall('times', identity, undefined)).toBeUndefined();
    expect(keyOfCall('times', undefined, hashArguments([1]))).toBeUndefined();
  });
});
