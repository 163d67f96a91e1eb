/* global window, document */
/** What a person does with clusters in JupyterLab, from the first look to the last stop; each step waits for what it shows. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAccessible } from './accessible.mjs';
import { LabPage } from './lab-page.mjs';
import { notebookText } from './notebook.mjs';

const card = '.jp-covey-Card[data-cluster="analysis"]';

export async function runScenario(context, server, pictures, step) {
  writeFileSync(join(server.notebooks, 'work.ipynb'), notebookText());
  const lab = await LabPage.open(context, server, '/tree/work.ipynb', pictures);
  const { page } = lab;

  await step('an empty sidebar says what to do', async () => {
    await lab.command('covey:show-clusters');
    await lab.sees('No cluster runs.');
    await lab.picture('01-no-cluster');
  });

  await step('a cluster is started from the form of its kind', async () => {
    await page.click('.jp-covey-Header [data-action="new"]');
    await page.waitForSelector('#jp-covey-field-workers');
    await lab.picture('02-new-cluster');
    await isAccessible(page);
    await page.fill('#jp-covey-field-workers', 'two');
    await page.fill('#jp-covey-field-name', 'my analysis');
    await page.click('.jp-Dialog .jp-mod-accept');
    await lab.sees('A number, please.');
    await lab.sees('Letters, digits, dots');
    assert.equal(await page.inputValue('#jp-covey-field-name'), 'my analysis');
    await page.fill('#jp-covey-field-name', 'analysis');
    await page.fill('#jp-covey-field-workers', '2');
    await page.click('.jp-Dialog .jp-mod-accept');
    await page.locator(card).getByText('2 workers').waitFor();
    await lab.picture('03-cluster');
  });

  await step('the notebook uses the cluster that is chosen in its toolbar', async () => {
    await page.click('.jp-covey-ClusterItem-button');
    await page.click('.jp-covey-ClusterMenu >> text=analysis');
    await lab.runCell(0, 'Control+Enter');
    await lab.cell(0).getByText('[ 1, 4, 9 ]').waitFor();
    await lab.cell(0).getByText("executor: the cluster 'analysis'").waitFor();
    await lab.picture('04-notebook');
    // Whoever opens the sidebar by the keyboard goes on there.
    await lab.command('covey:show-clusters');
    await page.waitForFunction(() => document.activeElement.closest('.jp-covey-Sidebar') !== null);
  });

  await step('a cell runs on the cluster by its button, and stays as it was written', async () => {
    await lab.cell(1).locator('.cm-content').click();
    await lab.cell(1).getByTitle('Run this cell on the cluster').click();
    await lab.cell(1).getByText('on the cluster', { exact: true }).waitFor();
    await lab.cell(1).locator('.jp-OutputArea').getByText('42').first().waitFor();
    assert.ok(!(await lab.cell(1).locator('.cm-content').innerText()).includes('%%submit'));
  });

  await step('a cell that runs is found again after a reload, and cancelled', async () => {
    await lab.runCell(2, 'Control+Shift+Enter');
    await lab.cell(2).locator('.jp-covey-CellBar').waitFor();
    await lab.picture('05-submitted');
    await lab.command('docmanager:save');
    await page.waitForFunction(() => !window.jupyterapp.shell.currentWidget.context.model.dirty);
    await lab.reload();
    const bar = lab.cell(2).locator('.jp-covey-CellBar');
    await bar.getByText('Cancel').focus();
    await page.keyboard.press('Enter');
    await bar.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement.closest('.jp-Notebook') !== null);
  });

  await step('a restarted kernel begins on the same cluster', async () => {
    await page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart());
    await lab.runCell(0, 'Control+Enter');
    await lab.cell(0).getByText('since the notebook names it').waitFor();
  });

  await step('the plots fill', async () => {
    await lab.size(1920, 1080);
    await page.locator(`${card} [data-action="plots"]`).click();
    await page.locator('.jp-covey-Panel:visible').first().waitFor();
    await page.locator('.lm-TabBar-tab >> text=work.ipynb').click();
    await lab.runCell(3, 'Control+Enter');
    await page.locator('.lm-TabBar-tab >> text=Task stream').click();
    await page
      .locator('[id="covey-panel:task-stream:analysis"]')
      .getByText(/\d+ runs/)
      .first()
      .waitFor();
    await page.locator('[id="covey-panel:progress:analysis"]').getByText('load', { exact: true }).first().waitFor();
    await page.locator('[id="covey-panel:workers:analysis"]').getByText('worker-1').first().waitFor();
    await lab.picture('06-plots-1920-light');
  });

  await step('each plot is looked at, in both themes', async () => {
    for (const theme of ['Light', 'Dark']) {
      await lab.theme(theme);
      await page.locator('.lm-TabBar-tab >> text=Task stream').click();
      await lab.picture(`07-plots-1920-${theme.toLowerCase()}`);
      for (const title of ['Task graph', 'Profile', 'Events', 'Errors', 'Bandwidth']) {
        await page.locator(`.lm-TabBar-tab >> text=${title}`).click();
        await lab.picture(`08-${title.toLowerCase().replace(' ', '-')}-${theme.toLowerCase()}`);
      }
    }
    await lab.size(1280, 800);
    await page.locator('.lm-TabBar-tab >> text=Task stream').click();
    await page.locator('.lm-TabBar-tab >> text=Workers').click();
    await lab.picture('09-plots-1280-dark');
    await lab.theme('Light');
    await lab.picture('09-plots-1280-light');
  });

  await step('the log of a cluster is read', async () => {
    await page.locator(`${card} [data-action="more"]`).click();
    await page.locator('.jp-covey-CardMenu >> text=Show Log').click();
    await page.locator('.jp-covey-Log').getByText("keeps the cluster 'analysis'").waitFor();
    await lab.picture('10-log');
  });

  await step('what is ours is right for keyboards and screen readers, in both themes', async () => {
    for (const theme of ['Dark', 'Light']) {
      await lab.theme(theme);
      await isAccessible(page);
    }
  });

  await step('the panels are where they were after a reload', async () => {
    await lab.reload();
    // It shares its place with the one that was looked at last.
    await page.locator('.lm-TabBar-tab >> text=Progress').click();
    await page.locator('[id="covey-panel:progress:analysis"]').getByText('load', { exact: true }).first().waitFor();
  });

  await step('the cluster is scaled', async () => {
    await page.locator(`${card} [data-action="scale"]`).click();
    await page.fill('#jp-covey-workers', '3');
    await lab.picture('10-scale');
    await page.click('.jp-Dialog .jp-mod-accept');
    await page.locator(card).getByText('3 workers').waitFor();
  });

  await step('when its kernel is shut down the sidebar waits to be started', async () => {
    const id = (await lab.sessions()).find(({ type }) => type === 'covey-manager')?.id;
    await page.evaluate((session) => window.jupyterapp.serviceManager.sessions.shutdown(session), id);
    await lab.sees('was shut down');
    // Plots say so as well.
    await page.locator('.jp-covey-Panel:visible .jp-covey-Notice').first().getByText('Start it').waitFor();
    await lab.picture('11-stopped');
    await page.click('.jp-covey-Sidebar .jp-covey-Notice >> text=Start it');
    await page.locator('.jp-covey-Header [data-action="stop-all"]:enabled').waitFor();
    await page.locator('.jp-covey-Panel:visible .jp-covey-Notice').first().waitFor({ state: 'detached' });
  });

  await step('a command starts it too', async () => {
    const id = (await lab.sessions()).find(({ type }) => type === 'covey-manager')?.id;
    await page.evaluate((session) => window.jupyterapp.serviceManager.sessions.shutdown(session), id);
    await lab.sees('was shut down');
    await lab.command('covey:new-cluster');
    await page.waitForSelector('#jp-covey-field-workers');
    await lab.closeDialog();
    await page.locator('.jp-covey-Header [data-action="stop-all"]:enabled').waitFor();
  });

  await step('five tabs at once end with one manager', async () => {
    const id = (await lab.sessions()).find(({ type }) => type === 'covey-manager')?.id;
    await page.evaluate((session) => window.jupyterapp.serviceManager.sessions.shutdown(session), id);
    await lab.sees('was shut down');
    const tabs = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => LabPage.open(context, server, `/workspaces/${name}`, pictures)),
    );
    await Promise.all(tabs.map((tab) => tab.command('covey:show-clusters')));
    for (const tab of tabs) await tab.page.locator(card).waitFor();
    assert.equal((await lab.sessions()).filter(({ type }) => type === 'covey-manager').length, 1);
    for (const tab of tabs) lab.errors.push(...tab.errors);
    await Promise.all(tabs.map((tab) => tab.page.close()));
  });

  await step('the cluster is stopped, and its panels say so', async () => {
    await lab.reload();
    await page.locator(`${card} [data-action="stop"]`).click();
    await page.click('.jp-Dialog .jp-mod-accept');
    await page.locator(card).waitFor({ state: 'detached' });
    await page.locator('.jp-covey-ClusterItem-missing').waitFor();
    // Still in the toolbar's row, which JupyterLab does not lay out again.
    const [first, item] = await page
      .locator('.jp-NotebookPanel-toolbar')
      .evaluate((toolbar) =>
        [':first-child', '.jp-covey-ClusterItem'].map((selector) => toolbar.querySelector(selector).offsetTop),
      );
    assert.equal(item, first);
    await lab.picture('12-stopped-cluster');
  });

  await step('nothing was thrown in the page', () => assert.deepEqual(lab.errors, []));
  await page.close();
}
