/**
 * `npm run test:lab`: the extension and the kernel in a real JupyterLab, in a real browser. Finds or installs both; pictures
 * of every step are kept in `test/lab/screenshots/`, to be looked at. An argument names the one scenario to run.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from './find-chromium.mjs';
import { findLab } from './find-lab.mjs';
import { startLab } from './lab-server.mjs';
import { runCellsScenario } from './cells-scenario.mjs';
import { runChoiceScenario } from './choice-scenario.mjs';
import { runDebuggerScenario } from './debugger-scenario.mjs';
import { runManyScenario } from './many-scenario.mjs';
import { runNotebookScenario } from './notebook-scenario.mjs';
import { runOwnLabScenario } from './own-lab-scenario.mjs';
import { runScenario } from './scenario.mjs';
import { runServerScenario } from './server-scenario.mjs';

const [chosen] = process.argv.slice(2);
const scenarios = [
  runScenario,
  runCellsScenario,
  runDebuggerScenario,
  runChoiceScenario,
  runServerScenario,
  runManyScenario,
];
/** Needs Jupyter Notebook, so it is run only when it is named, as `test:lab:all` does. */
const others = [runNotebookScenario];
const BOUND_MS = 14 * 60_000;
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const pictures = join(root, 'test', 'lab', 'screenshots', process.env['COVEY_LAB_PICTURES'] ?? '');

const bound = setTimeout(() => {
  console.error(`lab: not done within ${BOUND_MS / 60_000} minutes`);
  process.exit(1);
}, BOUND_MS);
process.exitCode = await main().finally(() => clearTimeout(bound));

async function main() {
  const executablePath = findChromium();
  if (executablePath === undefined)
    return fail('there is no Chromium. On Debian: apt-get install chromium; elsewhere name one by CHROMIUM.');
  const lab = findLab();
  if (lab === undefined)
    return fail('there is no JupyterLab 4, and none could be installed. Try: pip install jupyterlab');
  console.log(
    `lab: JupyterLab ${lab.version} (${[lab.command, ...lab.before.slice(0, 1)].join(' ')}), ${executablePath}`,
  );
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  const server = await startLab(lab, root, { '--JupyterNotebookApp.expose_app_in_browser': 'True' });
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'];
  const browser = await chromium.launch({ executablePath, headless: true, args });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    for (const scenario of chosen === undefined ? scenarios : [...scenarios, ...others]) {
      if (chosen === undefined || scenario.name === chosen) await scenario(context, server, pictures, step(context));
    }
    // In a chroot it would have to be started there.
    const isHere = lab.chroot === undefined;
    if (isHere && (chosen ?? runOwnLabScenario.name) === runOwnLabScenario.name)
      await runOwnLabScenario(context, lab, root, pictures, step(context));
    return 0;
  } catch (error) {
    console.error(error.stack);
    return 1;
  } finally {
    await browser.close();
    await server.close();
    console.log(`lab: pictures are in ${pictures}`);
  }
}

/** Says how each step went; of a failed one a picture is kept. */
function step(context) {
  return async (name, act) => {
    const began = Date.now();
    try {
      await act();
      console.log(`  ok      ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      console.log(`  failed  ${name}`);
      const page = context.pages().at(-1);
      await page?.screenshot({ path: join(pictures, 'failed.png') }).catch(() => undefined);
      throw error;
    }
  };
}

function fail(message) {
  console.error(`The tests in JupyterLab did not run: ${message}`);
  return 1;
}
