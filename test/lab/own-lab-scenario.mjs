/** `covey jupyter lab`: a JupyterLab with the kernel and the extension, from a folder of Covey's own, beside which nothing is touched. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LabPage } from './lab-page.mjs';
import { answers, ended, freePort } from './lab-server.mjs';
import { processesWith } from './processes.mjs';

const END_TIMEOUT_MS = 60_000;
/** Of tools that JupyterLab asks what they have to say: they make themselves a home wherever they run. */
const THEIRS = ['.ipython', '.npm', '.cache'];

/** @param lab must be on this file system. */
export async function runOwnLabScenario(context, lab, root, pictures, step) {
  const home = mkdtempSync(join(tmpdir(), 'covey-own-lab-'));
  const [port, token, notebooks, log] = [await freePort(), randomUUID(), join(home, 'notebooks'), join(home, 'log')];
  mkdirSync(notebooks);
  const isOurs = ([name]) => !name.startsWith('JUPYTER') && !name.startsWith('COVEY');
  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(isOurs)),
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    PATH: [...(lab.folder === undefined ? [] : [dirname(lab.command)]), process.env.PATH].join(delimiter),
  };
  const args = ['--no-browser', '--allow-root', `--port=${port}`, `--IdentityProvider.token=${token}`];
  const folders = [`--ServerApp.root_dir=${notebooks}`, '--LabApp.expose_app_in_browser=True'];
  const command = [join(root, 'packages', 'covey', 'bin', 'covey.mjs'), 'jupyter', 'lab', '--', ...args, ...folders];
  const output = openSync(log, 'w');
  const covey = spawn(process.execPath, command, { env: environment, cwd: home, stdio: ['ignore', output, output] });
  const end = ended(covey);
  end.catch(() => undefined);
  const url = `http://127.0.0.1:${port}`;
  try {
    await step(
      'covey jupyter lab opens JupyterLab with the sidebar, and writes nothing beside its own folder',
      async () => {
        await answers(`${url}/api/status?token=${token}`, covey);
        const page = await LabPage.open(context, { url, token }, '', pictures);
        await page.command('covey:show-clusters');
        await page.sees('No cluster runs.');
        await page.picture('60-own-lab');
        assert.deepEqual(page.errors, []);
        await page.page.close();
        const written = readdirSync(home).filter((name) => !THEIRS.includes(name));
        assert.deepEqual(written.sort(), ['log', 'notebooks', 'state']);
      },
    );
    await step('it ends with all that it started', async () => {
      covey.kill('SIGTERM');
      await end;
      const deadline = Date.now() + END_TIMEOUT_MS;
      while (processesWith(home).length > 0 && Date.now() < deadline) await delay(100);
      assert.deepEqual(processesWith(home), []);
    });
  } catch (error) {
    console.error(readFileSync(log, 'utf8').split('\n').slice(-30).join('\n'));
    throw error;
  } finally {
    covey.kill('SIGTERM');
    await end.catch(() => undefined);
    rmSync(home, { recursive: true, force: true });
  }
}
