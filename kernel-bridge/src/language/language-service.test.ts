import ts from 'typescript';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotebookLanguage } from './language-service.js';

// One for all tests: each would load the libraries' types.
const folder = mkdtempSync(join(tmpdir(), 'covey-language-'));
const language = new NotebookLanguage(ts, folder);
afterAll(() => rmSync(folder, { recursive: true }));
const complete = (code: string): string[] => {
  const found = language.complete(1, code, code.length);
  return found.type === 'completed' ? found.entries.map(({ name }) => name) : [];
};
const inspect = (code: string): string => {
  const found = language.inspect(1, code, code.length);
  return found.type === 'inspected' ? (found.found?.signature ?? '') : '';
};

beforeAll(() => {
  language.addCell('interface Person { name: string; age: number }\nconsole.log("not a declaration")');
  language.addCell('function find(n: number): Person { return { name: "a", age: n } }\nconst people = [find(1)]');
});

test('types of one cell are known in others', () => {
  expect(complete('find(1).')).toEqual(['age', 'name']);
  expect(complete('people.map((p) => p.n')).toEqual(['name']);
  expect(complete('(await Promise.resolve(find(1))).a')).toEqual(['age']);
});

test('what a cell declares anew is meant in its older users too', () => {
  language.addCell('function find(n: string): Set<string> { return new Set([n]) }');
  expect(complete('find("a").ad')).toEqual(['add']);
});

test('a cell that is being written may declare again what is there', () => {
  expect(complete('const people = new Map<string, number>(); people.ge')).toEqual(['get']);
});

test('a submitted cell leaves the future of its result, and keeps what it declares to itself', () => {
  const cell = ["import { parse } from 'node:path';", "import type { ParsedPath } from 'node:path';"];
  cell.push('const inner: ParsedPath = parse("a"); ({ where: inner.dir, found: find("x") })');
  language.addCell(`%%submit later\n${cell.join('\n')}`);
  expect(inspect('later')).toContain('const later: Future<{\n    where: string;\n    found: Set<string>;\n}>');
  expect(complete('(await later.result()).wh')).toEqual(['where']);
  expect(complete('inn')).toEqual([]);
});

test('the kernel’s own names have types', () => {
  expect(complete('display.ht')).toEqual(['html']);
  expect(inspect('display')).toMatch(/^const display: Display$/m);
});

test('a name, and the function before a bracket, are explained', () => {
  expect(inspect('Math.max')).toContain('max(...values: number[]): number');
  expect(inspect('Math.max(')).toContain('max(...values: number[]): number');
});

describe('completion', () => {
  const offered = (code: string): string[] => {
    const found = language.complete(1, code, code.length);
    return found.type === 'completed' ? found.entries.map(({ name }) => code.slice(0, found.start) + name) : [];
  };

  beforeAll(() => {
    language.reset();
    mkdirSync(join(folder, 'lib'));
    writeFileSync(join(folder, 'types.ts'), 'export interface Foo { a: number }; export const foo = 1');
    writeFileSync(join(folder, 'lib', 'data.json'), '{}');
    language.addCell('interface Shape { kind: "circle" | "square"; "odd-key"?: number }');
    language.addCell('declare const shape: Shape, maybe: Shape | undefined; const obj = { alpha: 1, "with-dash": 2 }');
  });

  test.each([
    ['obj["', ['obj["alpha', 'obj["with-dash']],
    ['obj["with-d', ['obj["with-dash']],
    ['obj.', ['obj.alpha']],
    ['maybe.', ['maybe.kind']],
    ['shape.kind === "', ['shape.kind === "circle', 'shape.kind === "square']],
    ['const z: Shape = { ', ['const z: Shape = { kind', 'const z: Shape = { "odd-key"']],
    ['const z: Shape = { kind: "', ['const z: Shape = { kind: "circle', 'const z: Shape = { kind: "square']],
    ['import x from "node:ty', []],
    ['import x from "node:tt', ['import x from "node:tty']],
    ['import x from "./', ['import x from "./lib', 'import x from "./types.ts']],
    ['import x from "./ty', ['import x from "./types.ts']],
    ['await import("./lib/', ['await import("./lib/data.json']],
    ['"in a string obj.', []],
    ['// a comment ', []],
    ['import ', []],
    ['cons obj; const ', []],
  ])('of %j', (code, expected) => {
    expect(offered(code)).toEqual(expected);
  });

  test('of what a module exports', () => {
    const code = 'import { f } from "./types.ts"';
    const found = language.complete(1, code, 'import { f'.length);
    expect(found).toMatchObject({ start: 9, entries: [{ name: 'foo' }] });
  });

  test('has nothing of the kernel’s own', () => {
    language.addCell('let counter = 1');
    expect(offered('counter = 2; ').filter((name) => /__(?!dirname|filename)|submitted/.test(name))).toEqual([]);
  });
});

describe('inspection', () => {
  const found = (code: string): unknown => {
    const answer = language.inspect(1, code, code.length);
    return answer.type === 'inspected' ? answer.found : undefined;
  };
  const add = 'function add(a: number, b = 2) {\n  // as it was written\n  return a + b;\n}';

  beforeAll(() => {
    language.reset();
    language.addCell(`/**\n * Adds.\n * @param a the first\n * @example add(1)\n */\n${add}`);
    language.addCell('interface Person { name: string }; const twice = (n: number) => 2 * n; let plain = 1');
  });

  test('shows a function’s signature, its documentation with tags, and the cell’s own text', () => {
    expect(found('add')).toEqual({
      signature: 'function add(a: number, b?: number): number',
      documentation: 'Adds.\n\n@param a the first  \n@example\n\n    add(1)\n',
      source: add,
    });
  });

  test('shows the function whose arguments are being written', () => {
    const called = { signature: 'add(a: number, b?: number): number', source: '' };
    for (const code of ['add(', 'add(1, ', 'add(Math.max(1), ', 'add(nope'])
      expect([code, found(code)]).toEqual([code, expect.objectContaining(called)]);
  });

  test.each([
    ['Person', 'interface Person', 'interface Person { name: string }'],
    ['interface Mine { a: 1 }; Mine', 'interface Mine', ''],
    ['twice', 'const twice: (n: number) => number', 'const twice = (n: number) => 2 * n;'],
    ['plain', 'let plain: number', ''],
    ['import { tmpdir } from "node:os"; tmpdir', 'function tmpdir(): string', ''],
  ])('shows of %j what it is', (code, signature, source) => {
    expect(found(code)).toEqual(expect.objectContaining({ signature, source }));
  });

  test.each(['nope', 'nope.more', 'if', '"text', '1'])('of %j finds nothing', (code) => {
    expect(found(code)).toBeUndefined();
  });
});

describe('type errors', () => {
  beforeAll(() => language.reset());

  const problems = (code: string): string[] => {
    const found = language.check(1, code);
    return found.type === 'checked'
      ? found.problems.map(({ line, column, code: number, message }) => `${line}:${column} TS${number} ${message}`)
      : [];
  };
  const run = (...cells: string[]): void => cells.forEach((code) => language.addCell(code));

  test('have line and column, with types of other cells', () => {
    run('function half(n: number): number { return n / 2 }');
    expect(problems('// a comment\nconst x = half("4");')).toEqual([
      "2:16 TS2345 Argument of type 'string' is not assignable to parameter of type 'number'.",
    ]);
    expect(problems('half(4).toFixed()')).toEqual([]);
    expect(problems('halve(4)')).toEqual(["1:1 TS2304 Cannot find name 'halve'."]);
  });

  test('are none that only a module would have', () => {
    run(
      'let found: string | undefined; let list = []; let nothing = null; const fixed = 1',
      'const { a, b } = { a: 1, b: "b" }',
      'const a = "now a text"',
      'export const shared = 1; import { join } from "node:path"; declare global { var fromCell: number }',
    );
    for (const code of [
      'found = "x"; found?.length',
      'list.push(1); list.map((x) => x)',
      'nothing = { x: 1 }; nothing?.x',
      'fixed = 2; fixed',
      'a.length + b.length',
      'join("a", String(shared + fromCell))',
      'const parsed = JSON.parse("1"); parsed.x.y',
      'function Old(x) { this.x = x }',
      'function f(x) { return x }; f(1)',
      'const { statSync } = require("node:fs"); statSync',
      'for await (const x of [1]) console.log(x); await input("?"); prompt("?").length; display.html("x").update(1)',
      'for (const n of display.progress([1, 2])) n.toFixed(); executor.submit((x: number) => x + 1, 2)',
      'comm.open("a", {}).onMessage(({ data }) => data.state.value)',
    ])
      expect([code, problems(code)]).toEqual([code, []]);
  });

  test('tell what is assigned to a variable of another cell, whatever it held first', () => {
    run('let count = 1; const one = 1; let either: string | undefined; function inc() { return ++count }');
    for (const code of ['count = "s"', '[count] = ["s"]', '({ count } = { count: "s" })', 'one = "s"'])
      expect([code, problems(code)]).toEqual([
        code,
        [expect.stringContaining("TS2322 Type 'string' is not assignable to type 'number'")],
      ]);
    for (const code of ['count = 2; count++; count.toFixed()', 'either = "x"; either.length', 'one = 2', 'inc = inc'])
      expect([code, problems(code)]).toEqual([code, []]);
  });

  test('know what a cell declares for all files, and what is imported the old way', () => {
    run('declare global { interface Array<T> { lastOne(): T } }', 'declare module "some-module" { const x: number }');
    run('import fs = require("node:fs")', 'for (var index = 0; index < 3; index++) {}');
    for (const code of ['[1].lastOne().toFixed()', 'fs.statSync("a").size', 'index.toFixed()'])
      expect([code, problems(code)]).toEqual([code, []]);
    expect(problems('import path = require("node:path"); path.join("a").toFixed()')).toEqual([
      expect.stringContaining("1:52 TS2551 Property 'toFixed' does not exist on type 'string'.") as string,
    ]);
  });

  test('are found in what is one object in braces', () => {
    for (const code of ['{ a: 1, b: half("x") }', '// an object\n{ a: 1, b: half("x") };'])
      expect([code, problems(code)]).toEqual([code, [expect.stringContaining('TS2345')]]);
    for (const block of ['{ const a = 1; half(a) }', '{ count = 5 }'])
      expect([block, problems(block)]).toEqual([block, []]);
  });

  test('name what the running Node.js doesn’t have', () => {
    const isThere = 'groupBy' in Object;
    expect(problems('Object.groupBy([1], String)')).toEqual(
      isThere ? [] : [expect.stringMatching(/ Node\.js v.* has none\.$/)],
    );
  });

  test('follow what was declared again, also in older functions', () => {
    run('const base = 1; function add(x: number) { return base }', 'const base = "text"');
    expect(problems('add(1).toFixed()')).toEqual([
      expect.stringContaining("Property 'toFixed' does not exist on type 'string'") as string,
    ]);
    language.reset();
    expect(problems('add(1)')).toEqual([expect.stringContaining("Cannot find name 'add'") as string]);
  });
});
