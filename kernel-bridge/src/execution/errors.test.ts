import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KernelClient, printed, shown } from '../testing/kernel-client.js';

const stripped = (text: unknown): string => String(text).replace(/\u001b\[[0-9;]*m/g, ''); // eslint-disable-line no-control-regex

let kernel: KernelClient;
beforeAll(async () => {
  // No cluster of that name runs.
  kernel = await KernelClient.start({ COVEY_CLUSTER: 'nowhere' });
  const files = {
    'lib.ts': 'export const n = 1;\nexport function boom(): never {\n  throw new TypeError(`from lib ${n}`);\n}\n',
    'bad.ts': 'export const n = 1;\nexport const m = = 2;\n',
    'throws.ts': 'export const n = 1;\nthrow new Error("while loading");\n',
    'bad.json': '{',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(kernel.folder, name), text);
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

const errorOf = async (code: string): Promise<{ ename: unknown; evalue: string; text: string }> => {
  const { reply } = await kernel.execute(code);
  expect(reply['status']).toBe('error');
  const text = stripped((reply['traceback'] as string[]).join('\n'));
  return { ename: reply['ename'], evalue: String(reply['evalue']), text: text.replaceAll(kernel.folder, '.') };
};

test('an error shows its line, class, message, the lines of the cell, its cause', async () => {
  const code = [
    'interface Unused { a: string }',
    '',
    'function outer(n: number): never {',
    '  // a comment',
    "  throw new RangeError('too big', { cause: new Error('why') });",
    '}',
    'outer(1)',
  ].join('\n');
  const { ename, text } = await errorOf(code);
  expect(ename).toBe('RangeError');
  expect(text.replace(/cell-\d+/g, 'cell')).toBe(
    [
      'cell.ts',
      '    4 |   // a comment',
      ">   5 |   throw new RangeError('too big', { cause: new Error('why') });",
      '    6 | }',
      '',
      'RangeError: too big',
      '    at outer (cell.ts:5)',
      '    at cell.ts:7 {',
      '  [cause]: Error: why',
      '      at outer (cell.ts:5)',
      '      at cell.ts:7',
      '}',
    ].join('\n'),
  );
});

test('the class is red, the mark of the line too, and frames are faint', async () => {
  const { reply } = await kernel.execute('null.foo');
  const [file, line, , head, frame] = reply['traceback'] as string[];
  expect(file).toMatch(/^\u001b\[2mcell-\d+\.ts\u001b\[22m$/u); // eslint-disable-line no-control-regex
  expect(line).toBe('\u001b[31m>\u001b[39m   1 | null.foo');
  expect(head).toBe("\u001b[31mTypeError\u001b[39m: Cannot read properties of null (reading 'foo')");
  expect(frame).toMatch(/^\u001b\[2m {4}at cell-\d+\.ts:1\u001b\[22m$/u); // eslint-disable-line no-control-regex
});

test('nothing is gray, which JupyterLab shows as black on black', async () => {
  const { outputs } = await kernel.execute('console.log([undefined]); [undefined]');
  const faint = '[ \u001b[2mundefined\u001b[22m ]';
  expect([printed(outputs).trim(), ...shown(outputs, 'execute_result')]).toEqual([faint, faint]);
});

test.each([
  ['a call', 'five()', 'five is not a function'],
  ['an iteration', '[...five]', 'five is not iterable'],
  ['a new', 'new five()', 'five is not a constructor'],
  ['a method', 'five.nope()', 'five.nope is not a function'],
])('%s that can’t be speaks of the variable, not of compiled code', async (_, code, message) => {
  await kernel.execute('const five = 5');
  const { evalue, text } = await errorOf(code);
  expect(evalue).toBe(message);
  expect(text).toContain(`TypeError: ${message}\n`);
  const { outputs } = await kernel.execute(`try { ${code} } catch (error) { console.log(error.message, '|', error) }`);
  expect(stripped(printed(outputs))).toMatch(
    new RegExp(`^${message} \\| TypeError: ${message}\n    at cell-\\d+\\.ts:1\n$`),
  );
});

test.each([
  ['console.log', 'console.log(new Error("x"))'],
  ['a result', 'new Error("x")'],
  ['inside of a result', '({ deep: [new Error("x")] })'],
  ['a trace', 'console.trace("x")'],
  ['its stack', 'console.log(new Error("x").stack)'],
])('the kernel’s own frames are not in an error that is shown: %s', async (_, code) => {
  const { outputs } = await kernel.execute(code);
  const text = [...shown(outputs, 'execute_result'), printed(outputs), printed(outputs, 'stderr')].join('');
  expect(stripped(text)).toMatch(/x\n\s+at cell-\d+\.ts:1\b(?!:)/);
  expect(text).not.toMatch(/kernel\.cjs|node:/);
});

test.each([
  [
    'a package',
    'import x from "not-there/sub"',
    "There is no package 'not-there' here: install it by %npm install not-there",
  ],
  ['a file', 'import { y } from "./nope.ts"', "There is no file './nope.ts' beside the notebook."],
  ['a file of JSON', 'import z from "./nope.json"', "There is no file './nope.json' beside the notebook."],
  ['what is no JSON', 'import bad from "./bad.json"', "'./bad.json' is no JSON: Expected property name"],
  ['a built-in', 'import fss from "node:fss"', 'No such built-in module: node:fss'],
  [
    'npm:',
    'import q from "npm:@a/b@1"',
    "Node.js imports packages by their name: import … from '@a/b'; install it by %npm install @a/b",
  ],
  ['the web', 'import w from "https://x.org/a.js"', 'Node.js imports nothing from the web'],
])('an import that can’t be says where, and what to do: %s', async (_, line, message) => {
  const { ename, text } = await errorOf(`1;\n${line}`);
  expect(ename).toBe('ImportError');
  expect(text).toContain(`>   2 | ${line}\n\nImportError: ${message}`);
  expect(text).toMatch(/\n {4}at cell-\d+\.ts:2$/);
});

test.each([
  ['require', "require('not-there')"],
  ['import()', "await import('not-there')"],
])('a package that isn’t there for %s has its line, and advice', async (_, code) => {
  const { text } = await errorOf(`1;\n${code}`);
  expect(text).toContain(`>   2 | ${code}`);
  expect(text).toMatch(/Install it by %npm install not-there$/);
});

test.each([
  [
    'throws later',
    'import { boom } from "./lib.ts"; boom()',
    />\s+3 \| {3}throw.*\n.*\n\nTypeError: from lib 1\n\s+at boom \(\.\/lib\.ts:3\)\n\s+at cell-\d+\.ts:1$/,
  ],
  [
    'throws while it is loaded',
    '1;\nimport "./throws.ts"',
    /Error: while loading\n\s+at \.\/throws\.ts:2\n\s+at cell-\d+\.ts:2$/,
  ],
  ['and again', '1;\n2;\nimport "./throws.ts"', /Error: while loading\n\s+at \.\/throws\.ts:2\n\s+at cell-\d+\.ts:3$/],
  [
    'isn’t TypeScript',
    '1;\nimport "./bad.ts"',
    /at \.\/bad\.ts:2:18\n\s+at cell-\d+\.ts:2\n[^]*> 2 \| export const m = = 2;/,
  ],
])('an imported module that %s shows its line, and that of the cell', async (_, code, text) => {
  expect((await errorOf(code)).text).toMatch(text);
});

test('what Node fails at has the line that waited for it', async () => {
  const { text } = await errorOf("import fs from 'node:fs';\nawait fs.promises.readFile('/nope/nope')");
  expect(text).toMatch(/> {3}2 \| await fs[^]*ENOENT[^]*at (?:async )?cell-\d+\.ts:2/);
});

test('an executor that can’t be had has the line that names it', async () => {
  const { text } = await errorOf('1;\nexecutor');
  expect(text).toMatch(
    /> {3}2 \| executor\n\nClusterNotFoundError: no cluster named 'nowhere' runs[^]*\n {4}at cell-\d+\.ts:2$/,
  );
});

test('a syntax error points at the place', async () => {
  const { ename, text } = await errorOf('const ok = 1;\nconst z: number =;');
  expect(ename).toBe('SyntaxError');
  expect(text).toMatch(/cell-\d+\.ts:2:18/);
});

test.each([
  ['JSX', 'const x = 1;\nconst y = <b>{x}</b>', /JSX is not compiled[^]*cell-\d+\.ts:2/],
  ['decorators of expressions', 'let d;\nconst c = @d class {}', /Decorators stand before[^]*cell-\d+\.ts:2:11/],
  [
    'decorators of the standard',
    'class D { @((f: any) => () => f) m() {} }',
    /decorator of 'm'[^]*experimentalDecorators/,
  ],
])('an error says what is not compiled: %s', async (_, code, text) => {
  expect((await errorOf(code)).text).toMatch(text);
});

test.each([
  ['in a timer', "setTimeout(() => { throw new Error('stray') }, 1)", 'stray'],
  ['of a promise that nobody awaits', "void Promise.reject(new Error('lost'))", 'lost'],
])('an error %s is shown, and ends nothing', async (_, code, message) => {
  const id = kernel.submit(code);
  await kernel.finished(id);
  await kernel.waitFor(() => printed(kernel.about(id), 'stderr').includes(message));
  expect(shown((await kernel.execute('1')).outputs, 'execute_result')).toEqual(['1']);
});

test.each([
  ['an object', 'throw { code: 7 }', '{ code: 7 }', 'Uncaught { code: 7 }'],
  ['a text', "throw 'why'", 'why', "Uncaught 'why'"],
])('what isn’t an error can be thrown: %s', async (_, code, evalue, text) => {
  expect(await errorOf(code)).toEqual({ ename: 'Uncaught', evalue, text });
});

test.each([
  ['a long message', "throw new Error('x'.repeat(5e7))"],
  ['a long text', "throw 'x'.repeat(5e7)"],
  ['many lines', "throw new Error('a line\\n'.repeat(1e6))"],
  [
    'long fields',
    "throw Object.assign(new Error('x'), Object.fromEntries(Array.from({ length: 1e5 }, (_, n) => ['k' + n, n])))",
  ],
])('an error is never larger than what can be read: %s', async (_, code) => {
  const { evalue, text } = await errorOf(code);
  expect(evalue.length).toBeLessThan(11_000);
  expect(text.length).toBeLessThan(100_000);
});

test.each([
  ['behind a comment', '// hm\n%who'],
  ['behind code', '1\n%who'],
])('a magic that stands %s is told where it belongs', async (_, code) => {
  expect((await errorOf(code)).text).toMatch(/\n%who is a magic: it has to be the first line of its cell\.$/);
});

test.each([
  ['!ls -l', "execSync('ls -l', { stdio: 'inherit' })"],
  ['?fetch', 'Shift-Tab explains the name before the cursor.'],
  ['JSON.parse??', 'Shift-Tab explains the name before the cursor.'],
])('%s, which other kernels have, is answered by what there is here', async (code, advice) => {
  expect((await errorOf(code)).text.split('\n').at(-1)).toContain(advice);
});

test('a magic that takes nothing is not done when something follows', async () => {
  await kernel.execute('const stays = 1');
  expect((await errorOf('%reset stays')).text).toBe('MagicError: Use it as %reset');
  expect((await kernel.execute('stays // here')).reply['status']).toBe('ok');
});

test('what is timed shows its line in the cell', async () => {
  expect((await errorOf('%%timeit\n1;\nnope()')).text).toMatch(/> {3}3 \| nope\(\)[^]*cell-\d+\.ts:3$/);
  expect((await errorOf('%timeit 1 +')).text).toContain('> 1 | %timeit 1 +');
});

test('stacks are the kernel’s again when a cell that wrote them its way is done with it', async () => {
  const own =
    "Error.prepareStackTrace = (_, sites) => sites; const [site] = new Error('x').stack as any; site.getLineNumber()";
  expect(shown((await kernel.execute(own)).outputs, 'execute_result')).toEqual(['1']);
  expect((await kernel.execute("await Promise.reject(new Error('meanwhile'))")).reply['evalue']).toBe('meanwhile');
  await kernel.execute('Error.prepareStackTrace = undefined');
  expect((await errorOf("throw new Error('after')")).text).toMatch(/Error: after\n {4}at cell-\d+\.ts:1$/);
});
