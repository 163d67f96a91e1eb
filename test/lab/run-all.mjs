/**
 * `npm run test:lab:all`: the run of `npm run test:lab` in each JupyterLab that can be had here, from 4.0 on, one after the
 * other. Pictures of each are kept in `test/lab/screenshots/` below its version.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findLabs } from './find-lab.mjs';

const run = fileURLToPath(new URL('run.mjs', import.meta.url));

const results = findLabs().map(({ version, folder }) => {
  const began = Date.now();
  const environment = {
    ...process.env,
    COVEY_LAB_PICTURES: version,
    ...(folder !== undefined && { COVEY_LAB: folder }),
  };
  const { status } = spawnSync(process.execPath, [run], { stdio: 'inherit', env: environment });
  return { version, isFine: status === 0, seconds: Math.round((Date.now() - began) / 1000) };
});
for (const { version, isFine, seconds } of results)
  console.log(`JupyterLab ${version}: ${isFine ? 'ok' : 'failed'} (${seconds} s)`);
if (results.length === 0) console.error('There is no JupyterLab 4 here, and none could be installed.');
process.exitCode = results.length > 0 && results.every(({ isFine }) => isFine) ? 0 : 1;
