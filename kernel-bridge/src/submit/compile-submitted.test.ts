import { NotebookScope } from '../cells/notebook-scope.js';
import { CellSyntaxError } from '../cells/typescript.js';
import { compileSubmitted } from './compile-submitted.js';

const variables = new Set(['data', 'total', 'display']);
const scope = {
  isVariable: (name: string) => variables.has(name) || !(name in globalThis),
  isUnknown: (name: string) => name.startsWith('no'),
  refusal: (name: string) => (name === 'display' ? 'display shows nothing on a worker.' : undefined),
};

function scopeWith(notebook: object): NotebookScope {
  const filled = new NotebookScope();
  for (const [name, value] of Object.entries(notebook)) filled.declare(name, value);
  return filled;
}

async function run(source: string, notebook: object = {}, imports: object = {}): Promise<unknown> {
  const { code } = compileSubmitted(source, 'cell-7.ts', 'cell_7', scope);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what the kernel does with it
  const make = new Function(`return ${code}`)() as (variables: object, imports: object) => () => Promise<unknown>;
  const { variables: given } = scopeWith(notebook);
  return make(given, imports)();
}

test.each([
  ['the last expression is the result', '// %%submit\nconst a: number = 20; a * 2 + data', 42],
  ['it may wait', 'const x = await Promise.resolve(data); x', 2],
  [
    'declarations of all kinds stay inside',
    'let a = 1; var b = 2; function f() { return a + b } class C { v = f() } new C().v',
    3,
  ],
  ['a name that is declared again is the own one', 'const data = 5; data', 5],
  ['an object in braces', '{ v: data }', { v: 2 }],
  ['shorthand, typeof and calls', 'const f = () => typeof nobody; [{ data }, f()]', [{ data: 2 }, 'undefined']],
  ['what a question by typeof guards', 'typeof nobody === "undefined" ? data : nobody', 2],
  ['enums', 'enum E { A = 3 } E.A', 3],
  ['exports are left out', 'export const a = 1; export default a + 1', 2],
  ['type imports vanish', "import type { Future } from 'covey';\n5", 5],
  ['using', 'using a = { v: 4, [Symbol.dispose]() {} }; a.v', 4],
  ['a default on its own line', 'export default\n  // why\n  data + 1', 3],
  ['a decorated class is no result', 'const d = (c: object) => c; @d class C {}', undefined],
  ['without an expression at the end there is no result', 'const a = 1', undefined],
])('%s', async (_, source, expected) => {
  expect(await run(source, { data: 2 })).toEqual(expected);
});

test('what it imports is told, and read from the imports', async () => {
  const source =
    "import fs, { join as j } from 'node:path'; import * as os from 'node:os'; [j('a'), fs, os, import.meta]";
  expect(compileSubmitted(source, 'cell-7.ts', 'f', scope).imports).toEqual([
    {
      specifier: 'node:path',
      line: 1,
      bound: [
        ['fs', 'default'],
        ['j', 'join'],
      ],
    },
    { specifier: 'node:os', line: 1, bound: [['os', '*']] },
  ]);
  const imports = { j: (x: string) => `${x}!`, fs: 1, os: 2, $meta: 3 };
  expect(await run(source, {}, imports)).toEqual(['a!', 1, 2, 3]);
});

test.each([
  ['total = 1', 1, 1],
  ['const a = total;\n  total += a', 2, 3],
  ['[total] = [1]', 1, 2],
  ['const f = (total: number) => total; total++', 1, 37],
  ['for (total of [1]) {}', 1, 6],
  ['neverDeclared = 1', 1, 1],
])('assigning a variable of the notebook is an error with its place: %s', (source, line, column) => {
  expect(() => compileSubmitted(source, 'cell-7.ts', 'f', scope)).toThrow(CellSyntaxError);
  try {
    compileSubmitted(source, 'cell-7.ts', 'f', scope);
  } catch (error) {
    expect((error as Error).message).toContain("can't assign");
    expect((error as CellSyntaxError).frame).toContain(`cell-7.ts:${line}:${column}`);
  }
});

test.each([
  ['const a = 1;\nnopeNope + a', 'nopeNope', 2, 1],
  ['function f() {\n  return noFunction() }\nf', 'noFunction', 2, 10],
])('a name that is not there is an error with its place: %j', (source, name, line, column) => {
  expect(() => compileSubmitted(source, 'cell-7.ts', 'f', scope)).toThrow(
    expect.objectContaining({
      name: 'ReferenceError',
      message: `${name} is not defined`,
      stack: expect.stringContaining(`at cell-7.ts:${line}:${column}`) as unknown,
    }),
  );
});

test('what only the kernel has is refused, and an empty cell', () => {
  expect(() => compileSubmitted('display(1)', 'cell-7.ts', 'f', scope)).toThrow('display shows nothing on a worker.');
  expect(() => compileSubmitted('// %%submit\n', 'cell-7.ts', 'f', scope)).toThrow('nothing to submit');
});
