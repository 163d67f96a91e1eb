import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '../protocol/message.js';
import { KernelClient, parentOf, printed, shown } from '../testing/kernel-client.js';

const stripped = (text: unknown): string => String(text).replace(/\u001b\[[0-9;]*m/g, ''); // eslint-disable-line no-control-regex

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

const resultOf = async (code: string): Promise<string> => {
  const { reply, outputs } = await kernel.execute(code);
  if (reply['status'] !== 'ok') throw new Error(stripped((reply['traceback'] as string[]).join('\n')));
  return stripped(shown(outputs, 'execute_result')[0]);
};
const errorOf = async (code: string): Promise<{ ename: unknown; text: string }> => {
  const { reply } = await kernel.execute(code);
  expect(reply['status']).toBe('error');
  return { ename: reply['ename'], text: stripped((reply['traceback'] as string[]).join('\n')) };
};

describe('the order of messages', () => {
  test('a cell is busy, then its input, output, result, idle', async () => {
    const id = kernel.submit("console.log('a'); 1 + 1");
    await kernel.finished(id);
    const types = kernel.about(id).map(({ header, content }) => content['execution_state'] ?? header.msg_type);
    expect(types).toEqual(['busy', 'execute_input', 'stream', 'execute_result', 'idle']);
  });

  test('of a thousand cells sent at once none is idle before its result', async () => {
    const ids = Array.from({ length: 1000 }, (_, n) => kernel.submit(`console.log(${n}); ${n}`));
    await Promise.all(ids.map((id) => kernel.finished(id)));
    for (const [n, id] of ids.entries()) {
      const types = kernel.about(id).map(({ header, content }) => content['execution_state'] ?? header.msg_type);
      expect(types).toEqual(['busy', 'execute_input', 'stream', 'execute_result', 'idle']);
      expect(shown(kernel.about(id), 'execute_result')).toEqual([String(n)]);
    }
  });

  test('what a timer prints later belongs to the last cell', async () => {
    const id = kernel.submit("setTimeout(() => console.log('later'), 1)");
    await kernel.finished(id);
    await kernel.waitFor(() => printed(kernel.about(id)).includes('later'));
  });

  test('cells behind one that failed are not run', async () => {
    const first = kernel.submit("await input(); throw new Error('first')", { allow_stdin: true });
    const ids = [first, ...['globalThis.ranAnyway = 1', 'globalThis.ranAnyway = 2'].map((code) => kernel.submit(code))];
    const asked = (): Message | undefined => kernel.replies.find((message) => parentOf(message) === first);
    await kernel.waitFor(() => asked() !== undefined);
    // Answered behind the cells: they have arrived.
    await kernel.request('shell', 'kernel_info_request', {});
    kernel.send('stdin', 'input_reply', { value: '', status: 'ok' }, asked());
    await kernel.waitFor(() => kernel.about(first).some(({ header }) => header.msg_type === 'error'));
    const replies = await Promise.all(ids.map((id) => kernel.finished(id)));
    expect(replies.map(({ reply }) => reply['status'])).toEqual(['error', 'aborted', 'aborted']);
    expect(await resultOf('typeof globalThis.ranAnyway')).toBe("'undefined'");
  });
});

describe('while a cell runs', () => {
  test('heartbeat and requests are answered, and the last word on iopub is busy', async () => {
    const id = kernel.submit("await new Promise((resolve) => (globalThis.finish = resolve)); 'done'");
    await kernel.waitFor(() => kernel.states(id).includes('busy'));
    await kernel.beat();
    expect((await kernel.request('shell', 'kernel_info_request', {}))['implementation']).toBe('covey');
    expect((await kernel.request('control', 'kernel_info_request', {}))['implementation']).toBe('covey');
    expect((await kernel.request('shell', 'is_complete_request', { code: '1 +' }))['status']).toBe('incomplete');
    expect((await kernel.request('shell', 'complete_request', { code: 'Math.sq', cursor_pos: 7 }))['matches']).toEqual([
      'sqrt',
    ]);
    await kernel.waitFor(() => kernel.states(id).length === 5);
    const states = kernel.iopub.filter(({ header }) => header.msg_type === 'status');
    expect(states.at(-1)?.content['execution_state']).toBe('busy');
    kernel.send('control', 'interrupt_request', {});
    const { reply } = await kernel.finished(id);
    expect(reply['ename']).toBe('KeyboardInterrupt');
  });

  test('output of a busy loop arrives', async () => {
    const id = kernel.submit("console.log('in the loop'); while (true) {}");
    await kernel.waitFor(() => printed(kernel.about(id)).includes('in the loop'));
    await kernel.request('control', 'interrupt_request', {});
    expect((await kernel.finished(id)).reply['ename']).toBe('KeyboardInterrupt');
  });
});

describe('interrupts', () => {
  const cases = {
    'a busy loop': 'console.log("on"); while (true) {}',
    'a busy loop after an await': 'await null; console.log("on"); while (true) {}',
    'a busy loop in a timer': 'setTimeout(() => { console.log("on"); while (true) {} }); await new Promise(() => {})',
    'a loop of microtasks': 'console.log("on"); await (async () => { while (true) await null; })()',
    'Atomics.wait': 'console.log("on"); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
    'a promise that never settles': 'console.log("on"); await new Promise(() => {})',
    execSync: 'import { execSync } from "node:child_process"; console.log("on"); execSync("sleep 100")',
    'a loop that catches everything': 'console.log("on"); while (true) { try { while (true) {} } catch {} }',
  };
  test.each(Object.entries(cases))('end %s, and keep the variables', async (_, code) => {
    await kernel.execute('let kept = 41');
    const id = kernel.submit(code);
    await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
    await kernel.request('control', 'interrupt_request', {});
    const { reply } = await kernel.finished(id);
    expect(reply).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' });
    expect(await resultOf('kept + 1')).toBe('42');
  });

  test('a cell that is interrupted while it waits runs its finally', async () => {
    const id = kernel.submit(
      'console.log("on"); try { await new Promise(() => {}) } finally { console.log("cleaned") }',
    );
    await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
    await kernel.request('control', 'interrupt_request', {});
    const { outputs } = await kernel.finished(id);
    expect(printed(outputs)).toBe('on\ncleaned\n');
  });
});

describe('the language', () => {
  test.each([
    ['types vanish', 'interface P { a: number }; const p: P = { a: 1 }; (p as P).a satisfies number', '1'],
    ['a result behind a type import', "import type { Future } from 'covey';\n1 + 1", '2'],
    ['enums', 'enum Color { Red, Green = 5 }; [Color.Green, Color[0]]', "[ 5, 'Red' ]"],
    ['parameter properties', 'class Q { constructor(readonly v: number) {} }; new Q(3).v', '3'],
    ['top-level await', 'const r: number = await Promise.resolve(3); r', '3'],
    ['a result with a semicolon', '1 + 1;', '2'],
    ['an object in braces', '{ a: 1, b: [2] }', '{ a: 1, b: [ 2 ] }'],
    [
      'destructuring',
      'const { a, b: [c, ...d], e = 5 } = { a: 1, b: [2, 3] } as any; [a, c, d, e]',
      '[ 1, 2, [ 3 ], 5 ]',
    ],
    ['swapping', 'let m = 1, n = 2; [m, n] = [n, m]; ({ m, n })', '{ m: 2, n: 1 }'],
    ['names of functions', 'const twice = (x: number) => x * 2; twice.name', "'twice'"],
    ['var in loops', 'for (var i = 0; i < 3; i++) {} for (var k of [7]) {} [i, k]', '[ 3, 7 ]'],
    [
      'imports of builtins',
      "import { join } from 'node:path'; import * as fs from 'fs'; [join('a', 'b'), typeof fs.stat]",
      "[ 'a/b', 'function' ]",
    ],
    ['require', "require('node:os').EOL", "'\\n'"],
    ['a line for a shell', '#!/usr/bin/env node\n1 + 1', '2'],
    ['consoles of one’s own', 'typeof new console.Console(process.stdout).log', "'function'"],
    ['dynamic import', "(await import('node:path')).sep", "'/'"],
    [
      'the notebook’s place',
      '[__filename === import.meta.filename, __dirname === import.meta.dirname]',
      '[ true, true ]',
    ],
    [
      'where modules are',
      "['fs', 'node:fs', './connection.json'].map((name) => import.meta.resolve(name).replace(__dirname, ''))",
      "[ 'node:fs', 'node:fs', 'file:///connection.json' ]",
    ],
    ['exported classes', 'export default class Exported { v = 1 }\nnew Exported().v', '1'],
    ['exports of what another cell declared', 'export { Exported as default };\ntypeof Exported', "'function'"],
    ['an object behind a comment', '// what it is\n/* and why */ { a: 1, b: [2] };', '{ a: 1, b: [ 2 ] }'],
    [
      'decorators and accessors',
      'const marked = (c: any) => { c.mark = 1 };\n@marked class Marked { accessor x = 2; static of = () => new Marked() }\n[(Marked as any).mark, Marked.of().x]',
      '[ 1, 2 ]',
    ],
    ['a decorated class is no result', '@((c: any) => c) class Decorated {}', 'undefined'],
    ['typeof of what nobody declared', 'typeof nobodyDeclaredThis', "'undefined'"],
  ])('%s', async (_, code, expected) => {
    expect(await resultOf(code)).toBe(expected);
  });

  test('what is declared again is new for older functions', async () => {
    await kernel.execute('const base: number = 1; function add(x: number) { return x + base } class K { v = 1 }');
    await kernel.execute('const base = 10; class K { v = 2 }; enum E { A }');
    expect(await resultOf('enum E { B }; [add(1), new K().v, Object.keys(E)]')).toBe("[ 11, 2, [ '0', 'B' ] ]");
  });

  test('modules of the notebook are loaded again when they changed, also below others', async () => {
    const write = (name: string, text: string): void => writeFileSync(join(kernel.folder, name), text);
    write('inner.ts', 'export let count: number = 1; export function bump(): void { count++ }');
    write(
      'outer.ts',
      "import { count, bump } from './inner.js'; export * from './inner.ts'; export default () => { bump(); return count };",
    );
    expect(await resultOf("import go, { count } from './outer.ts'; go(); [go(), count]")).toBe('[ 3, 3 ]');
    write('inner.ts', 'export let count: number = 100; export function bump(): void { count += 1; }');
    expect(await resultOf("import go, { count } from './outer.ts'; [go(), count]")).toBe('[ 101, 101 ]');
    write('inner.ts', 'export const = 1');
    expect(await errorOf("import go from './outer.ts'")).toMatchObject({ ename: 'SyntaxError' });
  });

  test('const holds within its cell', async () => {
    expect(await errorOf('const fixed = 1; fixed = 2')).toMatchObject({ ename: 'TypeError' });
    expect(await resultOf('fixed = 3; fixed')).toBe('3');
  });

  test('a failed cell keeps what it assigned', async () => {
    await errorOf('let before = 1; throw new Error("no"); let after = 2');
    expect(await resultOf('[before, after]')).toBe('[ 1, undefined ]');
  });

  test('a declared global is shadowed for cells only', async () => {
    await kernel.execute('class URL { own = true }; const process = 3; const Promise = 4; const performance = 5');
    expect(await resultOf('[new URL().own, process, Promise, performance]')).toBe('[ true, 3, 4, 5 ]');
    expect(await resultOf("require('node:url').URL === globalThis.URL && typeof globalThis.process.pid")).toBe(
      "'number'",
    );
    expect(await resultOf('await (async () => 1)()')).toBe('1');
    await kernel.execute('%reset');
    expect(await resultOf('typeof process.pid')).toBe("'number'");
  });
});

describe('front ends', () => {
  test('ask and are asked', async () => {
    const id = kernel.submit("const name = await input('name? '); `Hello, ${name}`", { allow_stdin: true });
    const asked = (): Message | undefined => kernel.replies.find((message) => parentOf(message) === id);
    await kernel.waitFor(() => asked() !== undefined);
    const request = asked();
    expect(request?.content).toEqual({ prompt: 'name? ', password: false });
    kernel.send('stdin', 'input_reply', { value: 'Ada', status: 'ok' }, request);
    expect(shown((await kernel.finished(id)).outputs, 'execute_result')).toEqual(["'Hello, Ada'"]);
  });

  test('get rich output and replace it', async () => {
    const { outputs } = await kernel.execute("const h = display.html('<b>1</b>'); h.update('<b>2</b>'); undefined");
    expect(shown(outputs, 'display_data', 'text/html')).toEqual(['<b>1</b>']);
    expect(shown(outputs, 'update_display_data', 'text/html')).toEqual(['<b>2</b>']);
  });

  test.each([
    ['a value', "display('x')"],
    ['a bundle', "display.bundle({ 'text/plain': 'x' });"],
    ['a bar', 'display.progress(5)'],
    ['a pager', '%help'],
  ])('get no result of what is shown already: %s', async (_, code) => {
    expect(shown((await kernel.execute(code)).outputs, 'execute_result')).toEqual([]);
  });

  test('get the values of expressions that wait', async () => {
    const { reply } = await kernel.execute('1', { user_expressions: { later: 'await Promise.resolve(7)' } });
    expect(reply['user_expressions']).toMatchObject({ later: { status: 'ok', data: { 'text/plain': '7' } } });
  });

  test('are told nothing for a wrong signature or a broken message, and the kernel goes on', async () => {
    kernel.sendRaw('shell', [
      Buffer.from('<IDS|MSG>'),
      Buffer.from('0'.repeat(64)),
      ...['{}', '{}', '{}', '{}'].map((part) => Buffer.from(part)),
    ]);
    kernel.sendRaw('shell', [Buffer.from('nonsense')]);
    kernel.send('shell', 'no_such_request', {});
    expect(await resultOf('2')).toBe('2');
  });

  test('a flood arrives as its beginning and its end', async () => {
    const { outputs } = await kernel.execute(
      "console.log('first'); for (let i = 0; i < 200_000; i++) console.log('line of the flood ' + i); console.log('last')",
    );
    const text = printed(outputs);
    expect(text.startsWith('first\nline of the flood 0\n')).toBe(true);
    expect(text.endsWith('last\n')).toBe(true);
  });

  test('find what was executed', async () => {
    await kernel.execute("'history ' + 1");
    const content = { hist_access_type: 'search', pattern: "'history*", output: true, raw: true, n: 1 };
    const { history } = await kernel.request('shell', 'history_request', content);
    expect((history as unknown[][])[0]?.[2]).toEqual(["'history ' + 1", "'history 1'"]);
    expect(await kernel.request('shell', 'history_request', { hist_access_type: 'all' })).toMatchObject({
      status: 'error',
    });
  });
});
