/** Instances with private members beside each other in an array, whose values are read many at once where V8 can. */
import { decode, encode, registerSerializer } from '../index.js';
import { inspect } from '../v8/inspector.js';

class Point {
  readonly #x: number;
  readonly #shared: object;
  #label = 'none';

  constructor(x: number, shared: object) {
    this.#x = x;
    this.#shared = shared;
  }

  mark(): this {
    this.#label = `marked ${this.#x}`;
    return this;
  }

  show(): unknown[] {
    return [this.#x, this.#shared, this.#label];
  }
}

class Base {
  readonly #x: number;

  constructor(x: number) {
    this.#x = x;
  }

  base(): number {
    return this.#x;
  }
}

/** Has a private field of the name of another of its line. */
class Derived extends Base {
  readonly #x: number;

  constructor(x: number) {
    super(x);
    this.#x = -x;
  }

  show(): unknown[] {
    return [this.base(), this.#x];
  }
}

class WithMethod {
  readonly #y: number;

  constructor(y: number) {
    this.#y = y;
  }

  #double(): number {
    return this.#y * 2;
  }

  show(): unknown[] {
    return [this.#y, this.#double()];
  }
}

const shared = { name: 'shared' };
const numbers = Array.from({ length: 150 }, (_, i) => i);

/** How often the inspector was asked about single instances while something was done. */
function countSingle(work: () => void): number {
  const spy = jest.spyOn(inspect(), 'privates');
  try {
    work();
    return spy.mock.calls.length;
  } finally {
    spy.mockRestore();
  }
}

test.each<[string, () => { show(): unknown[] }[]]>([
  ['of one class', () => numbers.map((i) => new Point(i, shared))],
  ['of two classes in turns', () => numbers.map((i) => (i % 2 === 0 ? new Point(i, shared) : new WithMethod(i)))],
])('instances %s', (_, make) => {
  const instances = make();
  expect(countSingle(() => encode(instances))).toBe(0);
  const copies = decode(encode(instances)) as typeof instances;
  expect(copies.map((each) => each.show())).toEqual(instances.map((each) => each.show()));
});

test('instances of a line of classes with equal names are read one by one: the names alone do not tell', () => {
  const instances = numbers.map((i) => new Derived(i));
  expect(countSingle(() => encode(instances))).toBe(numbers.length);
});

test('what is shared stays shared, and an instance that was met before is the same', () => {
  const [first, second] = [new Point(1, shared), new Point(2, shared)];
  const copies = decode(encode([first, second, first, [second]])) as [Point, Point, Point, [Point]];
  expect(copies[2]).toBe(copies[0]);
  expect(copies[3][0]).toBe(copies[1]);
  expect(copies[0].show()[1]).toBe(copies[1].show()[1]);
});

test('one without its fields among them is read alone, and so are the others', () => {
  const hollow = Object.create(Point.prototype) as Point;
  const copies = decode(encode([new Point(1, shared), hollow, new Point(3, shared)])) as Point[];
  expect([copies[0]!.show()[0], copies[2]!.show()[0]]).toEqual([1, 3]);
});

test('what user code changes on the way is seen', () => {
  const points = [new Point(1, shared), new Point(2, shared)];
  class Marking {}
  // Its serializer runs between the two.
  registerSerializer({
    name: 'test.marking',
    test: (value) => value instanceof Marking,
    encode: () => points[1]!.mark().show()[0],
    decode: () => new Marking(),
  });
  const [, , copy] = decode(encode([points[0], new Marking(), points[1]])) as [Point, Marking, Point];
  expect(copy.show()[2]).toBe('marked 2');
});

test('is read without leaving anything that a collection could meet, however often in one turn', () => {
  class Pair {
    readonly #left: number;
    readonly #right: object;
    constructor(left: number, right: object) {
      this.#left = left;
      this.#right = right;
    }
    parts(): unknown[] {
      return [this.#left, this.#right];
    }
  }
  for (let round = 0; round < 150; round++) {
    const copies = decode(encode(Array.from({ length: 60 }, (_, i) => new Pair(i, { round })))) as Pair[];
    expect(copies.at(-1)?.parts()).toEqual([59, { round }]);
  }
});
