import { randomUUID } from 'node:crypto';
import type { Dictionary, Message } from '../../protocol/message.js';
import { BridgeClient } from '../../testing/bridge-client.js';
import { KernelClient, printed, shown } from '../../testing/kernel-client.js';

const FUTURE = 'application/vnd.covey.future+json';
const FUTURES = 'application/vnd.covey.futures+json';
const EXECUTOR = 'application/vnd.covey.executor+json';
const CLUSTER = 'application/vnd.covey.cluster+json';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  await kernel.execute(
    "import { Event, LocalCluster } from 'covey'; const gate = () => new Event(executor, name); let name = ''",
  );
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

async function run(code: string): Promise<string> {
  const id = kernel.submit(code);
  const { reply } = await kernel.finished(id);
  expect(reply).toMatchObject({ status: 'ok' });
  return id;
}
const gated = async (): Promise<void> => {
  await run(`name = '${randomUUID()}'; const g = gate()`);
};
const displayIdOf = ({ content }: Message): unknown => (content['transient'] as Dictionary | undefined)?.['display_id'];
/** Updates of what a cell displayed, whichever cell ran meanwhile. */
function updates(id: string, mime?: string): unknown[] {
  const own = kernel.about(id).filter(({ header }) => header.msg_type === 'display_data');
  const ids = new Set(own.map(displayIdOf));
  ids.delete(undefined);
  return shown(
    kernel.iopub.filter((message) => ids.has(displayIdOf(message))),
    'update_display_data',
    mime,
  );
}

test('a future follows its task in place, under its own cell', async () => {
  await gated();
  const id = await run(
    'const one = executor.submit(async () => { await g.wait(); return new Float64Array(1000) }); one',
  );
  expect(shown(kernel.about(id), 'display_data', FUTURE)).toEqual([
    {
      ...{ version: 1, display: expect.any(String), cluster: expect.any(String), key: expect.any(String) },
      ...{ status: 'pending', type: null, nbytes: null },
    },
  ]);
  await run('await g.set()');
  await kernel.waitFor(() => updates(id, FUTURE).length > 0);
  expect(updates(id, FUTURE)).toEqual([expect.objectContaining({ status: 'finished', type: 'Float64Array' })]);
  expect(updates(id)[0]).toMatch(/^✓ Future .*: finished · Float64Array · 8 kB/);
});

test('a list of futures counts; an empty list and mixed ones are no such list', async () => {
  await gated();
  const id = await run(
    'const many = executor.map(async (x: number) => { await g.wait(); if (x === 2) throw new Error("no"); return x }, [1, 2, 3]); display(many); 0',
  );
  expect(shown(kernel.about(id), 'display_data', FUTURES)).toMatchObject([{ total: 3, counts: { pending: 3 } }]);
  // A cell's end brings displays up to date.
  await run('await g.set(); for (const f of many) await f.exception()');
  expect(updates(id, FUTURES).at(-1)).toMatchObject({ counts: { finished: 2, error: 1 }, types: ['number'] });
  for (const code of ['[]', 'new Array(3)', '[, many[0]]']) {
    expect(shown(kernel.about(await run(code)), 'display_data', FUTURES)).toEqual([]);
  }
});

test('an executor and a cluster show what they have, and that they are closed', async () => {
  const first = await run('executor');
  expect(shown(kernel.about(first), 'display_data', EXECUTOR)).toMatchObject([
    { status: 'connected', figures: expect.anything() },
  ]);
  const id = await run('const own = await LocalCluster.create({ workers: 1, waitForWorkers: "all" }); own');
  expect(shown(kernel.about(id), 'display_data', CLUSTER)).toMatchObject([
    { kind: 'local', status: 'running', figures: { workers: 1 } },
  ]);
  await run('await own.close()');
  await kernel.waitFor(() => (updates(id, CLUSTER).at(-1) as { status?: string } | undefined)?.status === 'closed');
  expect(JSON.stringify(kernel.about(id))).not.toContain('secret');
});

test('where nobody looks at the notebook later, an executor shows how it is when a cell ends', async () => {
  const id = await run(
    "import { Executor } from 'covey'; const small = await LocalCluster.create({ workers: 1 }); const alone = await Executor.connect(small); alone",
  );
  for (const count of [2, 5]) {
    await run(
      `const kept = alone.map((x: number) => x, [...Array(${count}).keys()]); for (const f of kept) await f.result()`,
    );
    expect(updates(id, EXECUTOR).at(-1)).toMatchObject({ figures: { counts: { memory: count } } });
  }
  await run('await alone.close(); await small.close()');
});

test('a display that is replaced is not followed any more, and one that is updated with a future is', async () => {
  await gated();
  const id = await run(
    'const held = executor.submit(async () => { await g.wait(); return 1 }); const h = display(held); const k = display("soon"); h.update("gone"); k.update(held)',
  );
  await run('await g.set(); await held.result()');
  const ofFutures = updates(id, FUTURE).filter((payload) => payload !== undefined);
  expect(ofFutures).toMatchObject([{ status: 'pending' }, { status: 'finished' }]);
});

test('a display holds no result: a future that is only on the screen is let go', async () => {
  const id = await run("executor.with({ key: 'only shown', pure: false }).submit(() => 1)");
  expect(shown(kernel.about(id), 'display_data', FUTURE)).toHaveLength(1);
  await kernel.execute(
    "import { setFlagsFromString } from 'node:v8'; import { runInNewContext } from 'node:vm'; setFlagsFromString('--expose-gc')",
  );
  const { outputs } = await kernel.execute(
    "const isThere = () => executor.explain('only shown').then(() => true, (error) => { if (!/only shown/.test(error.message)) throw error; return false }); while (await isThere()) { runInNewContext('gc')(); await new Promise((r) => setTimeout(r, 10)) } console.log('gone')",
  );
  expect(printed(outputs)).toBe('gone\n');
});

test('a submitted cell shows its future, as it goes', async () => {
  const id = kernel.submit('%%submit sum\n1 + 1', {}, { cellId: 'sum' });
  await kernel.finished(id);
  expect(shown(kernel.about(id), 'display_data', FUTURE)).toMatchObject([{ key: expect.stringMatching(/^sum-/) }]);
  await kernel.waitFor(() =>
    updates(id, FUTURE).some((payload) => (payload as { status: string }).status === 'finished'),
  );
});

test('where a front end draws displays it is told of every change, and the document is written at changes of status only', async () => {
  const client = await BridgeClient.open(kernel, { drawsDisplays: true });
  const other = await BridgeClient.open(kernel);
  const told = (status: (payload: Dictionary) => boolean) =>
    client.next('display', ({ display }) => status((display.data[FUTURES] ?? {}) as Dictionary));
  await gated();
  await run("const go = new Event(executor, name + ' first'); 0");
  const id = await run(
    'const some = executor.map(async (x: number) => { await (x === 0 ? go : g).wait(); return x }, [0, 1]); display(some); 0',
  );
  await told(({ counts }) => (counts as Dictionary | undefined)?.['pending'] === 2);
  await run('await go.set(); await some[0].result()');
  const half = await told(({ counts }) => (counts as Dictionary | undefined)?.['finished'] === 1);
  expect(updates(id, FUTURES)).toEqual([]);
  expect(await client.ask('displays', null)).toContainEqual(half.display);
  await run('await g.set(); await executor.gather(some)');
  await told(({ counts }) => (counts as Dictionary | undefined)?.['finished'] === 2);
  await kernel.waitFor(() => updates(id, FUTURES).length > 0);
  const { display } = half.display;
  expect(updates(id, FUTURES)).toEqual([expect.objectContaining({ counts: { finished: 2 }, display })]);
  expect(await client.ask('displays', null)).toContainEqual(
    expect.objectContaining({ display, data: expect.objectContaining({ [FUTURES]: updates(id, FUTURES)[0] }) }),
  );
  expect(other.said('display')).toEqual([]);
  other.close();
  client.close();
});

test('when the last front end that draws is gone, the document is brought up to date', async () => {
  const client = await BridgeClient.open(kernel, { drawsDisplays: true });
  await gated();
  await run("const go2 = new Event(executor, name + ' first'); 0");
  const id = await run(
    'const more = executor.map(async (x: number) => { await (x === 0 ? go2 : g).wait(); return -x }, [0, 1]); display(more); 0',
  );
  await run('await go2.set(); await more[0].result()');
  await client.next('display', ({ display }) => JSON.stringify(display.data[FUTURES] ?? {}).includes('"finished":1'));
  expect(updates(id, FUTURES)).toEqual([]);
  client.close();
  await kernel.waitFor(() => updates(id, FUTURES).length > 0);
  expect(updates(id, FUTURES)).toMatchObject([{ counts: { finished: 1, pending: 1 } }]);
  await run('await g.set()');
});

test('a future that is let go while it is shown as pending is shown as released', async () => {
  await gated();
  const id = await run('executor.with({ pure: false }).submit(async () => { await g.wait() })');
  await kernel.execute(
    "import { setFlagsFromString } from 'node:v8'; import { runInNewContext } from 'node:vm'; setFlagsFromString('--expose-gc')",
  );
  const collecting = kernel.submit(
    'let collects = true; while (collects) { runInNewContext("gc")(); await new Promise((r) => setTimeout(r, 10)) }',
  );
  await kernel.waitFor(() => updates(id, FUTURE).length > 0);
  expect(updates(id, FUTURE)).toMatchObject([{ status: 'released' }]);
  await kernel.request('control', 'interrupt_request', {});
  await kernel.finished(collecting);
});
