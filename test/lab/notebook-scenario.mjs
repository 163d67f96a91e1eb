/* global window */
/** Jupyter Notebook 7, which has notebooks but neither JupyterLab's shell nor its sidebar: what does not need those works. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabPage } from './lab-page.mjs';
import { notebookOf } from './notebook.mjs';

export async function runNotebookScenario(context, server, pictures, step) {
  await server.covey('clusters', 'start', 'plain', '--workers', '1');
  const cells = ['executor', "console.log('on the cluster');\n6 * 7"];
  writeFileSync(join(server.notebooks, 'plain.ipynb'), notebookOf(cells, { covey: { cluster: 'plain' } }));
  const lab = await LabPage.openAt(context, `${server.url}/notebooks/plain.ipynb?token=${server.token}`, pictures);
  const { page } = lab;

  await step('in Jupyter Notebook a cell uses the cluster of the notebook, and runs there', async () => {
    await lab.cell(0).waitFor();
    await lab.kernelReady();
    await page.locator('.jp-covey-ClusterItem-button').getByText('plain', { exact: true }).waitFor();
    await lab.runCell(0, 'Control+Enter');
    await lab.cell(0).locator('.jp-covey-Display').getByText('connected').waitFor();
    await lab.runCell(1, 'Control+Shift+Enter');
    await lab.cell(1).locator('.jp-OutputArea').getByText('42').first().waitFor();
    for (const theme of ['Light', 'Dark']) {
      await lab.theme(theme);
      await lab.picture(`70-notebook-${theme.toLowerCase()}`);
    }
    await lab.theme('Light');
  });

  await step('the clusters are in its left area', async () => {
    await lab.command('covey:show-clusters');
    await page.locator('.jp-covey-Card[data-cluster="plain"]').getByText('1 worker').waitFor();
    await lab.picture('71-notebook-clusters');
    await lab.stop('plain');
  });

  // Its shortcuts throw by themselves when settings are there before them.
  await step('nothing of ours was thrown in Jupyter Notebook', () =>
    assert.deepEqual(
      lab.errors.filter((error) => error.includes('@covey/labextension')),
      [],
    ),
  );
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown());
  await page.close();
}
