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
