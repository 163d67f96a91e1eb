/** Instances and methods: fields, private members, identity, `super`, bound functions. */
import { refusals, table } from '../testing/table.js';
import { Account, Emitter, NotFound, Point, Registry, Savings, Square, Stack } from './fixtures/classes.js';

table('instances', {
  captured: [
    () => {
      const p = new Point(6, 8);
      return () => [p.length, p instanceof Point];
    },
    [],
    [10, true],
  ],
  'as an argument': [() => (p: Point) => p.plus(p).x, [new Point(2, 1)], 4],
  'as a result, of the class from here': [() => () => new Point(1, 2), [], new Point(1, 2)],
  'with private members': [
    () => {
      const a = new Account('eve').deposit(7);
      return () => [a.balance, [...a.log], a.deposit(1).balance];
    },
    [],
    [7, ['eve: +7'], 8],
  ],
  'with private members along the line': [
    () => {
      const s = new Savings({ owner: 'dan', rate: 1 }).deposit(10);
      return () => [s.balance, s.owner, s instanceof Account];
    },
    [],
    [20, 'dan', true],
  ],
  'sharing an object': [
    () => {
      class Holder {
        static readonly limits = { daily: 1 };
      }
      const { limits } = Holder;
      return () => limits === Holder.limits;
    },
    [],
    true,
  ],
  'of a subclass of Array': [
    () => (s: Stack<number>) => [s.peek(), s.length, s instanceof Stack],
    [Stack.from([1, 2])],
    [2, 2, true],
  ],
  'of a subclass of Array, captured': [
    () => {
      const s = Stack.from([1, 2, 3]) as Stack<number>;
      return () => [s.peek(), s.length, s instanceof Stack, Array.isArray(s)];
    },
    [],
    [3, 3, true, true],
  ],
  'of a subclass of Map': [
    () => {
      const r = new Registry('r', [
        ['a', 1],
        ['b', 2],
      ]);
      return () => [r.total(), r.name, r.size, r instanceof Registry];
    },
    [],
    [3, 'r', 2, true],
  ],
  'of an error class, thrown and caught': [
    () => () => {
      try {
        throw new NotFound(4, { cause: 'gone' });
      } catch (error) {
        return [error instanceof NotFound, (error as NotFound).id, (error as Error).message, (error as Error).cause];
      }
    },
    [],
    [true, 4, 'no 4', 'gone'],
  ],
  'of a subclass of EventEmitter': [
    () => {
      const e = new Emitter();
      const heard: string[] = [];
      e.on('x', (text: string) => heard.push(e.greeting + text));
      return () => {
        e.emit('x', '!');
        return heard;
      };
    },
    [],
    ['hi!'],
  ],
  'with a cycle': [
    () => {
      class Node {
        next: Node | undefined;
        constructor(readonly name: string) {}
      }
      const a = new Node('a');
      a.next = new Node('b');
      a.next.next = a;
      return () => a.next?.next === a && a.next instanceof Node;
    },
    [],
    true,
  ],
  'a singleton that its class holds': [
    () => {
      class Single {
        static instance: Single;
        value = 9;
        static get(): Single {
          return Single.instance;
        }
      }
      Single.instance = new Single();
      return () => [Single.get().value, Single.get() === Single.instance, Single.instance instanceof Single];
    },
    [],
    [9, true, true],
  ],
  'of a class whose constructor must not run again': [
    () => {
      let made = 0;
      class Counted {
        readonly number = ++made;
      }
      const one = new Counted();
      return () => [one.number, new Counted().number];
    },
    [],
    [1, 2],
  ],
  'with arrows that its class made for it': [
    () => {
      class Model {
        weight = 3;
        predict = (x: number): number => x * this.weight;
        readonly scale: (by: number) => void;
        constructor() {
          this.scale = (by) => {
            this.weight *= by;
          };
        }
      }
      const model = new Model();
      return () => {
        const { predict, scale } = model;
        scale(2);
        return [predict(5), model.weight];
      };
    },
    [],
    [30, 6],
  ],
  frozen: [
    () => {
      const p = Object.freeze(new Point(1, 2));
      return () => Object.isFrozen(p);
    },
    [],
    true,
  ],
});

class Tags extends Array<string> {
  #limit = 4;
  get limit(): number {
    return this.#limit;
  }
  override push(...items: string[]): number {
    return super.push(...items.map((item) => `#${item}`));
  }
}
class Moment extends Date {
  #zone = 'utc';
  get zone(): string {
    return this.#zone;
  }
}
class Pattern extends RegExp {
  #uses = 7;
  get uses(): number {
    return this.#uses;
  }
}
class Samples extends Float64Array {
  #unit = 'V';
  get unit(): string {
    return this.#unit;
  }
}
class Count extends Number {
  #of = 'cats';
  get of(): string {
    return this.#of;
  }
}
class HttpError extends Error {
  #status: number;
  constructor({ status }: { status: number }) {
    super(`status ${status}`);
    this.#status = status;
  }
  get status(): number {
    return this.#status;
  }
}
class NotThere extends HttpError {
  #where = 'here';
  constructor() {
    super({ status: 404 });
  }
  get where(): string {
    return this.#where;
  }
}

table('instances of what the language has, with private members', {
  'an array': [
    () => {
      const tags = new Tags();
      tags.push('a');
      tags.length = 3;
      return () => [tags.limit, tags.length, tags[0], 1 in tags];
    },
    [],
    [4, 3, '#a', false],
  ],
  'a date': [
    (m = new Moment(5)) =>
      () => [m.zone, m.getTime(), m instanceof Moment],
    [],
    ['utc', 5, true],
  ],
  'a regular expression': [
    (p = new Pattern('a', 'gi')) =>
      () => [p.uses, p.flags, p.test('A')],
    [],
    [7, 'gi', true],
  ],
  'a typed array': [
    (s = new Samples([1, 2])) =>
      () => [s.unit, s.length, s[1]],
    [],
    ['V', 2, 2],
  ],
  'a number': [
    (n = new Count(5)) =>
      () => [n.of, n.valueOf()],
    [],
    ['cats', 5],
  ],
  'an error, which takes its parameters apart': [
    (error = new NotThere()) =>
      () => [error.status, error.where, error.message, error instanceof HttpError],
    [],
    [404, 'here', 'status 404', true],
  ],
});

table('many objects', {
  'an instance of a subclass of Map stays one among them': [
    () => {
      const registry = new Registry('r', [['a', 1]]);
      const others = Array.from({ length: 20 }, (_, id) => ({ id }));
      return () => [others.length, registry.total(), [registry, others, registry].at(-1) instanceof Registry];
    },
    [],
    [20, 1, true],
  ],
  'as an argument that is there twice': [
    () => (all: readonly unknown[]) => [all.at(0) === all.at(-1), all.at(-1) instanceof Registry],
    [(([r]) => [r, ...Array.from({ length: 20 }, (_, id) => ({ id })), r])([new Registry('r', [['a', 1]])])],
    [true, true],
  ],
  'with a member called constructor': [
    () => {
      const part = Object.assign(new Point(1, 2), { constructor: 'Acme' });
      return () => [part.length > 2, part.constructor];
    },
    [],
    [true, 'Acme'],
  ],
});

table('methods', {
  'a method of an object': [
    () => {
      const calculator = {
        base: 10,
        add(x: number): number {
          return this.base + x;
        },
      };
      return (x: number) => calculator.add(x);
    },
    [5],
    15,
  ],
  'an extracted method': [
    () => {
      const { shout } = {
        shout(text: string): string {
          return text.toUpperCase();
        },
      };
      return shout;
    },
    ['x'],
    'X',
  ],
  'a bound method': [
    () => {
      const p = new Point(3, 4);
      return p.plus.bind(p, new Point(1, 1));
    },
    [],
    new Point(4, 5),
  ],
  'bound twice': [() => ((a: number, b: number, c: number) => [a, b, c]).bind(null, 1).bind(null, 2), [3], [1, 2, 3]],
  'a bound built-in': [() => Math.max.bind(null, 5), [3], 5],
  'an object with super': [
    () => {
      const parent = { hello: () => 'parent' };
      const child = {
        __proto__: parent,
        hello(): string {
          return `child of ${(super.hello as () => string)()}`;
        },
      };
      return () => child.hello();
    },
    [],
    'child of parent',
  ],
  'accessors of an object': [
    () => {
      const box = {
        inner: 4,
        get value(): number {
          return this.inner * 2;
        },
        set value(x: number) {
          this.inner = x;
        },
      };
      return () => {
        box.value = 10;
        return box.value;
      };
    },
    [],
    20,
  ],
});

refusals('classes that cannot travel', {
  'a method with private members, alone': [
    () => Object.getOwnPropertyDescriptor(Account.prototype, 'balance')?.get as () => number,
    'private members',
  ],
  'a method with super, alone': [() => Square.prototype.describe, '`super`'],
});
