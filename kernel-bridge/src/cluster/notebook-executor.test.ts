import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  expect(printed(first.outputs)).toMatch(/^executor: the new local cluster '.*', since no cluster was named/);

  await kernel.execute('const base: number = 10; function add(x: number): number { return x + base }');
  await kernel.execute('class Point { constructor(readonly x: number) {} double() { return add(this.x) * 2 } }');
  await kernel.execute("import { createHash } from 'node:crypto'; const unused = { socket: process.stdin }");
  expect(await resultOf('await executor.submit(add, 5).result()')).toBe('15');
  expect(await resultOf('await executor.submit(() => new Point(1).double()).result()')).toBe('22');
  expect(await resultOf('(await executor.submit(() => new Point(3)).result()) instanceof Point')).toBe('true');
  const digest = "createHash('sha256').update(s).digest('hex').slice(0, 8)";
  expect(await resultOf(`await executor.submit((s: string) => ${digest}, 'a').result()`)).toBe("'ca978112'");
  expect(await resultOf("await executor.submit(() => require('node:path').sep).result()")).toBe("'/'");
  // Functions of one cell that use different variables, and each other.
  await kernel.execute(
    'const even = (n: number): boolean => n === 0 || odd(n - 1); const odd = (n: number): boolean => n !== 0 && even(n - 1)',
  );
  await kernel.execute(
    'class Base { own = base } class Derived extends Base { more = add(1) } const kind = () => [typeof base, typeof nobody, even(4)]',
  );
  expect(await resultOf('JSON.stringify(await executor.submit(() => [new Derived(), kind(), odd(3)]).result())')).toBe(
    `'[{"own":10,"more":11},["number","undefined",true],true]'`,
  );
  await kernel.execute('base = 20');
  expect(await resultOf('await executor.submit(add, 5).result()')).toBe('25');
});

test('of a module of the notebook’s own only what a function uses travels', async () => {
  const lines = [
    "import { Socket } from 'node:net';",
    'export const socket = new Socket();',
    'export const rate = 3;',
    'let count = 0;',
    'export const next = () => ++count;',
    'export class Box { constructor(readonly size = rate) {} }',
  ];
  writeFileSync(join(kernel.folder, 'parts.ts'), lines.join('\n'));
  await kernel.execute("import { rate } from './parts.ts'; import * as parts from './parts.ts'");
  expect(await resultOf('await executor.submit(() => rate).result()')).toBe('3');
  await kernel.execute(
    'const one = () => parts.rate + parts.next(); const both = () => [one(), new parts.Box().size, parts.next()]',
  );
  expect(await resultOf('await executor.submit(both).result()')).toBe('[ 4, 3, 2 ]');
  await expect(resultOf('executor.submit(() => Object.keys(parts))')).rejects.toThrow(
    'Cannot send lambda → parts.socket → socket → Socket',
  );
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

describe('what tasks print', () => {
  test('appears under the cell that submitted them', async () => {
    const first = kernel.submit(`import { Event } from 'covey'; const gate = new Event(executor, 'gate');
      const late = executor.submit(async () => { await gate.wait(); console.log('from the first cell') }); 1`);
    await kernel.finished(first);
    const second = kernel.submit(`await gate.set(); await late.result();
      await executor.submit(() => console.log('from the second')).result()`);
    await kernel.finished(second);
    await kernel.waitFor(() => printed(kernel.about(first)).includes('from the first cell'));
    expect(printed(kernel.about(second))).toBe('from the second\n');
  });

  test('also of executors that the cell connected itself', async () => {
    const code = `import { Executor, LocalCluster } from 'covey';
      const own = await LocalCluster.create({ workers: 1 }); const mine = await Executor.connect(own);
      await mine.submit(() => console.log('heard')).result(); await mine.close(); await own.close()`;
    expect(printed((await kernel.execute(code)).outputs)).toBe('heard\n');
  });

  test('is bounded', async () => {
    const flood = "for (let i = 0; i < 2000; i++) console.log('x'.repeat(1000))";
    const { outputs } = await kernel.execute(`await executor.submit(() => { ${flood} }).result(); 'over'`);
    expect(printed(outputs).length).toBeLessThan(300_000);
    expect(printed(outputs, 'stderr')).toContain('printed more than 256 KB');
  });
});

test('a cell that is interrupted while it waits tells how to cancel what it waited for', async () => {
  const id = kernel.submit(
    "const slow = executor.submit(async () => new Promise(() => undefined)); console.log('on'); await slow.result()",
  );
  await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
  await kernel.request('control', 'interrupt_request', {});
  const { reply, outputs } = await kernel.finished(id);
  expect(reply['ename']).toBe('KeyboardInterrupt');
  expect(printed(outputs, 'stderr')).toContain('future.cancel()');
  expect(await resultOf("slow.cancel('enough'); slow.status")).toBe("'cancelled'");
});

test('a cluster that is named and does not run is an error with a way to start it, and never another', async () => {
  const { reply } = await kernel.execute('executor.address', {}, { covey: { cluster: 'sums' } });
  expect(reply).toMatchObject({ status: 'error', ename: 'ClusterNotFoundError' });
  expect(reply['evalue']).toContain("startCluster({ name: 'sums' })");
  expect(reply['evalue']).toContain('the notebook names it');
});

test('the notebook’s cluster is started, used, and stays', async () => {
  const named = { covey: { cluster: 'sums' } };
  await kernel.execute(
    "import { startCluster } from 'covey'; await startCluster({ name: 'sums', options: { workers: 1 } })",
  );
  const { outputs } = await kernel.execute('executor.clusterName', {}, named);
  expect(printed(outputs)).toBe("executor: the cluster 'sums', since the notebook names it\n");
  expect(shown(outputs, 'execute_result')).toEqual(["'sums'"]);
  expect(await resultOf('await executor.submit(() => 6 * 7).result()')).toBe('42');
  await kernel.execute("import { stopCluster } from 'covey'; await stopCluster('sums')");
});
