/** Imported names in all their forms: built-ins, installed packages, the user's own modules. */
import { parse, version as acornVersion } from 'acorn';
import * as acorn from 'acorn';
import fs, { existsSync as exists } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pack, unpack } from 'msgpackr';
import { table } from '../testing/table.js';
import { everything, renamed, scaled as again } from './fixtures/forwarding.js';
import greet, { count, Gauge, increment, scaled, settings } from './fixtures/state.js';
import * as state from './fixtures/state.js';

const { max } = Math;
const log = console;
const hasOwn = Object.prototype.hasOwnProperty;
const pooled = Buffer.from;
const parseAlias = parse;

table("Node's modules", {
  'a named import': [() => () => join('a', 'b'), [], 'a/b'],
  'a renamed import': [() => () => exists('/'), [], true],
  'a default import': [() => () => fs.existsSync('/'), [], true],
  'a namespace': [() => () => path.basename('/a/b.c', '.c') + path.sep, [], 'b/'],
  'a namespace as a whole': [() => () => Object.keys(path).includes('join'), [], true],
  'a function of a module of a module': [
    () => async () => (await readFile('package.json', 'utf8')).length > 10,
    [],
    true,
  ],
  'promises of a module': [() => async () => (await fs.promises.stat('/')).isDirectory(), [], true],
  'a helper that makes functions': [
    () => async () => {
      const wait = promisify((done: (error: null, value: number) => void) => {
        done(null, 4);
      });
      return wait();
    },
    [],
    4,
  ],
  'an import that is used in a nested function': [() => () => ['a', 'b'].map((x) => join(x, 'c')), [], ['a/c', 'b/c']],
  'import() of a built-in': [() => async () => (await import('node:path')).basename('/x/y'), [], 'y'],
});

table('built-ins in variables', {
  'a method of Math': [() => () => max(1, 2), [], 2],
  'the console': [() => () => typeof log.log, [], 'function'],
  'a method of a prototype': [() => () => hasOwn.call({ a: 1 }, 'a'), [], true],
  'a static method of Buffer': [() => () => pooled('abc').toString('hex'), [], '616263'],
  'globals are left alone': [
    () => () => [typeof fetch, typeof setTimeout, typeof structuredClone, typeof process.pid, globalThis === global],
    [],
    ['function', 'function', 'function', 'number', true],
  ],
  'a built-in as a value': [() => (f: (x: string) => number) => f('12px'), [parseInt], 12],
  'built-in classes and objects as values': [
    () => () => {
      const all = { Map, JSON, Reflect, p: Array.prototype, proto: Object.prototype, iterator: Symbol.iterator };
      return [all.Map === Map, all.JSON === JSON, all.Reflect === Reflect, all.p === Array.prototype];
    },
    [],
    [true, true, true, true],
  ],
  'built-ins as captured values': [
    () => {
      const all = { Map, JSON, p: Array.prototype, g: globalThis };
      return () => [all.Map === Map, all.JSON === JSON, all.p === Array.prototype, all.g === globalThis];
    },
    [],
    [true, true, true, true],
  ],
});

table('installed packages', {
  'a named import': [() => () => parse('1 + 1', { ecmaVersion: 2020 }).type, [], 'Program'],
  'a namespace': [() => () => acorn.parse('x', { ecmaVersion: 2020 }).body.length, [], 1],
  'a value that is no function': [() => () => acornVersion, [], acornVersion],
  'another name for an export': [() => () => parseAlias('x', { ecmaVersion: 2020 }).type, [], 'Program'],
  'a class of a package': [() => () => typeof acorn.Parser.parse, [], 'function'],
  'a class of a package as a superclass': [
    () => {
      class Mine extends acorn.Parser {
        static mine = true;
      }
      return () => [Mine.mine, Mine.parse('1', { ecmaVersion: 2020 }).type, Mine.prototype instanceof acorn.Parser];
    },
    [],
    [true, 'Program', true],
  ],
  'two functions that work together': [() => () => unpack(pack({ a: [1] })) as unknown, [], { a: [1] }],
  'import() of a package': [
    () => async () => (await import('acorn')).parse('x', { ecmaVersion: 2020 }).type,
    [],
    'Program',
  ],
});

table("the user's own modules", {
  'a function': [() => () => scaled(2), [], 6],
  'a default export': [() => () => greet('you'), [], 'hello you'],
  'a value': [() => () => settings.nested.deep, [], [1, 2]],
  'a class': [() => () => new Gauge(2).add(3).value, [], 5],
  'a binding that another function of its module changes': [
    () => () => {
      const before = count;
      increment();
      increment(5);
      return [before, count];
    },
    [],
    [10, 16],
  ],
  'members of a namespace': [
    () => () => [state.scaled(1), state.default('x'), new state.Gauge(1).value],
    [],
    [3, 'hello x', 1],
  ],
  'members of a module that different functions use': [
    () => {
      const greeting = () => typeof state.increment;
      const gauge = (depth: number): unknown => (depth === 0 ? new state.Gauge(1).value : both(0)[1]);
      const both = (depth: number) => [greeting(), gauge(depth)];
      return () => [state.scaled(1), ...both(1)];
    },
    [],
    [3, 'function', 1],
  ],
  'members of namespaces that are members of a module': [
    () => {
      const scope = { [Symbol.toStringTag]: 'Module', state, path };
      const first = () => scope.state.scaled(1);
      const last = (depth: number): unknown[] => (depth === 0 ? [Object.keys(scope.state).length, first()] : all(0));
      const all = (depth: number): unknown[] => [
        scope.path.sep,
        new scope.state.Gauge(1).value,
        first(),
        ...last(depth),
      ];
      return () => all(1);
    },
    [],
    ['/', 1, 3, '/', 1, 3, 6, 3],
  ],
  'a namespace as a whole': [
    () => () => Object.keys(state).sort(),
    [],
    ['Gauge', 'count', 'default', 'greet', 'increment', 'scaled', 'settings'].filter((x) => x !== 'greet'),
  ],
  'a forwarded export': [() => () => [renamed(1), again(2)], [], [3, 6]],
  'a forwarded namespace': [() => () => everything.scaled(3), [], 9],
  'one value through two imports': [() => () => state.settings === settings, [], true],
});

table('require', {
  'made for a folder': [
    () => {
      const load = createRequire(join(process.cwd(), 'any.js'));
      return () => [load('node:path').sep, typeof load('acorn').parse];
    },
    [],
    ['/', 'function'],
  ],
});

table('import.meta', {
  'of the file where the function stands': [() => () => /imports\.test\.[jt]s$/.test(import.meta.url), [], true],
});
