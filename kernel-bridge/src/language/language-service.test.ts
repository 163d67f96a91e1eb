import ts from 'typescript';
import { tmpdir } from 'node:os';
import { NotebookLanguage } from './language-service.js';

const language = new NotebookLanguage(ts, tmpdir());
const complete = (code: string): string[] => {
  const found = language.complete(1, code, code.length);
  return found.type === 'completed' ? found.entries.map(({ name }) => name) : [];
};
const inspect = (code: string): string => {
  const found = language.inspect(1, code, code.length);
  return found.type === 'inspected' ? found.signature : '';
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
  expect(complete('%%submit other\nconst mine = find("a"); mine.ad')).toEqual(['add']);
});

test('the kernel’s own names have types', () => {
  expect(complete('display.ht')).toEqual(['html']);
});

test('a name, and the function before a bracket, are explained', () => {
  expect(inspect('Math.max')).toContain('max(...values: number[]): number');
  expect(inspect('Math.max(')).toContain('max(...values: number[]): number');
});

describe('type errors', () => {
  const notebook = new NotebookLanguage(ts, tmpdir());
  const problems = (code: string): string[] => {
    const found = notebook.check(1, code);
    return found.type === 'checked'
      ? found.problems.map(({ line, column, code: number, message }) => `${line}:${column} TS${number} ${message}`)
      : [];
  };
  const run = (...cells: string[]): void => cells.forEach((code) => notebook.addCell(code));

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
      'function f(x) { return x }; f(1)',
      'const { statSync } = require("node:fs"); statSync',
      'for await (const x of [1]) console.log(x); await input("?"); prompt("?").length; display.html("x").update(1)',
      'for (const n of display.progress([1, 2])) n.toFixed(); executor.submit((x: number) => x + 1, 2)',
      'comm.open("a", {}).onMessage(({ data }) => data.state.value)',
    ])
      expect([code, problems(code)]).toEqual([code, []]);
  });

  test('follow what was declared again, also in older functions', () => {
    run('const base = 1; function add(x: number) { return base }', 'const base = "text"');
    expect(problems('add(1).toFixed()')).toEqual([
      expect.stringContaining("Property 'toFixed' does not exist on type 'string'") as string,
    ]);
    notebook.reset();
    expect(problems('add(1)')).toEqual([expect.stringContaining("Cannot find name 'add'") as string]);
  });
});
