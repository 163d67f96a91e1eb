import { BridgeClient } from '../testing/bridge-client.js';
import { KernelClient, printed } from '../testing/kernel-client.js';

let kernel: KernelClient;
let client: BridgeClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  client = await BridgeClient.open(kernel);
  await client.ask('start', { kind: 'local', name: 'used', options: { workers: 1, threadsPerWorker: 1 } });
});
afterAll(async () => {
  await client.ask('stop', { cluster: 'used' });
  expect(await kernel.close()).toBe(0);
});

test('a notebook is told which cluster it uses, and one that does not run changes nothing', async () => {
  expect(await client.ask('used', null)).toMatchObject({ cluster: null });
  await client.ask('use', { cluster: 'used' });
  expect(await client.ask('used', null)).toMatchObject({ cluster: 'used' });
  await expect(client.ask('use', { cluster: 'nobody' })).rejects.toMatchObject({ code: 'ERR_COVEY_CLUSTER_NOT_FOUND' });
  expect(await client.ask('used', null)).toMatchObject({ cluster: 'used' });
});

test('submitted cells are listed, told of as they change, and cancelled', async () => {
  const id = kernel.submit('%%submit\nwhile (true);', {}, { cellId: 'endless' });
  expect((await kernel.finished(id)).reply['status']).toBe('ok');
  await client.next('cell', ({ cell }) => cell.cellId === 'endless' && cell.state === 'pending');
  expect(await client.ask('submitted', null)).toMatchObject([{ cellId: 'endless', cluster: 'used', state: 'pending' }]);
  await client.ask('cancel-cell', { cellId: 'endless' });
  await client.next('cell', ({ cell }) => cell.cellId === 'endless' && cell.state === 'cancelled');
  await expect(client.ask('cancel-cell', {} as never)).rejects.toMatchObject({ code: 'ERR_COVEY_BRIDGE_REQUEST' });
});

const unending = 'await new Promise(() => undefined);';
async function submitted(cellId: string, code = `%%submit\n${unending}`): Promise<void> {
  await kernel.finished(kernel.submit(code, {}, { cellId }));
  await client.next('cell', ({ cell }) => cell.cellId === cellId && cell.state === 'pending');
}
const left = (cellId: string): Promise<unknown> =>
  client.next('cell', ({ cell }) => cell.cellId === cellId && cell.state === 'left');
async function outputOf(code: string): Promise<string> {
  const { outputs } = await kernel.execute(`console.log(${code})`);
  return printed(outputs).trim();
}
/** Resolves when so many tasks are on the workers. */
const untilProcessing = (count: number): Promise<unknown> =>
  kernel.execute(
    `while (Object.values(await executor.processing()).flat().length !== ${count}) await new Promise((r) => setTimeout(r, 20))`,
  );

test.each([
  ['deleted', (cellId: string) => client.ask('give-up', { cellId })],
  ['run again in the notebook', (cellId: string) => kernel.finished(kernel.submit('1', {}, { cellId }))],
])('a cell that is %s gives up its task, unless a variable holds the future', async (how, leave) => {
  await submitted(how);
  await untilProcessing(1);
  await leave(how);
  await left(how);
  await untilProcessing(0);
  expect(await client.ask('submitted', null)).not.toContainEqual(expect.objectContaining({ cellId: how }));
  await submitted(`${how}, held`, `%%submit held\n${unending}`);
  await leave(`${how}, held`);
  await left(`${how}, held`);
  expect(await outputOf('held.status')).toBe('pending');
  await kernel.execute('held.cancel()');
});

test('cells of the same id in two notebooks on one kernel are two', async () => {
  const places = ['one', 'two'].map((notebook) => ({ cellId: 'copied', notebook }));
  for (const { cellId, notebook } of places) {
    await kernel.finished(kernel.submit(`%%submit\n${unending}`, {}, { cellId, covey: { notebook } }));
    await client.next('cell', ({ cell }) => cell.notebook === notebook && cell.state === 'pending');
  }
  const copied = (await client.ask('submitted', null)).filter(({ cellId }) => cellId === 'copied');
  expect(copied).toMatchObject(places.map((place) => ({ ...place, state: 'pending' })));
  expect(await client.ask('cell-output', { cellId: 'copied' })).toBeNull();
  await client.ask('cancel-cell', { cellId: 'copied', notebook: 'one' });
  await client.next('cell', ({ cell }) => cell.notebook === 'one' && cell.state === 'cancelled');
  await client.ask('give-up', { cellId: 'copied', notebook: 'two' });
  await client.next('cell', ({ cell }) => cell.notebook === 'two' && cell.state === 'left');
});

test('what a submitted cell has shown is told, also when it is over', async () => {
  const code = '%%submit\nconsole.log("at work"); console.error("oh"); 6 * 7';
  const id = kernel.submit(code, {}, { cellId: 'shown' });
  await kernel.finished(id);
  const done = await client.next('cell', ({ cell }) => cell.cellId === 'shown' && cell.state === 'done');
  expect(done.cell.request).toBe(id);
  const outputs = (await client.ask('cell-output', { cellId: 'shown' })) ?? [];
  const future = 'application/vnd.covey.future+json';
  expect(outputs).toMatchObject([
    { output_type: 'display_data', data: { [future]: { status: 'finished', display: expect.any(String) } } },
    { output_type: 'stream', name: 'stdout', text: 'at work\n' },
    { output_type: 'stream', name: 'stderr', text: 'oh\n' },
    { output_type: 'display_data', data: { 'text/plain': expect.stringContaining('42') } },
  ]);
  await kernel.finished(kernel.submit('%%submit\nthrow new RangeError("no")', {}, { cellId: 'failed' }));
  await client.next('cell', ({ cell }) => cell.cellId === 'failed' && cell.state === 'erred');
  expect((await client.ask('cell-output', { cellId: 'failed' }))?.at(-1)).toMatchObject({
    output_type: 'error',
    ename: 'RangeError',
    evalue: 'no',
  });
  expect(await client.ask('cell-output', { cellId: 'nobody' })).toBeNull();
});

test('tasks are cancelled by their keys, whoever submitted them', async () => {
  const { reply } = await kernel.execute('const endless = executor.submit(() => { while (true); }); undefined');
  expect(reply['status']).toBe('ok');
  const key = kernel.submit('console.log(endless.key)');
  await kernel.finished(key);
  await client.ask('cancel', { cluster: 'used', keys: [printed(kernel.about(key)).trim(), 'nobody-has-this'] });
  const { reply: over } = await kernel.execute('await endless.result()');
  expect(over).toMatchObject({ status: 'error', ename: expect.stringContaining('Cancel') });
});

test('what only the main thread can answer waits for its cell, the rest does not', async () => {
  const id = kernel.submit('console.log("on"); while (true) {}');
  await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
  let isAnswered = false;
  const used = client.ask('used', null).then(() => (isAnswered = true));
  expect(await client.ask('connection-code', { cluster: 'used' })).toContain("'used'");
  expect(isAnswered).toBe(false);
  await kernel.request('control', 'interrupt_request', {});
  await used;
});
