/** A kernel that ends in order lets its tasks on a cluster go at once: only one that is killed has the scheduler wait for it. */
import { KernelClient, printed } from '@covey/kernel/testing';
import { RunningCluster } from '../support/running-cluster.js';
import { until } from '../support/sandbox.js';

let world: RunningCluster;
beforeAll(async () => {
  // Nothing that a client leaves behind goes by itself while this runs.
  world = await RunningCluster.start({ clientGraceMs: 3_600_000 });
});
afterAll(() => world.close());

const running = async (): Promise<string[]> => Object.values(await world.executor.processing()).flat();

test.each([
  ['is shut down', (kernel: KernelClient) => void kernel.send('control', 'shutdown_request', { restart: false })],
  ['is restarted', (kernel: KernelClient) => void kernel.send('control', 'shutdown_request', { restart: true })],
  [
    'is shut down while a cell is in a loop',
    async (kernel: KernelClient) => {
      const id = kernel.submit("console.log('on'); while (true) {}");
      await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
      kernel.send('control', 'shutdown_request', { restart: false });
    },
  ],
  ['is told to end by a signal', (kernel: KernelClient) => void kernel.process.kill('SIGTERM')],
  ['ends itself', (kernel: KernelClient) => void kernel.submit('process.exit(0)')],
])('the tasks of a kernel that %s end with it', async (_, end) => {
  const kernel = await KernelClient.start({
    COVEY_SECRET: world.cluster.secret.reveal(),
  });
  const { reply } = await kernel.execute(`import { Executor } from 'covey';
    const mine = await Executor.connect('${world.cluster.address}');
    const endless = mine.submit(() => new Promise(() => undefined));`);
  expect([reply['status'], reply['evalue']]).toEqual(['ok', undefined]);
  expect(await until(async () => (await running()).length > 0)).toBe(true);
  await end(kernel);
  expect(await kernel.exited()).toBe(0);
  kernel.release();
  expect(await until(async () => (await running()).length === 0)).toBe(true);
  expect((await world.executor.schedulerInfo()).clients).toHaveLength(1);
});
