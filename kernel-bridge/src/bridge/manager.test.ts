import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeClient } from '../testing/bridge-client.js';
import { KernelClient, shown } from '../testing/kernel-client.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'covey-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('a manager that is killed takes nothing along: the next one finds the cluster', async () => {
  const first = await KernelClient.start({ COVEY_HOME: home });
  const starter = await BridgeClient.open(first, { manager: true });
  expect(starter.said('welcome')[0]?.mode).toBe('manager');
  await starter.ask('start', { kind: 'local', name: 'kept', options: { workers: 1, threadsPerWorker: 1 } });
  first.process.kill('SIGKILL');
  await first.exited();
  first.release();

  const second = await KernelClient.start({ COVEY_HOME: home });
  const finder = await BridgeClient.open(second, { manager: true });
  const found = await finder.ask('clusters', null);
  expect(found.map(({ name, status }) => [name, status])).toEqual([['kept', 'running']]);
  finder.send({ type: 'subscribe', subscription: 1, cluster: 'kept', topic: 'overview' });
  await finder.next('figures');

  await finder.ask('adapt', { cluster: 'kept', range: { minimum: 1, maximum: 2 } });
  expect((await finder.ask('clusters', null))[0]?.adaptive).toEqual({ minimum: 1, maximum: 2 });
  await finder.ask('scale', { cluster: 'kept', workers: 1 });
  expect((await finder.ask('clusters', null))[0]?.adaptive).toBeNull();
  await finder.ask('stop', { cluster: 'kept' });
  expect(await finder.ask('clusters', null)).toEqual([]);
  expect(await second.close()).toBe(0);
});

test('a manager runs cells and completes all the same, when somebody asks', async () => {
  const kernel = await KernelClient.start({ COVEY_HOME: home });
  await BridgeClient.open(kernel, { manager: true });
  const { outputs } = await kernel.execute('6 * 7');
  expect(String(shown(outputs, 'execute_result')[0])).toContain('42');
  const typed = async (): Promise<boolean> => {
    const { metadata } = await kernel.request('shell', 'complete_request', { code: 'Math.ma', cursor_pos: 7 });
    return '_jupyter_types_experimental' in (metadata as object);
  };
  // The language service has come when completions tell types.
  while (!(await typed()));
  expect(await kernel.close()).toBe(0);
});
