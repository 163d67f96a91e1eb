/** Classes: inheritance, private members, static state, accessors, built-in superclasses. */
import { table } from '../testing/table.js';
import {
  Account,
  Computed,
  Doubling,
  Eager,
  Legacy,
  Point,
  Savings,
  Scale,
  Shape,
  Square,
  Temperature,
  WithMixin,
  sideEffects,
  tag,
} from './fixtures/classes.js';

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
  'functions in static fields, and their this': [
    () => () => [Scale.half(8), Scale.times(2), Scale.late(5), 'nothing' in Scale],
    [],
    [4, 6, 2, true],
  ],
  'what a class is given later, though a part of its text reads the same': [
    () => () => [Doubling.double(4), ...new Scale().doubled([5])],
    [],
    [8, 10],
  ],
  'static initializers do not run again': [
    () => () => {
      void Eager.value;
      return sideEffects;
    },
    [],
    ['static field', 'static block'],
  ],
  'a static field under a name that only the class knew': [
    () => {
      const key = `k${1}`;
      class Keyed {
        static first = 1;
        static [key] = 2;
        static last = () => 3;
      }
      return () => [Object.entries(Keyed).slice(0, 2), Keyed.last()];
    },
    [],
    [
      [
        ['first', 1],
        ['k1', 2],
      ],
      3,
    ],
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
