import { KernelClient, printed, shown } from '../testing/kernel-client.js';

// eslint-disable-next-line no-control-regex -- ANSI sequences begin with one
const stripped = (text: unknown): string => String(text).replace(/\u001b\[[0-9;]*m/g, '');

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

test('functions in cells run on a cluster, with what they use from other cells', async () => {
  const first = await kernel.execute('executor.constructor.name');
  expect(printed(first.outputs, 'stderr')).toMatch(/local cluster .*no cluster was named/);

  await kernel.execute('const base: number = 10; function add(x: number): number { return x + base }');
  await kernel.execute('class Point { constructor(readonly x: number) {} double() { return add(this.x) * 2 } }');
  await kernel.execute("import { createHash } from 'node:crypto'; const unused = { socket: process.stdin }");
  expect(await resultOf('await executor.submit(add, 5).result()')).toBe('15');
  expect(await resultOf('await executor.submit(() => new Point(1).double()).result()')).toBe('22');
  expect(await resultOf('(await executor.submit(() => new Point(3)).result()) instanceof Point')).toBe('true');
  const digest = "createHash('sha256').update(s).digest('hex').slice(0, 8)";
  expect(await resultOf(`await executor.submit((s: string) => ${digest}, 'a').result()`)).toBe("'ca978112'");
  await kernel.execute('base = 20');
  expect(await resultOf('await executor.submit(add, 5).result()')).toBe('25');
});

test('an error of a task shows the line of its cell', async () => {
  const code =
    'function fails(): never {\n  // a comment\n  throw new RangeError("far away");\n}\nawait executor.submit(fails).result()';
  const { reply } = await kernel.execute(code);
  expect(reply).toMatchObject({ ename: 'RangeError', evalue: 'far away' });
  expect(stripped((reply['traceback'] as string[]).join('\n'))).toMatch(/at fails \(cell-\d+\.ts:3\)/);
});

test('an interrupted cell leaves its cluster alone', async () => {
  const id = kernel.submit("console.log('on'); while (true) {}");
  await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
  await kernel.request('control', 'interrupt_request', {});
  expect((await kernel.finished(id)).reply['ename']).toBe('KeyboardInterrupt');
  expect(await resultOf('await executor.submit(() => 6 * 7).result()')).toBe('42');
});
