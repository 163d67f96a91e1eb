import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KernelClient, shown } from '../testing/kernel-client.js';

const stripped = (text: unknown): string => String(text).replace(/\u001b\[[0-9;]*m/g, ''); // eslint-disable-line no-control-regex

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  const write = (path: string, text: string): void => {
    const file = join(kernel.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const manifest = (name: string, more: object): string => JSON.stringify({ name, version: '1.0.0', ...more });
  write('node_modules/only-esm/package.json', manifest('only-esm', { type: 'module', exports: './index.js' }));
  write('node_modules/only-esm/index.js', 'export const kind = "esm"; export default (x) => x + 1');
  write('node_modules/only-cjs/package.json', manifest('only-cjs', { main: 'main.js' }));
  write('node_modules/only-cjs/main.js', 'module.exports = { kind: "cjs", sameUrl: () => URL === require("url").URL }');
  write('node_modules/callable/package.json', manifest('callable', { main: 'main.js' }));
  // As lodash, Express and many others: what is exported is a function, and what it offers hangs on it.
  const members =
    'const all = { twice: (x) => 2 * x, version: "1.2" }; module.exports = Object.assign(() => "called", all);';
  write('node_modules/callable/main.js', members);
  write('data.json', '{"answer": 42}');
  write('lib/data.json', '{"unit": "kg"}');
  write(
    'lib/uses.ts',
    "import data, { unit } from './data.json';\nimport { twice } from 'callable';\nimport { Kind } from './kinds.ts';\nexport const kind: Kind = [data.unit, unit, twice(2)];",
  );
  write('lib/kinds.ts', 'export type Kind = unknown[]');
  write('lib/misspelt.ts', "export const one = 1;\nimport { twise } from 'callable';\ntwise(1)");
  write('lib/lost.ts', "import { x } from './gone.ts';\nx");
  write('lib/needs.ts', "\nimport { y } from 'not-there';\ny");
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

test.each([
  ['an ES module', "import plus, { kind } from 'only-esm'; [kind, plus(1)]", "[ 'esm', 2 ]"],
  [
    'CommonJS by its names',
    "import { kind } from 'only-cjs'; import all from 'only-cjs'; [kind, all.kind]",
    "[ 'cjs', 'cjs' ]",
  ],
  [
    'CommonJS that is a function',
    "import { twice } from 'callable'; import callable from 'callable'; [twice(2), callable.version, callable()]",
    "[ 4, '1.2', 'called' ]",
  ],
  [
    'all of CommonJS',
    // From Node 23 on there is 'module.exports' among the names.
    "import * as every from 'callable'; [every.twice(3), every.version, Object.keys(every).filter((name) => !name.includes('.')).sort().join()]",
    "[ 6, '1.2', 'default,twice,version' ]",
  ],
  ['CommonJS by require', "require('only-cjs').kind", "'cjs'"],
  [
    'either by import()',
    "(await Promise.all([import('only-esm'), import('only-cjs')])).map((m) => m.kind ?? m.default.kind)",
    "[ 'esm', 'cjs' ]",
  ],
  ['JSON', "import data from './data.json' with { type: 'json' }; data.answer", '42'],
  [
    'JSON by its names',
    "import { answer } from './data.json'; import * as all from './data.json'; [answer, all.answer]",
    '[ 42, 42 ]',
  ],
  ['what a module of its own imports', "import { kind } from './lib/uses.ts'; kind", "[ 'kg', 'kg', 4 ]"],
  ['JSON by require', "require('./data.json').answer", '42'],
  ['one that sees its own globals', "class URL {}; require('only-cjs').sameUrl()", 'true'],
])('a cell imports from the notebook’s folder: %s', async (_, code, expected) => {
  const { reply, outputs } = await kernel.execute(code);
  expect([reply['status'], reply['evalue']]).toEqual(['ok', undefined]);
  expect(stripped(shown(outputs, 'execute_result')[0])).toBe(expected);
});

test.each([
  ['lib/misspelt.ts', 2, "'callable' exports no 'twise' (or it is a type, which has no value)"],
  ['lib/lost.ts', 1, "There is no file './gone.ts' beside lost.ts."],
  ['lib/needs.ts', 2, "There is no package 'not-there' here: install it by %npm install not-there"],
])('what %s can’t import is told with its line', async (file, line, problem) => {
  const { reply } = await kernel.execute(`\nimport './${file}'`);
  expect([reply['ename'], reply['evalue']]).toEqual(['ImportError', problem]);
  const frames = (reply['traceback'] as string[]).map(stripped).filter((text) => text.startsWith('    at '));
  expect(frames.map((frame) => frame.split(/[\s/]/).at(-1))).toEqual([
    `${file.slice(4)}:${line}`,
    expect.stringMatching(/^cell-\d+\.ts:2$/),
  ]);
});

test('the slider of the guide speaks the widget protocol, both ways', async () => {
  const guide = readFileSync(join(__dirname, '../../../docs/kernel.md'), 'utf8');
  const code = /```ts\n(const metadata = [^]*?)```/.exec(guide)?.[1] ?? '';
  const { reply, outputs } = await kernel.execute(code);
  expect([reply['status'], reply['evalue']]).toEqual(['ok', undefined]);
  const opened = outputs.filter(({ header }) => header.msg_type === 'comm_open');
  expect(opened.map(({ content, metadata }) => [content['target_name'], metadata])).toEqual(
    new Array(3).fill(['jupyter.widget', { version: '2.1.0' }]),
  );
  const [, , slider] = opened.map(({ content }) => content['comm_id']);
  expect(outputs.filter(({ header }) => header.msg_type === 'comm_msg').map(({ content }) => content)).toEqual([
    { comm_id: slider, data: { method: 'update', state: { value: 7 }, buffer_paths: [] } },
  ]);
  const view = shown(outputs, 'display_data', 'application/vnd.jupyter.widget-view+json');
  expect(view).toEqual([{ version_major: 2, version_minor: 0, model_id: slider }]);
  kernel.send('shell', 'comm_msg', { comm_id: slider, data: { method: 'update', state: { value: 9 } } });
  expect(shown((await kernel.execute('value')).outputs, 'execute_result')).toEqual(['9']);
});
