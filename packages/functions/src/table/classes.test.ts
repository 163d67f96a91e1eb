/** Classes and their instances: inheritance, private members, static state, accessors, built-in superclasses. */
import { EventEmitter } from 'node:events';
import { refusals, table } from '../testing/table.js';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
  plus(other: Point): Point {
    return new Point(this.x + other.x, this.y + other.y);
  }
  static readonly origin = new Point(0, 0);
  static of(x: number, y: number): Point {
    return new this(x, y);
  }
}

class Account {
  #balance = 0;
  readonly #log: string[] = [];
  static #count = 0;
  static readonly limits = { daily: 100 };
  constructor(readonly owner: string) {
    Account.#count++;
  }
  #note(text: string): void {
    this.#log.push(`${this.owner}: ${text}`);
  }
  deposit(amount: number): this {
    this.#balance += amount;
    this.#note(`+${amount}`);
    return this;
  }
  get balance(): number {
    return this.#balance;
  }
  get log(): readonly string[] {
    return this.#log;
  }
  static get count(): number {
    return Account.#count;
  }
  static isAccount(value: object): boolean {
    return #balance in value;
  }
}

class Savings extends Account {
  #rate: number;
  constructor({ owner, rate }: { owner: string; rate: number }) {
    super(owner);
    this.#rate = rate;
  }
  override get balance(): number {
    return super.balance * (1 + this.#rate);
  }
}

class Shape {
  kind = 'shape';
  describe(): string {
    return `${this.kind} of ${this.area()}`;
  }
  area(): number {
    return 0;
  }
}
class Square extends Shape {
  override kind = 'square';
  constructor(readonly side: number) {
    super();
  }
  override area(): number {
    return this.side ** 2;
  }
  override describe(): string {
    return `a ${super.describe()}`;
  }
}
class Stack<T> extends Array<T> {
  peek(): T | undefined {
    return this.at(-1);
  }
}
class Registry extends Map<string, number> {
  readonly name: string;
  constructor(name: string, entries: [string, number][]) {
    super(entries);
    this.name = name;
  }
  total(): number {
    return [...this.values()].reduce((a, b) => a + b, 0);
  }
}
class NotFound extends Error {
  override readonly name = 'NotFound';
  constructor(
    readonly id: number,
    options?: ErrorOptions,
  ) {
    super(`no ${id}`, options);
  }
}
const mixin = <T extends new (...args: any[]) => object>(base: T) =>
  class Mixed extends base {
    mixed = true;
  };
class WithMixin extends mixin(Shape) {}
const tag = Symbol('tag');
const computed = 'dynamic';
class Computed {
  [tag](): string {
    return 'by symbol';
  }
  [computed](): string {
    return 'by name';
  }
  static [`${computed}Static`](): string {
    return 'static';
  }
  *[Symbol.iterator](): Generator<number> {
    yield* [1, 2, 3];
  }
}
function Legacy(this: { value: number }, value: number): void {
  this.value = value;
}
Legacy.prototype.double = function (this: { value: number }): number {
  return this.value * 2;
};
class Emitter extends EventEmitter {
  greeting = 'hi';
}
class Temperature {
  accessorCalls = 0;
  #celsius = 20;
  get fahrenheit(): number {
    this.accessorCalls++;
    return this.#celsius * 1.8 + 32;
  }
  set fahrenheit(value: number) {
    this.#celsius = (value - 32) / 1.8;
  }
}
const sideEffects: string[] = [];
class Eager {
  static readonly made = sideEffects.push('static field');
  static {
    sideEffects.push('static block');
  }
  static value = 1;
}
Eager.value = 5;

table('classes as values', {
  'new in the function': [() => () => new Point(3, 4).length, [], 5],
  'the class itself': [() => () => [Point.name, Point.length, typeof Point], [], ['Point', 2, 'function']],
  'static methods and fields': [() => () => [Point.of(1, 2).x, Point.origin.length], [], [1, 0]],
  'methods that use the class': [() => () => new Point(1, 1).plus(new Point(2, 3)).y, [], 4],
  'inheritance and super': [() => () => new Square(3).describe(), [], 'a square of 9'],
  instanceof: [() => () => [new Square(1) instanceof Shape, new Point(1, 1) instanceof Shape], [], [true, false]],
  'private members': [() => () => new Account('ann').deposit(5).balance, [], 5],
  'a private method and its log': [() => () => new Account('ann').deposit(5).log, [], ['ann: +5']],
  'the brand check': [() => () => [Account.isAccount(new Account('x')), Account.isAccount({})], [], [true, false]],
  'private members along the line': [
    () => () => new Savings({ owner: 'bob', rate: 0.5 }).deposit(100).balance,
    [],
    150,
  ],
  'a superclass that is an expression': [
    () => () => [new WithMixin().mixed, new WithMixin().kind],
    [],
    [true, 'shape'],
  ],
  'computed names': [
    () => () => {
      const c = new Computed() as unknown as Record<string | symbol, () => string>;
      const s = Computed as unknown as Record<string, () => string>;
      return [c[tag]?.(), c['dynamic']?.(), s['dynamicStatic']?.(), [...new Computed()]];
    },
    [],
    ['by symbol', 'by name', 'static', [1, 2, 3]],
  ],
  'a class expression in a variable': [
    () => {
      const Local = class {
        value = 3;
      };
      return () => [new Local().value, Local.name];
    },
    [],
    [3, 'Local'],
  ],
  'a class that closes over variables': [
    () => {
      let rate = 2;
      class Rated {
        apply(x: number): number {
          return x * rate;
        }
      }
      const f = (x: number) => new Rated().apply(x);
      rate = 3;
      return f;
    },
    [5],
    15,
  ],
  'static state as it is now': [() => () => [Eager.value, Eager.made], [], [5, 1]],
  'static initializers do not run again': [
    () => () => {
      void Eager.value;
      return sideEffects;
    },
    [],
    ['static field', 'static block'],
  ],
  'a class as an argument': [() => (C: new (x: number) => Square) => new C(2).area(), [Square], 4],
  'a constructor of the old kind': [
    () => () => new (Legacy as unknown as new (v: number) => { double(): number })(4).double(),
    [],
    8,
  ],
  'a getter and a setter': [
    () => () => {
      const t = new Temperature();
      t.fahrenheit = 50;
      return [Math.round(t.fahrenheit), t.accessorCalls];
    },
    [],
    [50, 1],
  ],
});

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
