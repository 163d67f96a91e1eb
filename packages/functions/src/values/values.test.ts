/** Values there and back: every kind, shared objects and cycles, aliasing memory, other realms. */
import { runInNewContext } from 'node:vm';
import {
  decode,
  encode,
  hashArguments,
  MalformedValueError,
  NotSerializableError,
  registerSerializer,
  shared,
} from '../index.js';
import { isSharedEncoding } from '../internal.js';
import type { Frames } from '../index.js';

function roundTrip<T>(value: T, options?: Parameters<typeof encode>[1]): T {
  return decode(encode(value, options)) as T;
}

/** For JSON, which leaves out functions. */
function typesOfAccessors(_key: string, value: unknown): unknown {
  return typeof value === 'function' ? 'a function' : value;
}

describe('values come back as they were', () => {
  const long = 'x'.repeat(1000);
  it.each<[string, unknown]>([
    ['small integers', [0, 1, 127, 128, 255, 256, -1, -128, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, -(2 ** 53)]],
    ['fractions and limits', [0.1, -0.5, Number.MAX_VALUE, Number.MIN_VALUE, Infinity, -Infinity, NaN]],
    ['negative zero', -0],
    ['null, undefined, booleans', [null, undefined, true, false]],
    ['strings', ['', 'a', 'é', 'ÿ', 'Ā', '日本', '😀', long, `${long}é`, `${long}日`, 'a'.repeat(31), 'é'.repeat(40)]],
    ['lone surrogates', ['\ud800', 'a\udc00b', `${long}\ud800`]],
    ['big integers', [0n, 1n, -1n, 2n ** 64n, -(2n ** 200n), 123456789012345678901234567890n]],
    ['dates', [new Date(0), new Date(1e12), new Date(-1)]],
    ['regular expressions', [/a/g, /[/]\n/iu, new RegExp('(?<year>\\d+)', 'v')]],
    [
      'maps and sets',
      [
        new Map<unknown, unknown>([
          [1, 'a'],
          [{ k: 1 }, new Map()],
        ]),
        new Set<unknown>([1, 'a', { a: 1 }]),
      ],
    ],
    ['URLs', [new URL('https://a.b/c?d=e#f'), new URLSearchParams('a=1&a=2')]],
    ['boxed primitives', [Object(1), Object('text'), Object(false), Object(5n)]],
    ['long arrays of integers', Array.from({ length: 100 }, (_, i) => i * 1000 - 50_000)],
    ['long arrays of doubles', Array.from({ length: 100 }, (_, i) => i / 3)],
    ['long arrays with a negative zero', [...Array.from({ length: 20 }, () => 1), -0]],
    ['long arrays of mixed items', Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? i : `${i}`))],
    ['records', Array.from({ length: 50 }, (_, i) => ({ id: i, name: `n${i}`, nested: { ok: true } }))],
    ['odd keys', { 'a b': 1, '': 2, '1': 3, constructor: 4, hasOwnProperty: 5 }],
    ['empty things', [{}, [], new Map(), new Set(), '']],
    ['registered and well-known symbols', [Symbol.for('x'), Symbol.iterator]],
    [
      'typed arrays',
      [new Int8Array([-1]), new Uint8ClampedArray([300]), new Float32Array([0.5]), new BigInt64Array([-5n])],
    ],
    ['buffers', [Buffer.from('hello'), new Uint8Array([1, 2, 3]).buffer, new DataView(new ArrayBuffer(4), 1, 2)]],
  ])('%s', (_name, value) => {
    expect(roundTrip(value)).toEqual(value);
  });

  it('makes headers, encoders and decoders of text again, shared ones once', () => {
    const headers = new Headers([
      ['a', '1'],
      ['set-cookie', 'b'],
      ['set-cookie', 'c'],
    ]);
    const decoder = new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true });
    const [copied, again, encoder, { deep }] = roundTrip([headers, headers, new TextEncoder(), { deep: [decoder] }]);
    expect([...copied]).toEqual([...headers]);
    expect(again).toBe(copied);
    expect(encoder.encode('é')).toEqual(new Uint8Array([0xc3, 0xa9]));
    expect(deep[0]).toMatchObject({ encoding: 'utf-16le', fatal: true, ignoreBOM: true });
  });

  it('keeps negative zero apart from zero', () => {
    expect(Object.is(roundTrip(-0), -0)).toBe(true);
    expect(Object.is(roundTrip([0])[0], 0)).toBe(true);
  });

  it('keeps an invalid date', () => {
    expect(roundTrip(new Date(NaN)).getTime()).toBeNaN();
  });

  it('keeps a symbol of its own, which comes home as itself', () => {
    const symbol = Symbol('own');
    const back = roundTrip({ [symbol]: symbol });
    expect(back[symbol]).toBe(symbol);
  });

  it('keeps Buffer a Buffer and Uint8Array a Uint8Array', () => {
    const [buffer, bytes] = roundTrip([Buffer.from('a'), new Uint8Array(1)]);
    expect(Buffer.isBuffer(buffer)).toBe(true);
    expect(Buffer.isBuffer(bytes)).toBe(false);
  });

  it('keeps where a regular expression goes on', () => {
    const pattern = /a/g;
    pattern.lastIndex = 3;
    expect(roundTrip(pattern).lastIndex).toBe(3);
  });

  it('makes arguments an array', () => {
    const args = (function (..._all: unknown[]) {
      // eslint-disable-next-line prefer-rest-params -- the object itself is what travels
      return arguments;
    })(1, 'b');
    expect(roundTrip<unknown>(args)).toEqual([1, 'b']);
  });
});

describe('arrays that are more than their items', () => {
  it('keeps holes', () => {
    // eslint-disable-next-line no-sparse-arrays -- holes are the point
    const back = roundTrip([1, , 3]);
    expect([0 in back, 1 in back, back.length]).toEqual([true, false, 3]);
  });

  it('keeps holes at the end, and sparse arrays small', () => {
    const sparse: number[] = [];
    sparse[1_000_000] = 1;
    sparse.length = 2_000_000;
    const frames = encode(sparse);
    expect(frames.header.length).toBeLessThan(100);
    const back = decode(frames) as number[];
    expect([back.length, back[1_000_000], Object.keys(back)]).toEqual([2_000_000, 1, ['1000000']]);
  });

  it.each([3, 30, 300])('keeps properties of an array of %d items', (length) => {
    const array = Object.assign(Array.from({ length }, String), { extra: 'yes' });
    const back = roundTrip(array);
    expect([back.extra, back.length, Array.isArray(back)]).toEqual(['yes', length, true]);
  });

  it('keeps the groups of a match', () => {
    const match = /(?<a>x)/.exec('zx') as RegExpExecArray;
    const back = roundTrip(match);
    expect([back.index, back.input, back.groups?.['a'], back[0]]).toEqual([1, 'zx', 'x', 'x']);
  });
});

describe('objects that are more than plain records', () => {
  it('keeps null prototypes', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    expect(Object.getPrototypeOf(roundTrip(bare))).toBeNull();
  });

  it('keeps symbols as keys and attributes of properties', () => {
    const object = Object.defineProperty({ [Symbol.for('s')]: 1 }, 'hidden', { value: 2, enumerable: false });
    expect(Object.getOwnPropertyDescriptors(roundTrip(object))).toEqual(Object.getOwnPropertyDescriptors(object));
  });

  it('keeps accessors as accessors', () => {
    const object = {
      factor: 2,
      get double() {
        return this.factor * 2;
      },
    };
    const back = roundTrip(object);
    back.factor = 5;
    expect(back.double).toBe(10);
  });

  it('keeps frozen and sealed', () => {
    const [frozen, sealed, array] = roundTrip([Object.freeze({ a: 1 }), Object.seal({ a: 1 }), Object.freeze([1])]);
    expect([Object.isFrozen(frozen), Object.isSealed(sealed), Object.isFrozen(array)]).toEqual([true, true, true]);
  });

  it.each<[string, object]>([
    ['a frozen array', Object.freeze([1, [2]])],
    ['an array of fixed length', Object.defineProperty([1, 2], 'length', { writable: false })],
    ['an item that is read-only', Object.defineProperty([1, 2], 0, { writable: false })],
    ['an item with an accessor', Object.defineProperty([1, 2], 1, { get: () => 9 })],
    ['a boxed string with a member', Object.assign(Object('text') as object, { extra: 1 })],
  ])('keeps %s', (_, value) => {
    const [back, own] = [roundTrip(value), value].map((each) => Object.getOwnPropertyDescriptors(each));
    expect(JSON.stringify(back, typesOfAccessors)).toBe(JSON.stringify(own, typesOfAccessors));
  });

  it('keeps maps, sets, dates and patterns closed', () => {
    const closed = [new Map([[1, 2]]), new Set([1]), new Date(3), /a/g].map((each) => Object.preventExtensions(each));
    const back = roundTrip(closed);
    expect(back).toEqual(closed);
    expect(back.map((each) => Object.isExtensible(each))).toEqual([false, false, false, false]);
  });

  it('asks what is boxed, not its own methods', () => {
    const boxed = Object.assign(Object(1) as object, { valueOf: () => 2 });
    expect(Number.prototype.valueOf.call(roundTrip(boxed))).toBe(1);
  });

  it('keeps a prototype that is an object', () => {
    const back = roundTrip(Object.create({ inherited: 1 }) as { inherited: number });
    expect([back.inherited, Object.keys(back)]).toEqual([1, []]);
  });

  it('takes a proxy of a record for what it shows', () => {
    expect(roundTrip([new Proxy({ a: 1 }, { ownKeys: () => ['a'] })])).toEqual([{ a: 1 }]);
  });

  it('is not led astray by __proto__', () => {
    const back = roundTrip(JSON.parse('{"__proto__": {"polluted": true}}') as object);
    expect([Object.getPrototypeOf(back) === Object.prototype, 'polluted' in {}]).toEqual([true, false]);
    expect(Object.keys(back)).toEqual(['__proto__']);
  });

  it('takes values of another realm for what they are', () => {
    const foreign = runInNewContext(
      '({ m: new Map([[1, [2]]]), d: new Date(3), e: new RangeError("r"), n: null })',
    ) as object;
    const back = roundTrip(foreign) as { m: Map<number, number[]>; d: Date; e: Error };
    expect(back.m).toEqual(new Map([[1, [2]]]));
    expect(back.d).toEqual(new Date(3));
    expect(back.e).toBeInstanceOf(RangeError);
  });
});

describe('shared objects', () => {
  it('stay shared, and cycles closed', () => {
    const shared = { n: 1 };
    const value: Record<string, unknown> = { a: shared, b: [shared], map: new Map([[shared, 1]]) };
    value['self'] = value;
    const back = roundTrip(value) as { a: object; b: object[]; map: Map<object, number>; self: unknown };
    expect(back.self).toBe(back);
    expect(back.b[0]).toBe(back.a);
    expect(back.map.get(back.a)).toBe(1);
  });

  it('stay shared beyond a handful', () => {
    const objects = Array.from({ length: 100 }, (_, id) => ({ id }));
    const [first, second] = roundTrip([objects, [...objects].reverse()]);
    expect(second?.[99]).toBe(first?.[0]);
  });

  it('closes a cycle through an array, a set and a map', () => {
    const set = new Set<unknown>();
    const array: unknown[] = [set];
    set.add(array).add(new Map([[set, array]]));
    const back = roundTrip(array);
    expect((back[0] as Set<unknown>).has(back)).toBe(true);
  });
});

describe('memory', () => {
  it('leaves the header when it is large, without a copy', () => {
    const array = new Float64Array(10_000).fill(1.5);
    const { header, buffers } = encode({ array });
    expect(header.length).toBeLessThan(100);
    expect(buffers).toHaveLength(1);
    expect(buffers[0]?.buffer).toBe(array.buffer);
  });

  it('is used where it lies', () => {
    const frames = encode(new Float64Array(10_000).fill(2));
    const back = decode(frames) as Float64Array;
    expect(back.buffer).toBe(frames.buffers[0]?.buffer);
  });

  it('is copied when it came misaligned', () => {
    const { header, buffers } = encode(new Float64Array(10_000).fill(2));
    const bytes = buffers[0] as Uint8Array;
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(decode({ header, buffers: [shifted] })).toEqual(new Float64Array(10_000).fill(2));
  });

  it('is shared by views that overlap', () => {
    const whole = new Float64Array(4000);
    const back = roundTrip({ whole, part: whole.subarray(10, 20), bytes: new Uint8Array(whole.buffer) });
    back.part[0] = 7;
    expect(back.whole[10]).toBe(7);
    expect(back.bytes.buffer).toBe(back.whole.buffer);
  });

  it('is shared by a view and its buffer', () => {
    const view = new Int32Array(4);
    const back = roundTrip([view, view.buffer] as const);
    expect(back[0].buffer).toBe(back[1]);
  });

  it('takes only what a small view of it shows', () => {
    const huge = new Uint8Array(1_000_000);
    const { header, buffers } = encode([huge.subarray(5, 10), huge.subarray(900_000, 900_004)]);
    expect(header.length + buffers.length).toBeLessThan(100);
  });

  it('of another realm or shared between threads is taken too', () => {
    const shared = new SharedArrayBuffer(16);
    new Int32Array(shared)[1] = 5;
    expect(roundTrip(new Int32Array(shared))).toEqual(new Int32Array([0, 5, 0, 0]));
    expect(Object.prototype.toString.call(roundTrip(shared))).toBe('[object SharedArrayBuffer]');
    expect(roundTrip(runInNewContext('new Uint16Array([1, 2])') as Uint16Array)).toEqual(new Uint16Array([1, 2]));
  });
});

describe('references to objects outside', () => {
  it('are names too, for what refuses to be sent and has one', () => {
    const refusing = (key?: string) => Object.create({ key, [Symbol.for('covey.whyNotSent')]: 'it stays.' }) as object;
    const named = (value: object) => (value as { key?: string }).key;
    const frames = encode({ one: refusing('a'), others: [refusing('b'), 1] }, { named });
    expect(decode(frames, { named: (name) => `the ${name}` })).toEqual({ one: 'the a', others: ['the b', 1] });
    expect(() => decode(frames)).toThrow("names 'a', which nobody resolves here");
    expect(() => encode([refusing()], { named })).toThrow('it stays.');
  });

  it('travel as their number', () => {
    const future = { then: 'never encoded' };
    const frames = encode([future, { deep: future }], { reference: (value) => (value === future ? 3 : -1) });
    expect(decode(frames, { reference: (index) => `future ${index}` })).toEqual(['future 3', { deep: 'future 3' }]);
  });
});

describe('registerSerializer', () => {
  class Money {
    constructor(readonly cents: bigint) {}
  }

  it('decides how a class travels, until it is taken back', () => {
    const undo = registerSerializer({
      name: 'money',
      class: Money,
      encode: ({ cents }) => cents,
      decode: (cents: bigint) => new Money(cents),
    });
    const money = new Money(5n);
    const back = roundTrip([money, money]);
    expect(back[0]).toBeInstanceOf(Money);
    expect(back[0]).toBe(back[1]);
    undo();
  });

  it('says which serializer is missing on the other side', () => {
    const undo = registerSerializer({ name: 'odd', test: (value) => 'odd' in value, encode: () => 1, decode: () => 2 });
    const frames = encode(Object.create({ odd: 1 }) as object);
    undo();
    expect(() => decode(frames)).toThrow("The serializer 'odd' is not registered");
  });

  it('may encode on its own while it is asked', () => {
    class Packed {
      constructor(readonly frames: Frames) {}
    }
    const undo = registerSerializer({
      name: 'packed',
      class: Packed,
      encode: () => encode({ inner: [1, 2, 3] }).header,
      decode: (header: Uint8Array) => new Packed({ header, buffers: [] }),
    });
    const back = roundTrip({ p: new Packed({ header: new Uint8Array(), buffers: [] }), after: 1 });
    expect(decode(back.p.frames)).toEqual({ inner: [1, 2, 3] });
    expect(back.after).toBe(1);
    undo();
  });
});

describe('a value that is declared shared', () => {
  it('says so in its encoding, and is declared so where it is decoded', () => {
    const encoded = encode(shared({ deep: [1, 2] }));
    expect(isSharedEncoding(encoded.header)).toBe(true);
    expect(isSharedEncoding(encode(decode(encoded)).header)).toBe(true);
    expect(isSharedEncoding(encode({ deep: [1, 2] }).header)).toBe(false);
  });

  it('with buffers apart from its header says so too', () => {
    const encoded = encode(shared({ samples: new Float64Array(10_000) }));
    expect(encoded.buffers).toHaveLength(1);
    expect(isSharedEncoding(encoded.header)).toBe(true);
    expect(decode(encoded)).toEqual({ samples: new Float64Array(10_000) });
  });

  it('has the hash of its equal', () => {
    expect(hashArguments([shared({ a: 1 })])).toBe(hashArguments([{ a: 1 }]));
  });
});

describe('what is not an encoding', () => {
  it('is refused wherever it is cut', () => {
    const { header } = encode({ a: [1, 'two', new Map([[3, { b: new Uint8Array(4) }]])], f: [0.5, 10n] });
    for (let length = 0; length < header.length; length++) {
      expect(() => decode({ header: header.subarray(0, length), buffers: [] })).toThrow();
    }
  });

  it('is refused with a typed error when bytes are changed, or decodes to something', () => {
    const { header } = encode({ a: [1, 'two', new Map([[3, { b: 4 }]])], c: new Set(['x']) });
    for (let at = 0; at < header.length; at++) {
      for (const value of [0, 0xba, 0xbb, 0xff]) {
        const changed = Uint8Array.from(header);
        changed[at] = value;
        try {
          decode({ header: changed, buffers: [] });
        } catch (error) {
          if (!(error instanceof MalformedValueError)) expect(error).toBeInstanceOf(SyntaxError);
        }
      }
    }
  });

  it('does not allocate what it claims to hold', () => {
    expect(() => decode({ header: Uint8Array.of(0x10, 0xbb, 0xff, 0xff, 0xff, 0x7f), buffers: [] })).toThrow(
      MalformedValueError,
    );
  });

  it('is refused when a value is too deep, on the way out', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level++) deep = [deep];
    expect(() => encode(deep)).toThrow(NotSerializableError);
    expect(encode(1).header).toHaveLength(2);
  });
});
