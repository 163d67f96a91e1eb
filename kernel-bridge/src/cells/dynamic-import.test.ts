import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { KernelClient, shown } from '../testing/kernel-client.js';

let kernel: KernelClient;
let seconds = 0;

function write(name: string, text: string): void {
  const file = join(kernel.folder, name);
  writeFileSync(file, text);
  // However coarse the file system's clock is, it was changed.
  utimesSync(file, 1e9, 1e9 + ++seconds);
}

beforeAll(async () => {
  kernel = await KernelClient.start();
  mkdirSync(join(kernel.folder, 'below'));
  write('data.json', '{"answer": 42}');
  write(
    'kinds.ts',
    'export enum Kind { A, B }\nexport const two: number = 2;\nexport const twice = (): number => two * 2;',
  );
  write('below/near.ts', 'export const near = "near";');
  write(
    'below/loads.ts',
    'export const first = (await import("./near.ts")).near;\nexport const load = (name: string) => import(name);',
  );
  write('fails.ts', 'export const fine: number = 1;\n\nthrow new RangeError("on line 3");');
  write('wrong.ts', 'export const fine = 1;\nexport const = 2;');
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

async function resultOf(code: string): Promise<string> {
  const { reply, outputs } = await kernel.execute(code);
  expect([reply['status'], reply['evalue']]).toEqual(['ok', undefined]);
  return stripVTControlCharacters(String(shown(outputs, 'execute_result')[0]));
}

async function tracebackOf(code: string): Promise<string> {
  const { reply } = await kernel.execute(code);
  expect(reply['status']).toBe('error');
  return stripVTControlCharacters((reply['traceback'] as string[]).join('\n'));
}

test.each([
  ['a file beside the notebook', "(await import('./kinds.ts')).Kind.B", '1'],
  ['one whose name is only known when it runs', "const name = 'kinds'; (await import(`./${name}.ts`)).two", '2'],
  ['one by its URL', "(await import(import.meta.resolve('./kinds.ts'))).two", '2'],
  ['one in a function', "const load = async () => (await import('./kinds.ts')).two; await load()", '2'],
  ['one by the name that it is compiled to', "(await import('./kinds.js')).two", '2'],
  [
    'the same one as by an import declaration',
    "import * as k from './kinds.ts'; k === await import('./kinds.ts')",
    'true',
  ],
  ['one that imports another beside itself', "(await import('./below/loads.ts')).first", "'near'"],
  [
    'one that another is asked for',
    "const m = await import('./below/loads.ts'); (await m.load('./near.ts')).near",
    "'near'",
  ],
  ['JSON', "(await import('./data.json')).default.answer", '42'],
  ['JSON with an attribute', "(await import('./data.json', { with: { type: 'json' } })).default.answer", '42'],
  ['a builtin', "const what = 'node:path'; (await import(what)).sep", "'/'"],
  ['the kernel’s covey', "typeof (await import('covey')).Executor", "'function'"],
])('import() in a cell loads %s', async (_, code, expected) => {
  expect(await resultOf(code)).toBe(expected);
});

test('what is imported so is loaded again when it, or what it imports so, has changed', async () => {
  const code = "[(await import('./below/loads.ts')).first, (await import('./below/near.ts')).near]";
  expect(await resultOf(code)).toBe("[ 'near', 'near' ]");
  write('below/near.ts', 'export const near = "nearer";');
  expect(await resultOf(code)).toBe("[ 'nearer', 'nearer' ]");
});

test('errors show the file and line of who wrote them, and below it the import()', async () => {
  const loading = 'const load = async (name: string) => {\n  return import(name);\n};\n';
  expect(await tracebackOf(`${loading}await load('./fails.ts')`)).toMatch(
    /> {3}3 \| throw new RangeError[^]*RangeError: on line 3\n {4}at \S*\/fails\.ts:3\n {4}at load \((cell-\d+)\.ts:2\)\n {4}at \1\.ts:4$/,
  );
  expect(await tracebackOf(`${loading}await load('./wrong.ts')`)).toMatch(
    /SyntaxError: .*\n {4}at \S*\/wrong\.ts:2:\d+\n {4}at load \(cell-\d+\.ts:2\)[^]*> 2 \| export const = 2/,
  );
  expect(await tracebackOf(`${loading}await load('./gone.ts')`)).toMatch(
    /Cannot find module '\S*\/gone\.ts'[^\n]*\n {4}at load \((cell-\d+)\.ts:2\)\n {4}at \1\.ts:4/,
  );
});

// Newer ones load it themselves.
const testWithoutTypes = Reflect.get(process.features, 'typescript') ? test.skip : test;
testWithoutTypes('require says what loads TypeScript', async () => {
  expect(await tracebackOf("require('./kinds.ts').two")).toMatch(
    /ImportError: require loads no TypeScript: .*\n {4}at cell-\d+\.ts:1$/,
  );
});

describe('tasks', () => {
  test.each([
    ['a constant of it', "import { two } from './kinds.ts'; await executor.submit(() => two).result()", '2'],
    ['members of it', "import * as all from './kinds.ts'; await executor.submit(() => all.twice()).result()", '4'],
    [
      'what import() gave',
      "const given = await import('./kinds.ts'); await executor.submit(() => given.two).result()",
      '2',
    ],
  ])('take along what the notebook imported of its own module: %s', async (_, code, expected) => {
    expect(await resultOf(code)).toBe(expected);
  });

  test('import by themselves what Node loads, and are told what else to do with TypeScript', async () => {
    const submit = (name: string): string =>
      `const go = async (name: string) => (await import(name)).sep;\nawait executor.submit(go, '${name}').result()`;
    expect(await resultOf(submit('node:path'))).toBe("'/'");
    expect(await tracebackOf(submit('./kinds.ts'))).toMatch(
      /A task can't load TypeScript by import\('\.\/kinds\.ts'\)\. Import it at the top of a cell[^\n]*\n {4}at go \(cell-\d+\.ts:1\)/,
    );
  });
});
