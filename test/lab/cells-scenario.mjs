/* global window, document */
/**
 * What cells show of clusters, and what becomes of cells that run there: cards that live without touching the notebook, output
 * that is found again, tasks that go with their cells.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAccessible } from './accessible.mjs';
import { LabPage } from './lab-page.mjs';
import { notebookOf } from './notebook.mjs';

const cells = [
  "import { startCluster } from 'covey';\nawait startCluster({ name: 'cells', options: { workers: 2, threadsPerWorker: 2 } });",
  "import { Event } from 'covey';\nconst go = (name: string) => new Event(executor, name);\nexecutor",
  `const many = executor.map(async (gate: string) => { await go(gate).wait(); return gate.length; }, ['a', 'b', 'c', 'd']);\nmany`,
  'const one = executor.with({ pure: false }).submit(async () => { await go("one").wait(); return [1, 2, 3]; });\none',
  'console.log("at work"); await go("late").wait(); "a late result"',
  'await go("never").wait()',
  '%%submit held\nawait go("never").wait()',
];

export async function runCellsScenario(context, server, pictures, step) {
  writeFileSync(join(server.notebooks, 'cells.ipynb'), notebookOf(cells, { covey: { cluster: 'cells' } }));
  writeFileSync(join(server.notebooks, 'second.ipynb'), notebookOf(['1 + 1']));
  writeFileSync(join(server.notebooks, 'python.ipynb'), notebookOf(['1 + 1'], {}, 'python3'));
  const path = '/workspaces/cells/tree/cells.ipynb';
  let lab = await LabPage.open(context, server, path, pictures);
  const card = (index) => lab.cell(index).locator('.jp-covey-Display');
  const isDirty = () => lab.page.evaluate(() => window.jupyterapp.shell.currentWidget.context.model.dirty);
  // What comes while it is being saved is saved after.
  const save = () =>
    lab.page.evaluate(async () => {
      const { context } = window.jupyterapp.shell.currentWidget;
      while (context.model.dirty) await context.save();
    });
  const open = (gate) => lab.inKernel(`await go(${JSON.stringify(gate)}).set()`);
  const untilProcessing = (count) =>
    lab.inKernel(
      `while (Object.values(await executor.processing()).flat().length !== ${count}) await new Promise((r) => setTimeout(r, 20))`,
    );

  await step('an executor is a card under its cell, with the figures of its cluster', async () => {
    await lab.kernelReady();
    await lab.runCell(0, 'Control+Enter');
    await lab.runCell(1, 'Control+Enter');
    await card(1).getByText('connected').waitFor();
    await card(1)
      .getByText(/2 workers · 4 threads/)
      .waitFor();
  });

  await step('futures are counted on their card, and the notebook is left alone until they are over', async () => {
    await lab.runCell(2, 'Control+Enter');
    await lab.runCell(3, 'Control+Enter');
    await card(2).getByText('4 pending').waitFor();
    await card(3).getByText('pending').waitFor();
    await save();
    await open('a');
    await card(2).getByText('1 finished').waitFor();
    assert.equal(await isDirty(), false, 'the notebook was written for a count');
    for (const theme of ['Light', 'Dark']) {
      await lab.theme(theme);
      await lab.picture(`20-displays-${theme.toLowerCase()}`);
      await isAccessible(lab.page);
    }
    await lab.theme('Light');
  });

  await step('they live on after a reload', async () => {
    await lab.reload();
    await lab.kernelReady();
    await card(2).getByText('1 finished').waitFor();
    await open('b');
    await card(2).getByText('2 finished').waitFor();
    assert.equal(await isDirty(), false, 'the notebook was written for a count');
    for (const gate of ['c', 'd', 'one']) await open(gate);
    await card(2).getByText('4 finished').waitFor();
    await card(3).getByText('finished').waitFor();
    await card(3).getByText('Array').waitFor();
    await lab.page.waitForFunction(() => {
      const outputs = [...window.jupyterapp.shell.currentWidget.model.cells].map((each) => each.outputs.toJSON());
      return JSON.stringify(outputs[3]).includes('"status":"finished"');
    });
  });

  await step('a cell that was submitted finds its output, which came while no page was there', async () => {
    await lab.runCell(4, 'Control+Shift+Enter');
    await lab.cell(4).locator('.jp-covey-CellBar').waitFor();
    await lab.cell(4).getByText('at work', { exact: true }).waitFor();
    await save();
    const id = await lab.page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id);
    const other = await LabPage.open(context, server, '/workspaces/other', pictures);
    const errors = await closed(lab);
    await other.inKernel("await go('late').set()", id);
    await other.inKernel(
      'while (Object.values(await executor.processing()).flat().length > 0) await new Promise((r) => setTimeout(r, 20))',
      id,
    );
    errors.push(...(await closed(other)));
    lab = await LabPage.open(context, server, path, pictures);
    await lab.kernelReady();
    lab.errors.push(...errors);
    await lab.cell(4).getByText("'a late result'").waitFor();
    await lab.cell(4).getByText('at work', { exact: true }).waitFor();
    await card(4).getByText('finished').waitFor();
    assert.equal(await lab.cell(4).locator('.jp-covey-CellBar').count(), 0);
    await lab.picture('21-found-again');
  });

  await step('one that still runs after a reload goes on to show what it says', async () => {
    await lab.inKernel("await go('late').clear()");
    await lab.runCell(4, 'Control+Shift+Enter');
    await lab.cell(4).getByText('at work', { exact: true }).waitFor();
    await lab.reload();
    await lab.kernelReady();
    await lab.cell(4).locator('.jp-covey-CellBar').waitFor();
    await open('late');
    await lab.cell(4).getByText("'a late result'").waitFor();
    await lab.cell(4).locator('.jp-covey-CellBar').waitFor({ state: 'detached' });
  });

  await step('a cell that is run in the notebook instead gives up its task', async () => {
    await lab.runCell(5, 'Control+Shift+Enter');
    await lab.cell(5).locator('.jp-covey-CellBar').waitFor();
    await untilProcessing(1);
    await lab.page.evaluate(() =>
      window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.setSource('"here"'),
    );
    await lab.runCell(5, 'Control+Enter');
    await lab.cell(5).getByText("'here'").waitFor();
    await lab.cell(5).locator('.jp-covey-CellBar').waitFor({ state: 'detached' });
    await untilProcessing(0);
  });

  await step('a cell that is deleted gives up its task, unless a variable holds the future', async () => {
    await lab.runCell(6, 'Control+Enter');
    await lab.cell(6).locator('.jp-covey-CellBar').waitFor();
    await untilProcessing(1);
    await lab.command('notebook:delete-cell');
    await lab.page.waitForFunction(
      (count) => document.querySelectorAll('.jp-CodeCell').length === count,
      cells.length - 1,
    );
    assert.equal(await lab.inKernel('undefined', undefined, 'held.status'), "'pending'");
    await lab.inKernel('held.cancel()');
    await untilProcessing(0);
  });

  await step('a second notebook on the same kernel works, without what only one can have', async () => {
    const id = await lab.page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id);
    await lab.command('docmanager:open', { path: 'second.ipynb', kernel: { id } });
    await lab.page.waitForFunction(() => {
      const { context, sessionContext } = window.jupyterapp.shell.currentWidget;
      return context.path === 'second.ipynb' && sessionContext.session?.kernel?.handleComms === false;
    });
    await lab.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-covey-ClusterItem-button').waitFor();
    await lab.runCell(0, 'Control+Enter');
    await lab.cell(0).locator('.jp-OutputArea').getByText('2').waitFor();
    await lab.command('docmanager:open', { path: 'cells.ipynb' });
    await lab.cell(1).waitFor();
  });

  await step('connection code is not written into a notebook of another kernel', async () => {
    await lab.command('covey:show-clusters');
    const cluster = lab.page.locator('.jp-covey-Card[data-cluster="cells"]');
    await cluster.waitFor();
    await lab.command('docmanager:open', { path: 'python.ipynb' });
    const python = lab.page.locator('.jp-NotebookPanel:visible').filter({ hasText: '1 + 1' });
    await python.waitFor();
    await lab.command('covey:insert-connection-code', { cluster: 'cells' });
    const refusals = lab.page.getByText('The code that connects is TypeScript', { exact: false });
    await refusals.first().waitFor();
    await lab.picture('22-refused');
    await lab.pull(cluster.locator('.jp-covey-Card-title'), python.locator('.jp-CodeCell').first());
    await refusals.nth(1).waitFor();
    assert.equal(await python.locator('.jp-CodeCell').count(), 1);
    await lab.command('docmanager:open', { path: 'cells.ipynb' });
    await lab.cell(1).waitFor();
    const before = await lab.page.locator('.jp-NotebookPanel:visible .jp-CodeCell').count();
    await lab.pull(cluster.locator('.jp-covey-Card-title'), lab.cell(1));
    await lab.page.waitForFunction(
      (count) => window.jupyterapp.shell.currentWidget.model.cells.length === count,
      before + 1,
    );
    await lab.command('notebook:undo-cell-action');
  });

  await step('without a kernel and a cluster the last known state is shown, and said to be that', async () => {
    await lab.inKernel("await go('one').clear()");
    await lab.runCell(3, 'Control+Enter');
    await card(3).getByText('pending').waitFor();
    await save();
    await lab.page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.shutdown());
    // The cluster goes on, and is asked.
    await card(1).getByText('running').waitFor();
    await lab.command('covey:stop-cluster', { cluster: 'cells', isSure: true });
    for (const index of [0, 1, 3]) await card(index).getByText('last known state').waitFor();
    await lab.reload();
    for (const index of [0, 1, 3]) await card(index).getByText('last known state').waitFor();
    for (const theme of ['Light', 'Dark']) {
      await lab.theme(theme);
      await lab.picture(`23-last-known-${theme.toLowerCase()}`);
    }
    await lab.theme('Light');
  });

  await step('nothing was thrown in these pages', () => assert.deepEqual(lab.errors, []));
  await closed(lab);
}

async function closed(lab) {
  await lab.page.close();
  return lab.errors;
}
