/** What went wrong in others that ship JavaScript functions: Pulumi, Vercel's workflows, nokia's closures, workerpool. */
import { parse } from 'acorn';
import * as acorn from 'acorn';
import { createHash, randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { refusals, table } from '../testing/table.js';

const get = fetch;
const { hasOwnProperty: has } = Object.prototype;
const helper = (x: number): number => x + 1;
const unused = new WeakRef({});
const config = {
  used: { value: 1 },
  get costly(): never {
    throw new Error('a getter was evaluated');
  },
};
class Base {
  items = [3, 4];
}

table('native functions anywhere in the graph (pulumi 342, 5294, 15039, 15904)', {
  'global fetch under another name': [() => () => typeof get, [], 'function'],
  'a primordial': [() => () => has.call({ a: 1 }, 'a'), [], true],
  'native functions in an object': [
    () => {
      const kit = { parse: JSON.parse, floor: Math.floor, keys: Object.keys, from: Array.from };
      return () => [kit.parse('[1]'), kit.floor(1.5), kit.keys({ a: 1 }), kit.from('ab')];
    },
    [],
    [[1], 1, ['a'], ['a', 'b']],
  ],
  'a class of Node and its native innards': [
    () => async () => {
      const e = new EventEmitter();
      setImmediate(() => e.emit('x', 5));
      return (await once(e, 'x')) as unknown;
    },
    [],
    [5],
  ],
  'a module with native bindings': [
    () => () => [createHash('md5').update('a').digest('hex').length, randomUUID().length],
    [],
    [32, 36],
  ],
});

table('modules (pulumi 18977, 6987)', {
  'a package as an ES module goes by name': [() => () => parse('a', { ecmaVersion: 2020 }).end, [], 1],
  'a named import goes by module, not by its closure': [() => () => Object.keys(acorn).length > 10, [], true],
  'a class of a package keeps its identity': [
    () => {
      const Parser = acorn.Parser;
      return () => Parser === acorn.Parser;
    },
    [],
    true,
  ],
});

table('captures (pulumi 6999, 2101; vercel 1365, 1368, 1369)', {
  'an unused getter is not evaluated': [() => () => config.used.value, [], 1],
  'bind on bind, with arguments': [
    () => {
      function f(this: { k: number }, ...rest: number[]): number[] {
        return [this.k, ...rest];
      }
      return f.bind({ k: 1 }, 2).bind({ k: 9 } as never, 3);
    },
    [4],
    [1, 2, 3, 4],
  ],
  'a name that is only used with new': [() => () => new Base().items, [], [3, 4]],
  'a name that is only spread': [
    () => {
      const parts = [1, 2];
      const record = { a: 1 };
      return () => [...parts, { ...record }, Math.max(...parts)];
    },
    [],
    [1, 2, { a: 1 }, 2],
  ],
  'names in nested bodies': [
    () => {
      const a = 1;
      const b = 2;
      const c = 3;
      return () => {
        const inner = (): number => {
          class Deep {
            value = a;
            get more(): number {
              return [b].map((x) => x + c)[0] ?? 0;
            }
          }
          return new Deep().value + new Deep().more;
        };
        return inner();
      };
    },
    [],
    6,
  ],
  'names in templates, defaults and computed keys': [
    () => {
      const a = 'x';
      return (b = `${a}!`) => ({ [`${a}${b}`]: a });
    },
    [],
    { 'xx!': 'x' },
  ],
  'names that are only in a nested default': [
    () => {
      const fallback = 7;
      interface Options {
        readonly a?: { readonly b?: number };
      }
      return ({ a: { b = fallback } = {} }: Options = {}) => b;
    },
    [],
    7,
  ],
  'what is not used is not captured': [
    () => () => {
      const local = { unused: 1 };
      return local.unused + helper(1);
    },
    [],
    3,
  ],
  'a variable that is changed after the function was made': [
    () => {
      const state = { n: 0 };
      let latest = 'old';
      const f = () => [latest, state.n];
      latest = 'new';
      state.n = 2;
      return f;
    },
    [],
    ['new', 2],
  ],
  'strict code stays strict': [
    () =>
      function (this: unknown) {
        return this === undefined;
      },
    [],
    true,
  ],
  'loop variables that are changed by their closures (nokia: boxed variables)': [
    () => {
      const cells: { add(): number; read(): number }[] = [];
      for (let i = 0; i < 2; i++) {
        let n = i;
        cells.push({ add: () => ++n, read: () => n });
      }
      return () => {
        cells[0]?.add();
        cells[0]?.add();
        cells[1]?.add();
        return cells.map((cell) => cell.read());
      };
    },
    [],
    [2, 2],
  ],
});

class Service {
  readonly rate = 2;
  method(): () => number {
    return () => this.rate;
  }
  safe(): (x: number) => number {
    const { rate } = this;
    return (x) => x * rate;
  }
}

table('lexical this (vercel 1935)', {
  'an arrow that took out what it needs': [() => new Service().safe(), [4], 8],
  'a function of its own this inside of an arrow': [
    () => () =>
      ({
        k: 5,
        read() {
          return (() => this.k)();
        },
      }).read(),
    [],
    5,
  ],
});

refusals('refused where it is sent, not silently wrong where it runs (workerpool, pulumi)', {
  'this of an arrow': [() => new Service().method(), '`this`'],
  'the path leads through functions': [
    () => {
      const inner = () => unused;
      const outer = { use: inner };
      return function work() {
        return outer.use();
      };
    },
    'work → outer.use → unused → WeakRef',
  ],
});
