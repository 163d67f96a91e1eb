/* global document, window */
/** A list of 500 clusters, long names, and files in the registry that are none: each has a sane look. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabPage } from './lab-page.mjs';
import { notebookOf } from './notebook.mjs';

const COUNT = 500;
const longName = `a-${'very-'.repeat(11)}long`;

export async function runManyScenario(context, server, pictures, step) {
  await server.covey('clusters', 'start', 'real', '--workers', '1');
  const real = JSON.parse(readFileSync(join(server.registry, 'real.json'), 'utf8'));
  const write = (name, text) => {
    const file = join(server.registry, `${name}.json`);
    writeFileSync(file, text);
    return file;
  };
  const names = [longName, ...Array.from({ length: COUNT - 2 }, (_, index) => `cluster-${index + 1}`)];
  const files = [
    // Every other one is the real one under another name; nobody listens where the others are said to be.
    ...names.map((name, index) => {
      const address = index % 2 === 0 ? real.address : `ws://127.0.0.1:${index}`;
      return write(name, JSON.stringify({ ...real, name, address }));
    }),
    ...['', '{', '[1, 2]', '{ "format": 1, "name": "garbage-3" }'].map((text, index) =>
      write(`garbage-${index}`, text),
    ),
  ];
  writeFileSync(join(server.notebooks, 'many.ipynb'), notebookOf(['1 + 1'], { covey: { cluster: longName } }));
  const lab = await LabPage.open(context, server, '/workspaces/many/tree/many.ipynb', pictures);
  const { page } = lab;
  const card = (name) => page.locator(`.jp-covey-Card[data-cluster="${name}"]`);

  await step('500 clusters are listed, those that answer and those that do not; what is no entry is not', async () => {
    await lab.command('covey:show-clusters');
    await card('cluster-497').waitFor({ state: 'attached' });
    await card('cluster-1').getByText('No answer').waitFor();
    assert.equal((await lab.clusters()).length, COUNT);
    await card('cluster-497').scrollIntoViewIfNeeded();
    await card('cluster-497').getByText('No answer').waitFor();
    await lab.picture('50-many-end');
  });

  await step('a filter finds one of them, and a long name stays within its row', async () => {
    await page.fill('.jp-covey-Filter', 'LONG');
    await page.waitForFunction(() => document.querySelectorAll('.jp-covey-Card').length === 1);
    await card(longName).locator('.jp-covey-Card-title').click();
    await card(longName).getByText('Stays until it is stopped').waitFor();
    await lab.picture('51-long-name');
    const overflow = await page
      .locator('.jp-covey-Sidebar')
      .evaluate((sidebar) => sidebar.scrollWidth - sidebar.clientWidth);
    assert.equal(overflow, 0, 'the sidebar is wider than it shows');
    await page.fill('.jp-covey-Filter', 'none such');
    await lab.sees('No cluster is called so.');
    await page.fill('.jp-covey-Filter', '');
  });

  await step('the notebook’s choice of a cluster fits the page', async () => {
    await page.click('.jp-covey-ClusterItem-button');
    await page.locator('.jp-covey-ClusterMenu >> text="cluster-42"').waitFor();
    await lab.picture('52-many-in-menu');
    const box = await page.locator('.jp-covey-ClusterMenu').boundingBox();
    assert.ok(box.y >= 0 && box.y + box.height <= 800, `the menu goes from ${box.y} to ${box.y + box.height}`);
    const first = page.locator('.jp-covey-ClusterMenu .lm-Menu-item').first();
    assert.match(await first.innerText(), /New Covey Cluster/, 'what is not in the list is not behind it');
    await page.keyboard.press('Escape');
  });

  await step('a name that becomes longer pushes nothing out of the toolbar', async () => {
    const uses = (cluster) =>
      page.evaluate(
        (name) => window.jupyterapp.shell.currentWidget.model.setMetadata('covey', { cluster: name }),
        cluster,
      );
    const isWhole = () => {
      const toolbar = document.querySelector('.jp-NotebookPanel-toolbar');
      const { right, bottom } = toolbar.getBoundingClientRect();
      return [...toolbar.children].every((item) => {
        const box = item.getBoundingClientRect();
        return box.right <= right && box.bottom <= bottom;
      });
    };
    await uses('real');
    await lab.size(900, 800);
    await page.waitForFunction(isWhole);
    await uses(longName);
    await page.locator('.jp-covey-ClusterItem').getByText(longName).waitFor();
    await lab.picture('53-long-name-in-toolbar');
    assert.ok(await page.evaluate(isWhole), 'something is where it is not seen');
    await lab.size(1280, 800);
  });

  await step('when they are gone, they are listed no more', async () => {
    for (const file of files) rmSync(file);
    await card('cluster-1').waitFor({ state: 'detached' });
    assert.deepEqual(await lab.clusters(), ['real']);
    await lab.stop('real');
  });

  await step('nothing was thrown in the page of many clusters', () => assert.deepEqual(lab.errors, []));
  await page.close();
}
