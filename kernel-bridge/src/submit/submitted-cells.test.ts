import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '../protocol/message.js';
import { KernelClient, printed, shown } from '../testing/kernel-client.js';

// eslint-disable-next-line no-control-regex -- ANSI sequences begin with one
const stripped = (text: unknown): string => String(text).replace(/\u001b\[[0-9;]*m/g, '');

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  await run('executor.address');
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

/** As a person's front end sends it: it tells the cell's id. */
async function run(code: string, cellId: string = randomUUID(), covey = {}): Promise<string> {
  const id = kernel.submit(code, {}, { cellId, covey });
  await kernel.finished(id);
  return id;
}
async function resultOf(code: string): Promise<string> {
  const { reply, outputs } = await kernel.execute(code);
  if (reply['status'] !== 'ok') throw new Error(stripped((reply['traceback'] as string[]).join('\n')));
  return stripped(shown(outputs, 'execute_result')[0]);
}
const errorsOf = (id: string): Message[] => kernel.about(id).filter(({ header }) => header.msg_type === 'error');

test('the cell itself runs on a worker, with what it uses of other cells', async () => {
  await run(
    'const base: number = 40; function add(x: number) { return x + base } class Point { constructor(readonly x: number) {} }',
  );
  await run(
    '%%submit total\nconst here = process.pid;\nconst two: number = await Promise.resolve(2);\n({ sum: add(two), here, point: new Point(two) })',
  );
  await run('base = 0');
  expect(
    await resultOf('const t = await total.result(); [t.sum, t.here !== process.pid, t.point instanceof Point]'),
  ).toBe('[ 42, true, true ]');
  expect(await resultOf('typeof here')).toBe("'undefined'");
});

test('imports work in it: of Node, of packages, of the notebook’s own modules', async () => {
  writeFileSync(join(kernel.folder, 'helper.ts'), 'export const triple = (x: number): number => x * 3;');
  await run(`%%submit imported
import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { triple } from './helper.ts';
import { copyOf } from 'covey';
const { sep } = await import('node:path');
[createHash('md5').update('a').digest('hex').slice(0, 4), path.join('a', 'b'), triple(4), typeof copyOf, sep, typeof import.meta.url]`);
  expect(await resultOf('await imported.result()')).toBe("[ '0cc1', 'a/b', 12, 'function', '/', 'string' ]");
});

test('what Node’s JavaScript has no syntax for works on a worker', async () => {
  await run(`const logged = (target: any, key: string, member: PropertyDescriptor) => ({ ...member, value: () => key });
@((made: any) => { made.kind = 'decorated' })
class Shape { accessor size = 3; @logged area(): string { return '' } }
const measure = async () => {
  const log: string[] = [];
  { await using held = { async [Symbol.asyncDispose]() { log.push('disposed') } }; log.push(typeof held) }
  return [...log, new Shape().area(), new Shape().size, (Shape as any).kind];
};`);
  expect(await resultOf('await executor.submit(measure).result()')).toBe(
    "[ 'object', 'disposed', 'area', 3, 'decorated' ]",
  );
});

test('assigning a variable of the notebook is an error with line and column, and nothing is submitted', async () => {
  const { reply } = await kernel.execute('%%submit\nconst a = 1;\n  base = a');
  expect(reply).toMatchObject({ status: 'error', ename: 'SyntaxError' });
  expect(stripped((reply['traceback'] as string[]).join('\n'))).toMatch(
    /can't assign 'base'[^]*cell-\d+\.ts:3:3[^]*> 3 \| {3}base = a/,
  );
});

test.each([
  ['const limit = 5;\nawait executor.submit(() =>\n  limti * 2).result()', 'limti', 3],
  ['function worker() {\n  return missingFn() }\nawait executor.submit(() => worker()).result()', 'missingFn', 2],
  ['%%submit undef\n\nnopeNope + 1', 'nopeNope', 3],
])('a name that is not there is refused at its line, when it is submitted: %j', async (code, name, line) => {
  const { reply } = await kernel.execute(code);
  expect(reply).toMatchObject({ status: 'error', ename: 'ReferenceError' });
  expect(reply['evalue']).toContain(`${name} is not defined`);
  const traceback = stripped((reply['traceback'] as string[]).join('\n'));
  expect(traceback).toMatch(new RegExp(`>\\s+${line} \\| .*${name}[^]*at .*cell-\\d+\\.ts:${line}\\b`));
});

test('what a question by typeof guards may be missing', async () => {
  expect(
    await resultOf('await executor.submit(() => typeof noWindow === "undefined" ? "none" : noWindow.name).result()'),
  ).toBe("'none'");
});

test('what can’t travel is refused at once, with its path', async () => {
  await run("import { createServer } from 'node:net'; const server = createServer()");
  const { reply } = await kernel.execute('%%submit\nserver.address()');
  expect(reply).toMatchObject({ status: 'error', ename: 'NotSerializableError' });
});

test('the reply comes when it is accepted; a later failure shows in the cell, by its own lines', async () => {
  await run("import { Event } from 'covey'; const gate = new Event(executor, 'gate')");
  const id = await run(
    '%%submit later\nawait gate.wait();\n\nfunction fails() {\n  throw new RangeError("too late");\n}\nfails()',
  );
  expect(errorsOf(id)).toEqual([]);
  expect(await resultOf('later.status')).toBe("'pending'");
  await run('await gate.set()');
  await kernel.waitFor(() => errorsOf(id).length === 1);
  const [error] = errorsOf(id);
  expect(error?.content).toMatchObject({ ename: 'RangeError', evalue: 'too late' });
  expect(stripped((error?.content['traceback'] as string[]).join('\n'))).toMatch(
    /> {3}5 \| {3}throw new RangeError[^]*at fails \(cell-\d+\.ts:5\)\n\s+at later \(cell-\d+\.ts:7\)/,
  );
});

test('without a name the result appears in the cell, and what it prints', async () => {
  const id = await run("%%submit\nconsole.log('at work');\n6 * 7");
  await kernel.waitFor(() => shown(kernel.about(id), 'display_data').includes('42'));
  expect(printed(kernel.about(id))).toBe('at work\n');
});

test('metadata submit a cell as well', async () => {
  await run('process.pid', 'by metadata', { submit: true, name: 'elsewhere' });
  expect(await resultOf('(await elsewhere.result()) !== process.pid')).toBe('true');
});

test('a cell that is run again gives up its earlier task, unless somebody holds its future', async () => {
  const processing = 'Object.values(await executor.processing()).flat().length';
  const untilProcessing = (count: number): Promise<unknown> =>
    kernel.execute(`while (${processing} !== ${count}) await new Promise((resolve) => setTimeout(resolve, 20))`);
  const unending = 'await new Promise(() => undefined)';
  await run(`%%submit\n${unending}`, 'again');
  await untilProcessing(1);
  await run('%%submit\n1', 'again');
  await untilProcessing(0);
  await run(`%%submit held\n${unending}`, 'named');
  await run('const firstKey = held.key');
  await untilProcessing(1);
  await run(`%%submit held\n${unending};`, 'named');
  await kernel.execute('while (await executor.explain(firstKey).then(() => true, () => false)) await null');
  await run('const mine = held');
  await run(`%%submit held\n${unending};;`, 'named');
  await untilProcessing(2);
  expect(await resultOf('[mine.status, held.status]')).toBe("[ 'pending', 'pending' ]");
  await run('mine.cancel(); held.cancel()');
});

test.each([
  [
    'its types',
    async () => void (await kernel.execute('%typecheck error')),
    "%%submit\nconst no: number = 'text'",
    'TypeCheckError',
  ],
  ['its syntax', () => undefined, '%%submit\nconst const', 'SyntaxError'],
])('a cell that is run again and refused for %s gives up its earlier task too', async (_, prepare, code, ename) => {
  const running = 'Object.values(await executor.processing()).flat().length';
  const until = (count: number): Promise<unknown> =>
    kernel.execute(`while (${running} !== ${count}) await new Promise((resolve) => setTimeout(resolve, 20))`);
  await run('%%submit\nawait new Promise(() => undefined)', ename);
  await until(1);
  await prepare();
  const id = await run(code, ename);
  await kernel.execute('%typecheck warn');
  expect(errorsOf(id)[0]?.content['ename']).toBe(ename);
  await until(0);
});

test('where nobody looks at the cell later, it ends with its task', async () => {
  const { outputs } = await kernel.execute(
    '%%submit\nconsole.log("in time"); await new Promise((r) => setTimeout(r, 50)); "done"',
  );
  expect(printed(outputs)).toBe('in time\n');
  expect(shown(outputs, 'display_data')).toContain("'done'");
  const { reply } = await kernel.execute('%%submit\nthrow new Error("in time too")');
  expect(reply).toMatchObject({ status: 'error', evalue: 'in time too' });
});

test.each(['1x', 'let', 'a b'])('%s can’t be the name', async (name) => {
  expect((await kernel.execute(`%%submit ${name}\n1`)).reply).toMatchObject({ ename: 'MagicError' });
});
