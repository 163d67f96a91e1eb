/* global window */
/**
 * Which cluster a notebook uses: one that does not run yet, every cell of a restarted kernel, code that connects, and how the
 * form of a new cluster is filled.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAccessible } from './accessible.mjs';
import { LabPage } from './lab-page.mjs';
import { notebookOf } from './notebook.mjs';

const cells = [
  'const squares = executor.map((x: number) => x ** 2, [1, 2, 3]);\nawait executor.gather(squares)',
  'await executor.submit((a: number, b: number) => a * b, 6, 7).result()',
  '%%submit\n"from there"',
];
const connection = "await Executor.connect('chosen')";

export async function runChoiceScenario(context, server, pictures, step) {
  const notebook = join(server.notebooks, 'choice.ipynb');
  writeFileSync(notebook, notebookOf(cells, { covey: { cluster: 'chosen' } }));
  server.configure('clusters', { defaultCluster: { kind: 'local', values: { workers: '1' } } });
  const lab = await LabPage.open(context, server, '/workspaces/choice/tree/choice.ipynb', pictures);
  const { page } = lab;
  const card = page.locator('.jp-covey-Card[data-cluster="chosen"]');
  const missing = page.locator('.jp-covey-ClusterItem-missing').filter({ hasText: 'chosen' });
  const sources = () =>
    page.evaluate(() => window.jupyterapp.shell.currentWidget.model.sharedModel.cells.map((cell) => cell.getSource()));

  await step('a notebook whose cluster does not run says so, and offers to start it', async () => {
    await lab.kernelReady();
    await lab.command('covey:show-clusters');
    await lab.sees('No cluster runs.');
    await missing.waitFor();
    await lab.runCell(0, 'Control+Enter');
    await lab.cell(0).getByText("no cluster named 'chosen' runs on this host").waitFor();
    const offer = page.getByText('The cluster chosen, which this notebook uses, is not running.').first();
    await offer.waitFor();
    await lab.picture('30-not-running');
    await page.getByRole('button', { name: 'Start it', exact: true }).click();
    await page.waitForSelector('#jp-covey-field-workers');
    assert.equal(await page.inputValue('#jp-covey-field-name'), 'chosen');
    assert.equal(await page.inputValue('#jp-covey-field-workers'), '1', "the settings' default is not in the form");
    await page.fill('#jp-covey-field-workers', '2');
    await page.fill('#jp-covey-save', 'A pair');
    await page.click('.jp-Dialog .jp-mod-accept');
    await card.getByText('2 workers').waitFor();
    await missing.waitFor({ state: 'detached' });
  });

  await step('Restart & Run All runs every cell on the cluster of the notebook', async () => {
    await lab.command('runmenu:restart-and-run-all');
    await page.click('.jp-Dialog .jp-mod-accept');
    await lab.cell(0).getByText('[ 1, 4, 9 ]').waitFor();
    await lab.cell(0).getByText("executor: the cluster 'chosen', since the notebook names it").waitFor();
    await lab.cell(1).locator('.jp-OutputArea').getByText('42').waitFor();
    await lab.cell(2).locator('.jp-OutputArea').getByText("'from there'").waitFor();
    await lab.picture('31-restarted-and-run');
    assert.deepEqual(await lab.clusters(), ['chosen']);
  });

  await step('a preset is kept, chosen and taken away', async () => {
    await lab.command('covey:new-cluster');
    await page.selectOption('#jp-covey-preset', 'A pair');
    assert.equal(await page.inputValue('#jp-covey-field-workers'), '2');
    await lab.picture('32-preset');
    await isAccessible(page);
    await page.getByRole('button', { name: 'Delete the preset' }).click();
    await page.locator('#jp-covey-preset').waitFor({ state: 'detached' });
    // The button is gone, and the keyboard is still in the dialog.
    await lab.closeDialog();
    await lab.command('covey:new-cluster');
    await page.waitForSelector('#jp-covey-field-workers');
    assert.equal(await page.locator('#jp-covey-preset').count(), 0);
    assert.equal(await page.inputValue('#jp-covey-field-workers'), '1');
    await lab.closeDialog();
  });

  await step('code that connects is inserted, or pulled in, and runs', async () => {
    await lab.cell(0).locator('.cm-content').click();
    await lab.command('covey:insert-connection-code', { cluster: 'chosen' });
    await lab.cell(0).getByText('Executor.connect').waitFor();
    await lab.ranCell(0);
    assert.equal(await lab.inKernel('undefined', undefined, 'executor.clusterName'), "'chosen'");
    await lab.pull(card.locator('.jp-covey-Card-title'), lab.cell(2));
    await page.waitForFunction(() => window.jupyterapp.shell.currentWidget.model.cells.length === 5);
    await lab.picture('33-connection-code');
    const connecting = (await sources()).filter((source) => source.includes('Executor.connect'));
    assert.equal(connecting.length, 2);
    for (const source of connecting) assert.ok(source.includes(connection), source);
    await lab.command('docmanager:save');
    await page.waitForFunction(() => !window.jupyterapp.shell.currentWidget.context.model.dirty);
    const written = readFileSync(notebook, 'utf8');
    for (const secret of server.secrets())
      assert.ok(!written.includes(secret), 'a secret was written into the notebook');
  });

  await step('nothing was thrown in the page of choices', () => assert.deepEqual(lab.errors, []));
  await lab.stop('chosen');
  await page.close();
}
