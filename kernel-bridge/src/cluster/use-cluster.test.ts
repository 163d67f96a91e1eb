import { BridgeClient } from '../testing/bridge-client.js';
import { KernelClient, printed, shown } from '../testing/kernel-client.js';

let kernel: KernelClient;
let bridge: BridgeClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  bridge = await BridgeClient.open(kernel);
});
afterAll(async () => {
  await kernel.execute("import { stopCluster } from 'covey'; await stopCluster('sums')");
  expect(await kernel.close()).toBe(0);
});

test('another cluster is connected at once; what was there before goes on, and a way back leads to the rules', async () => {
  await kernel.execute('const before = executor.submit(() => 1); const named = () => executor.clusterName');
  await kernel.execute(
    "import { startCluster } from 'covey'; await startCluster({ name: 'sums', options: { workers: 1 } })",
  );
  await bridge.ask('use', { cluster: 'sums' });
  expect(await bridge.ask('used', null)).toEqual({ cluster: 'sums', reason: 'it was chosen for this notebook' });
  // The cell doesn't name the executor: the function of an older one does.
  const { outputs } = await kernel.execute('[named(), await before.result()]');
  expect(String(shown(outputs, 'execute_result')[0])).toContain('sums');
  await bridge.ask('use', { cluster: null });
  const back = await kernel.execute('executor.clusterName');
  expect(printed(back.outputs)).toMatch(/new local cluster/);
});
