/**
 * `npm run test:lab:all`: the run of `npm run test:lab` in each JupyterLab that can be had here, from 4.0 on, one after the
 * other, and what is for Jupyter Notebook 7 in that. Pictures of each are kept in `test/lab/screenshots/` below its version.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findLabs, findNotebook } from './find-lab.mjs';

const run = fileURLToPath(new URL('run.mjs', import.meta.url));
const labs = findLabs();
const notebook = findNotebook();

const results = [
  ...labs.map((lab) => runIn(`JupyterLab ${lab.version}`, lab)),
  ...(notebook === undefined ? [] : [runIn(`Notebook ${notebook.version}`, notebook, ['runNotebookScenario'])]),
];
for (const { name, isFine, seconds } of results) console.log(`${name}: ${isFine ? 'ok' : 'failed'} (${seconds} s)`);
if (labs.length === 0) console.error('There is no JupyterLab 4 here, and none could be installed.');
process.exitCode = labs.length > 0 && results.every(({ isFine }) => isFine) ? 0 : 1;

function runIn(name, { folder }, chosen = []) {
  const began = Date.now();
  const environment = {
    ...process.env,
    COVEY_LAB_PICTURES: name.replace(' ', '-'),
    ...(folder !== undefined && { COVEY_LAB: folder }),
  };
  const { status } = spawnSync(process.execPath, [run, ...chosen], { stdio: 'inherit', env: environment });
  return { name, isFine: status === 0, seconds: Math.round((Date.now() - began) / 1000) };
}
