/** What functions close over: variables of every scope, cells that several functions share, recursion. */
import { table } from '../testing/table.js';

const moduleConstant = 7;
let moduleVariable = 1;
const moduleObject = { a: { b: 2 } };
function declared(x: number): number {
  return x + moduleConstant;
}
function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
function isEven(n: number): boolean {
  return n === 0 || isOdd(n - 1);
}
function isOdd(n: number): boolean {
  return n !== 0 && isEven(n - 1);
}
const compose =
  <A, B, C>(f: (b: B) => C, g: (a: A) => B) =>
  (a: A) =>
    f(g(a));
function counter(start = 0) {
  let count = start;
  return {
    increment: () => ++count,
    get: () => count,
    reset() {
      count = 0;
    },
  };
}

table('what is captured', {
  nothing: [() => (x: number) => x + 1, [1], 2],
  'a constant of the module': [() => () => moduleConstant, [], 7],
  'a variable of the module': [() => () => moduleVariable, [], 1],
  'an object of the module': [() => () => moduleObject.a.b, [], 2],
  'a declared function of the module': [() => () => declared(1), [], 8],
  'a parameter of the function around': [
    () =>
      (
        (k: number) => (x: number) =>
          x * k
      )(3),
    [2],
    6,
  ],
  'three levels of functions': [
    () =>
      ((a: number) =>
        (
          (b: number) => (c: number) =>
            a * 100 + b * 10 + c
        )(2))(1),
    [3],
    123,
  ],
  'a function that hangs on another with the same text': [
    () => {
      const times = (k: number) => Object.assign((x: number) => x * k, { inner: (x: number) => x * k });
      const made = (k: number) => (x: number) => x * k;
      const double = Object.assign(made(2), { triple: made(3), other: times(4) });
      return () => [double(1), double.triple(1), double.other(1), double.other.inner(1)];
    },
    [],
    [2, 3, 4, 4],
  ],
  'the variable of a block': [
    () => {
      const found: (() => number)[] = [];
      {
        const inner = 5;
        found.push(() => inner);
      }
      return found[0] as () => number;
    },
    [],
    5,
  ],
  'the variable of each turn of a loop': [
    () => {
      const fs: (() => number)[] = [];
      for (let i = 0; i < 3; i++) fs.push(() => i * 10);
      return () => fs.map((f) => f());
    },
    [],
    [0, 10, 20],
  ],
  'the variable of a catch clause': [
    () => {
      try {
        throw new Error('caught');
      } catch (error) {
        return () => (error as Error).message;
      }
    },
    [],
    'caught',
  ],
  'what a pattern declares': [
    () => {
      const { a, ...rest } = { a: 1, b: 2, c: 3 };
      const [x, , y = 9] = [4, 5];
      return () => [a, rest, x, y];
    },
    [],
    [1, { b: 2, c: 3 }, 4, 9],
  ],
  'the arguments of the function around, as a rest parameter': [
    () =>
      (
        (...all: number[]) =>
        () =>
          all.reduce((a, b) => a + b)
      )(1, 2, 3),
    [],
    6,
  ],
  'a variable that is undefined': [
    () => {
      const nothing = undefined;
      return () => nothing;
    },
    [],
    undefined,
  ],
  'a shadowed name': [
    () => {
      const x = 1;
      return (y: number) => {
        const inner = ((x: number) => x + y)(10);
        return [x, inner];
      };
    },
    [5],
    [1, 15],
  ],
  'a variable that the function assigns': [
    () => {
      let total = 5;
      return (x: number) => {
        total += x;
        return total;
      };
    },
    [3],
    8,
  ],
  'a compound of functions': [
    () =>
      compose(
        (x: number) => x + 1,
        (x: number) => x * 2,
      ),
    [5],
    11,
  ],
  'functions in data': [
    () => {
      const table = { add: (a: number, b: number) => a + b, list: [(x: number) => x * x] };
      return (x: number) => table.add(x, table.list[0]?.(x) ?? 0);
    },
    [3],
    12,
  ],
  'symbols, big integers, NaN and -0': [
    () => {
      const s = Symbol.for('shared');
      const values = [10n, NaN, -0, Infinity];
      return () => [Symbol.keyFor(s), values];
    },
    [],
    ['shared', [10n, NaN, -0, Infinity]],
  ],
  'a symbol of its own': [
    () => {
      const key = Symbol('key');
      const object = { [key]: 42 };
      return () => object[key];
    },
    [],
    42,
  ],
  'a cyclic object': [
    () => {
      const node: { value: number; self?: unknown } = { value: 1 };
      node.self = node;
      return () => node.self === node;
    },
    [],
    true,
  ],
  'one object in two variables': [
    () => {
      const shared = { n: 0 };
      const holder = { shared };
      return () => holder.shared === shared;
    },
    [],
    true,
  ],
});

table('functions that refer to each other', {
  'recursion of a declaration': [() => factorial, [5], 120],
  'recursion of a named expression': [
    () =>
      function self(n: number): number {
        return n === 0 ? 0 : n + self(n - 1);
      },
    [4],
    10,
  ],
  'recursion through a constant': [
    () => {
      const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));
      return fib;
    },
    [10],
    55,
  ],
  'mutual recursion': [() => isEven, [10], true],
  'a declaration whose name was given to another function': [
    () => {
      const seen: number[] = [];
      // @ts-expect-error assigning to a function is what this is about
      fib = ((inner: (n: number) => number) => (n: number) => {
        seen.push(n);
        return inner(n);
      })(fib);
      function fib(n: number): number {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
      }
      const memoized = fib;
      return () => [memoized(3), seen.length];
    },
    [],
    [2, 5],
  ],
  'a function in an object that it uses': [
    () => {
      const api = { base: 2, twice: (x: number): number => x * api.base };
      return () => api.twice(4);
    },
    [],
    8,
  ],
  'functions with properties that are functions': [
    () => {
      const main = (x: number): number => main.helper(x) + main.offset;
      main.helper = (x: number) => x * 2;
      main.offset = 1;
      return main;
    },
    [5],
    11,
  ],
});

table('variables that several functions share', {
  'a counter and its reader': [
    () => {
      const c = counter();
      return () => {
        c.increment();
        c.increment();
        return c.get();
      };
    },
    [],
    2,
  ],
  'two counters that look alike': [
    () => {
      const a = counter();
      const b = counter();
      return () => {
        a.increment();
        a.increment();
        b.increment();
        return [a.get(), b.get()];
      };
    },
    [],
    [2, 1],
  ],
  'two counters with other values': [
    () => {
      const a = counter(10);
      const b = counter(20);
      a.increment();
      return () => [a.increment(), b.increment(), a.get(), b.get()];
    },
    [],
    [12, 21, 12, 21],
  ],
  'a writer that is a method': [
    () => {
      const c = counter(5);
      return () => {
        c.reset();
        return c.get();
      };
    },
    [],
    0,
  ],
  'every way to write': [
    () => {
      let a = 1;
      let b = 2;
      let c: number | undefined;
      let list: number[] = [];
      const read = () => ({ a, b, c, list });
      const write = () => {
        a++;
        [b] = [b * 10];
        ({ c } = { c: 5 });
        c ??= 9;
        for (a of [a, a + 1]) list = [...list, a];
        return read();
      };
      return () => [write(), read()];
    },
    [],
    [
      { a: 3, b: 20, c: 5, list: [2, 3] },
      { a: 3, b: 20, c: 5, list: [2, 3] },
    ],
  ],
  'a shared function variable that is called': [
    () => {
      let step = (x: number): number => x + 1;
      const change = () => {
        step = (x) => x * 100;
      };
      const use = (x: number) => step(x);
      return () => {
        const before = use(1);
        change();
        return [before, use(1)];
      };
    },
    [],
    [2, 100],
  ],
  'a variable of the module that two functions write': [
    () => {
      const bump = () => (moduleVariable += 1);
      const read = () => moduleVariable;
      return () => {
        bump();
        bump();
        return read();
      };
    },
    [],
    3,
  ],
  'closures of one loop over one variable': [
    () => {
      let total = 0;
      const adders: ((x: number) => void)[] = [];
      for (let i = 1; i <= 2; i++) adders.push((x) => (total += x * i));
      const read = () => total;
      return () => {
        for (const add of adders) add(1);
        return read();
      };
    },
    [],
    3,
  ],
  'a weak map with the objects that travel along': [
    () => {
      const [known, other] = [{ id: 1 }, { id: 2 }];
      const notes = new WeakMap<object, { text: string; about: object }>([
        [known, { text: 'known', about: known }],
        [other, { text: 'stays here', about: other }],
      ]);
      const marked = new WeakSet<object>([known]);
      return () => [notes.get(known)?.text, notes.get(known)?.about === known, marked.has(known), marked.has({})];
    },
    [],
    ['known', true, true, false],
  ],
});
