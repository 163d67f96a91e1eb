/** Texts that are hard to parse, embed or scope. */
/* eslint-disable @typescript-eslint/no-implied-eval -- functions made from text are among what is tested */
import { table } from '../testing/table.js';

const outer = 5;
const name = 'captured';
const make =
  (text: string): (() => (...args: never[]) => unknown) =>
  () =>
    new Function('outer', 'name', `return ${text}`)(outer, name);

table('kinds of functions', {
  'an arrow with an expression': [make('x => x * outer'), [2], 10],
  'an arrow with an object': [make('x => ({ x, outer })'), [2], { x: 2, outer: 5 }],
  'an asynchronous arrow': [make('async x => (await x) + outer'), [2], 7],
  'an asynchronous arrow with a line of its own': [make('async (x) => {\n  return x + outer;\n}'), [2], 7],
  'an asynchronous function': [make('async function f(x) { return x + outer }'), [2], 7],
  'a generator': [make('() => [...(function* () { yield outer; yield* [1] })()]'), [], [5, 1]],
  'a generator captured': [
    () => {
      function* count(n: number): Generator<number> {
        for (let i = 0; i < n; i++) yield i + outer;
      }
      return (n: number) => [...count(n)];
    },
    [2],
    [5, 6],
  ],
  'an asynchronous generator': [
    () => {
      const stream = async function* (): AsyncGenerator<number> {
        yield outer;
        yield outer + 1;
      };
      return async () => {
        const all: number[] = [];
        for await (const x of stream()) all.push(x);
        return all;
      };
    },
    [],
    [5, 6],
  ],
  'a method': [make('({ foo(x) { return x + outer } }).foo'), [1], 6],
  'an asynchronous generator method': [
    make('async () => { const o = ({ async *foo() { yield outer } }); for await (const v of o.foo()) return v }'),
    [],
    5,
  ],
  'an asynchronous generator method, captured': [
    () => {
      const o = {
        async *foo(): AsyncGenerator<number> {
          yield outer;
        },
      };
      const { foo } = o;
      return async () => (await foo().next()).value as unknown;
    },
    [],
    5,
  ],
  'a method with a computed name': [make('({ ["a" + 1](x) { return x + outer } }).a1'), [1], 6],
  'a method with a symbol for a name': [
    make('({ [Symbol.iterator](x) { return x + outer } })[Symbol.iterator]'),
    [1],
    6,
  ],
  'a method named like a keyword': [make('({ delete(x) { return x + outer } }).delete'), [1], 6],
  'a method named get': [make('({ get(x) { return x + outer } }).get'), [1], 6],
  'a method named async': [make('({ async(x) { return x + outer } }).async'), [1], 6],
  'a method named static': [make('({ static(x) { return x + outer } }).static'), [1], 6],
  'a method named by a string': [make('({ "a b"(x) { return x + outer } })["a b"]'), [1], 6],
  'a method named by a number': [make('({ 42(x) { return x + outer } })[42]'), [1], 6],
  'a static method': [make('(class { static foo(x) { return x + outer } }).foo'), [1], 6],
  'a getter by itself': [make('Object.getOwnPropertyDescriptor({ get x() { return outer } }, "x").get'), [], 5],
  'a setter by itself': [
    make('Object.getOwnPropertyDescriptor({ set x(v) { v.push(outer) } }, "x").set'),
    [[]],
    undefined,
  ],
  'a function in a named expression, whose name is a variable too': [
    make(
      '(() => { const f = function f(n) { return () => (n === 0 ? outer : f(n - 1)()) }; return [f(2), () => f] })()[0]',
    ),
    [],
    5,
  ],
  'made by new Function': [() => new Function('a', 'b', 'return a + b') as () => unknown, [1, 2], 3],
  'made by eval': [() => (0, eval)('(x) => x * 2') as () => unknown, [4], 8],
  'made by the constructor of asynchronous functions': [
    () => (async () => {}).constructor('x', 'return (await x) + 1') as () => unknown,
    [4],
    5,
  ],
});

table('hard texts', {
  'a comment before the arrow': [make('(/* a => b */ x) /* => */ => /* { */ x + outer'), [1], 6],
  'comments in a method': [make('({ /* one */ foo /* two */ (x /* ) */) { // }\n return x + outer } }).foo'), [1], 6],
  'braces in strings': [make('(x) => "}" + \'{\' + `}` + x'), [1], '}{}1'],
  'nested templates': [make('(x) => `a${`b${x + outer}`}}`'), [1], 'ab6}'],
  'regular expressions': [make('(x) => /[/}"]/.test(x) && /\\/\\*/.source'), ['}'], '\\/\\*'],
  'division that looks like one': [make('(x) => { let g = 2; return x / outer / g }'), [20], 2],
  'defaults that use names': [make('(x = outer, y = x + 1, z = () => x + y) => [x, y, z()]'), [], [5, 6, 11]],
  'defaults that shadow': [make('(name = "own") => name'), [], 'own'],
  'patterns in parameters': [
    make('({ a = outer, b: { c: [d] = [name] } = {}, ...rest }, [e, ...f]) => [a, d, rest, e, f]'),
    [{ z: 1 }, [1, 2, 3]],
    [5, 'captured', { z: 1 }, 1, [2, 3]],
  ],
  'computed keys in patterns': [make('({ [name]: x }) => x'), [{ captured: 3 }], 3],
  'rest parameters': [make('(...all) => all.length + outer'), [1, 2], 7],
  labels: [make('() => { name: for (;;) { for (;;) break name } return name }'), [], 'captured'],
  'catch without a binding': [make('() => { try { throw 1 } catch { return name } }'), [], 'captured'],
  'catch with a pattern': [
    make('() => { try { throw { name: "inner" } } catch ({ name }) { return name } }'),
    [],
    'inner',
  ],
  'var in a block hides': [make('() => { if (false) { var name = 1 } return name }'), [], undefined],
  'let in a block does not': [make('() => { { let name = 1; void name } return name }'), [], 'captured'],
  'for with let': [make('() => { for (let name = 0; name < 1; name++); return name }'), [], 'captured'],
  'for of with a pattern': [
    make('() => { const out = []; for (const { name } of [{ name: 1 }]) out.push(name); return [out, name] }'),
    [],
    [[1], 'captured'],
  ],
  'a switch has one scope': [make('(x) => { switch (x) { case 1: let name = 2; return name } return name }'), [1], 2],
  'a function in a block': [make('() => { { function name() { return 1 } } return typeof name }'), [], 'function'],
  'a class in a function': [
    make('() => { class A { name = name; static s = outer } return [new A().name, A.s] }'),
    [],
    ['captured', 5],
  ],
  'properties are not names': [
    make('(o) => [o.outer, { outer: 1 }.outer, o?.name]'),
    [{ outer: 9, name: 8 }],
    [9, 1, 8],
  ],
  'shorthand is a name': [make('() => ({ outer, name })'), [], { outer: 5, name: 'captured' }],
  'typeof of what is nowhere': [make('() => [typeof nowhere, typeof outer]'), [], ['undefined', 'number']],
  'a tagged template': [make('(tag = (s, ...v) => s.raw.join("|") + v) => tag`a${outer}b\\n`'), [], 'a|b\\n5'],
  'optional calls': [make('(f) => [f?.(outer), f?.[name]]'), [null], [undefined, undefined]],
  'a spread of a name': [make('() => [...name, ...[outer]]'), [], ['c', 'a', 'p', 't', 'u', 'r', 'e', 'd', 5]],
  'new with a captured class': [
    () => {
      class Inner {
        value = outer;
      }
      return () => new Inner().value;
    },
    [],
    5,
  ],
  arguments: [make('function () { return [...arguments, arguments.length, (() => arguments[0])()] }'), [7], [7, 1, 7]],
  'new.target': [make('function f() { return new.target === undefined }'), [], true],
  'getters in a returned object': [make('() => { const o = { get v() { return outer } }; return o.v }'), [], 5],
  'logical assignment': [
    make('(o) => { o.a ??= outer; o.b ||= name; o.c &&= 1; return o }'),
    [{ c: 2 }],
    { a: 5, b: 'captured', c: 1 },
  ],
  'unicode names': [make('() => { const ñandú = outer; const 变量 = 1; return ñandú + 变量 }'), [], 6],
  'escapes in names': [make('() => { const \\u0061bc = outer; return abc }'), [], 5],
  'a name that ends in a dollar': [make('($, _$) => [$, _$, outer]'), [1, 2], [1, 2, 5]],
  'async as a name': [make('(async) => async + outer'), [1], 6],
  'no semicolons': [
    make('(x) => {\n  let a = outer\n  let b = a\n  ;[a, b] = [b, x]\n  return [a, b]\n}'),
    [1],
    [5, 1],
  ],
  'Windows line ends': [make('(x) => {\r\n  return x + outer\r\n}'), [1], 6],
  'a directive of its own': [make('function () { "use strict"; return this }'), [], undefined],
  'sloppy this': [make('function () { return this === globalThis }'), [], true],
  with: [make('function (o) { with (o) { return [inner, outer] } }'), [{ inner: 1 }], [1, 5]],
  'octal numbers of sloppy code': [make('function () { return 010 }'), [], 8],
  'direct eval of its own names': [make('function (x) { return eval("x + 1") }'), [1], 2],
});
