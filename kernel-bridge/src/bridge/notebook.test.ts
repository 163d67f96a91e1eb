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
