/** JupyterLab's debugger on a notebook of ours: a breakpoint in a cell, where it stops, what is seen there, stepping, going on. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabPage } from './lab-page.mjs';
import { notebookOf } from './notebook.mjs';

const BREAKPOINT_LINE = 3;
const cells = [
  [
    'function area(width: number, height: number): number {',
    '  const size = { width, height };',
    '  const product = size.width * size.height;',
    '  return product;',
    '}',
    'area(6, 7)',
  ].join('\n'),
  "'after it: ' + area(2, 3)",
];

export async function runDebuggerScenario(context, server, pictures, step) {
  writeFileSync(join(server.notebooks, 'debugged.ipynb'), notebookOf(cells));
  const lab = await LabPage.open(context, server, '/workspaces/debugged/tree/debugged.ipynb', pictures);
  const { page } = lab;
  const frames = page.locator('.jp-DebuggerCallstack');
  const variables = page.locator('.jp-DebuggerVariables');

  await step('the debugger stops a cell at a breakpoint, and shows where and with what', async () => {
    await lab.kernelReady();
    await turn(page, 'Enable Debugger', 'Disable Debugger');
    await page.locator('#jp-debugger-sidebar, .jp-DebuggerSidebar').first().waitFor();
    // The first element of the gutter is its width's.
    await lab.cell(0).locator('.cm-breakpoint-gutter .cm-gutterElement').nth(BREAKPOINT_LINE).click();
    await page.locator('.jp-DebuggerBreakpoints').getByText(`${BREAKPOINT_LINE}`, { exact: true }).waitFor();
    await lab.runCell(0, 'Control+Enter');
    await frames.getByText('area').first().waitFor();
    await variables.getByText('height').first().waitFor();
    await variables.getByText('7', { exact: true }).first().waitFor();
    await lab.picture('70-debugger');
  });

  await step('it steps to the next line, and lets the cell go on to its result', async () => {
    await lab.command('debugger:next');
    await variables.getByText('42', { exact: true }).first().waitFor();
    await lab.command('debugger:continue');
    await lab.cell(0).locator('.jp-OutputArea').getByText('42').waitFor();
    await frames.getByText('area').waitFor({ state: 'detached' });
  });

  await step('without it cells run through', async () => {
    await turn(page, 'Disable Debugger', 'Enable Debugger');
    await lab.runCell(1, 'Control+Enter');
    await lab.cell(1).locator('.jp-OutputArea').getByText("'after it: 6'").waitFor();
  });

  await step('nothing was thrown in the page of the debugger', async () => {
    assert.deepEqual(lab.errors, []);
    await page.close();
  });
}

/** Presses a button until it is the other one: while JupyterLab asks a new kernel what it can do, a press is for nothing. */
async function turn(page, from, to) {
  for (let tries = 1; ; tries++) {
    await page.getByTitle(from).first().click();
    try {
      await page.getByTitle(to).first().waitFor({ timeout: 5000 });
      return;
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}
