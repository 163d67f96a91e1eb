/**
 * What goes and comes back while a page is open: the manager's process, its kernel, the Jupyter server. Clusters live on; and
 * where JupyterLab itself tells of them.
 */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { LabPage } from './lab-page.mjs';
import { processOfKernel } from './processes.mjs';

/** Longer than what a page takes for a sign that somebody shut a kernel down: a minute without a word of it. */
const IDLE_SECONDS = 62;
const CULLING = {
  '--MappingKernelManager.cull_idle_timeout': IDLE_SECONDS,
  '--MappingKernelManager.cull_interval': 1,
  // A page behind others stays connected.
  '--MappingKernelManager.cull_connected': 'True',
};

export async function runServerScenario(context, server, pictures, step) {
  await server.covey('clusters', 'start', 'lasting', '--workers', '1');
  const lab = await LabPage.open(context, server, '/workspaces/server', pictures);
  const { page } = lab;
  const card = page.locator('.jp-covey-Card[data-cluster="lasting"]');
  const item = page.locator('.jp-covey-StatusItem');
  const manager = async () => (await lab.sessions()).find(({ type }) => type === 'covey-manager');
  /** That the card is of now: it shows what a shell changes. */
  const isLive = async (workers) => {
    await server.covey('clusters', 'scale', 'lasting', String(workers));
    await card.getByText(`${workers} workers`).waitFor();
  };

  await step('a cluster that a shell started is listed, and stands in the status bar', async () => {
    await lab.command('covey:show-clusters');
    await card.getByText('1 worker,').waitFor();
    await item.getByText(/lasting: 1 worker/).waitFor();
  });

  await step('the manager whose process was killed comes back, and nothing is lost', async () => {
    const { kernelId } = await manager();
    const killed = processOfKernel(kernelId);
    process.kill(killed, 'SIGKILL');
    await isLive(2);
    const { kernelId: sameId } = await manager();
    assert.equal(sameId, kernelId, 'the server starts the kernel again by itself');
    assert.notEqual(processOfKernel(kernelId), killed);
  });

  await step('so does one that somebody restarts elsewhere', async () => {
    const { kernelId } = await manager();
    const url = `${server.url}/api/kernels/${kernelId}/restart?token=${server.token}`;
    assert.ok((await fetch(url, { method: 'POST' })).ok);
    await isLive(3);
  });

  await step('while the server is away the sidebar waits, and comes back with it by itself', async () => {
    const { id } = await manager();
    // Lab says so too, by a dialog in the way of all else; whether it has noticed is chance.
    const told = page.locator('.jp-Dialog').filter({ hasText: 'Server Connection Error' });
    await page.addLocatorHandler(told, () => told.locator('.jp-Dialog-footer button').last().click());
    await server.stop();
    await lab.sees('The Jupyter server does not answer');
    await lab.picture('40-server-away');
    await server.start(CULLING);
    await isLive(2);
    const sessions = (await lab.sessions()).filter(({ type }) => type === 'covey-manager');
    assert.equal(sessions.length, 1);
    assert.notEqual(sessions[0].id, id);
    await lab.picture('41-server-back');
  });

  await step(
    'one that the server took for idle comes back when the page is looked at, and nothing is lost',
    async () => {
      const { kernelId } = await manager();
      await lab.isShown(false);
      const isThere = async () => (await fetch(`${server.url}/api/kernels/${kernelId}?token=${server.token}`)).ok;
      const deadline = Date.now() + 3 * IDLE_SECONDS * 1000;
      while (Date.now() < deadline && (await isThere())) await delay(1000);
      assert.ok(!(await isThere()), 'an idle manager was not culled');
      await server.covey('clusters', 'scale', 'lasting', '3');
      await lab.isShown(true);
      await card.getByText('3 workers').waitFor();
      assert.notEqual((await manager()).kernelId, kernelId);
      await isLive(2);
    },
  );

  await step('it is stopped where all that runs is listed, and leaves the status bar', async () => {
    await lab.command('running:show-panel');
    const running = page.locator('.jp-RunningSessions-item').filter({ hasText: 'lasting' });
    await running.hover();
    await lab.picture('42-running');
    await running.locator('.jp-RunningSessions-itemShutdown').click();
    await running.waitFor({ state: 'detached' });
    await item.waitFor({ state: 'hidden' });
    await lab.command('covey:show-clusters');
    await lab.sees('No cluster runs.');
  });

  await step('nothing was thrown in the page whose server went', () => assert.deepEqual(lab.errors, []));
  await page.close();
}
