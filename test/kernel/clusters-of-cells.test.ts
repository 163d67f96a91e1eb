/** What a kernel leaves behind, however it ends: no process but the clusters that were meant to stay. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { listClusters, stopCluster } from '@covey/deploy';
import { KernelClient, printed } from '@covey/kernel/testing';
import { Sandbox, until } from '../support/sandbox.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => {
  // Kept for the next kernel: its history, and the last words of one that was killed.
  rmSync(join(sandbox.folder, 'home', 'kernel-history.jsonl'), { force: true });
  rmSync(join(sandbox.folder, 'run', `covey-kernels-${process.getuid?.() ?? ''}`), { recursive: true, force: true });
  await sandbox.expectNothingLeft();
});

/** A kernel with a cluster of its own, one that a cell made, and one that a cell started to stay. */
async function kernelWithClusters(): Promise<KernelClient> {
  const kernel = await KernelClient.start(sandbox.environment);
  const { reply } = await kernel.execute(`import { LocalCluster, startCluster } from 'covey';
    const [, mine] = await Promise.all([
      startCluster({ name: 'stays', options: { workers: 1 } }),
      LocalCluster.create({ workers: 1, waitForWorkers: 'all' }),
    ]);
    await executor.submit(() => 1).result()`);
  expect(reply).toMatchObject({ status: 'ok' });
  return kernel;
}

const commandLines = (): string[] => sandbox.processes().map(({ commandLine }) => commandLine);
const counted = (bundle: string): number => commandLines().filter((line) => line.includes(`${bundle}.cjs`)).length;

test.each([
  ['is shut down', (kernel: KernelClient) => kernel.close()],
  [
    'is restarted',
    async (kernel: KernelClient) => {
      kernel.send('control', 'shutdown_request', { restart: true });
      await kernel.exited();
      kernel.release();
    },
  ],
  [
    'is killed',
    async (kernel: KernelClient) => {
      kernel.process.kill('SIGKILL');
      await kernel.exited();
      kernel.release();
    },
  ],
  [
    'ends itself while a cell runs a task',
    async (kernel: KernelClient) => {
      kernel.submit('void executor.submit(async () => new Promise(() => undefined)); process.exit(0)');
      await kernel.exited();
      kernel.release();
    },
  ],
])('a kernel that %s leaves the cluster that was started to stay, and nothing else', async (_, end) => {
  const kernel = await kernelWithClusters();
  expect(counted('scheduler')).toBe(3);
  await end(kernel);
  expect(await until(() => counted('kernel') === 0 && counted('scheduler') === 1 && counted('nanny') === 1)).toBe(true);
  expect(listClusters().map(({ name }) => name)).toEqual(['stays']);
  await stopCluster('stays');
});

test('an interrupted cell hits no cluster, and futures in flight settle', async () => {
  const kernel = await kernelWithClusters();
  await kernel.execute("import { Event } from 'covey'; const gate = new Event(executor, 'gate');");
  await kernel.execute('const flying = executor.map(async (x: number) => { await gate.wait(); return x }, [1, 2, 3])');
  for (let round = 0; round < 5; round++) {
    const id = kernel.submit(`console.log('on'); ${round % 2 === 0 ? 'while (true) {}' : 'await flying[0].result()'}`);
    await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
    await kernel.request('control', 'interrupt_request', {});
    expect((await kernel.finished(id)).reply).toMatchObject({ ename: 'KeyboardInterrupt' });
  }
  const { outputs } = await kernel.execute('await gate.set(); console.log(String(await executor.gather(flying)))');
  expect(printed(outputs)).toBe('1,2,3\n');
  expect(counted('scheduler')).toBe(3);
  await kernel.close();
  await stopCluster('stays');
});
