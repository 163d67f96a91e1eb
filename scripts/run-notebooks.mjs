/**
 * Runs the notebooks in examples/notebooks from top to bottom, each in a kernel of its own; needs a build.
 *
 *   node scripts/run-notebooks.mjs [--write] [NAME…]
 *
 * With --write, their outputs become those of this run.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runNotebook } from '@covey/kernel/testing';

const folder = fileURLToPath(new URL('../examples/notebooks', import.meta.url));
const args = process.argv.slice(2);
const isToWrite = args.includes('--write');
const wanted = args.filter((arg) => !arg.startsWith('--'));
const home = mkdtempSync(join(tmpdir(), 'covey-notebooks-'));
try {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ipynb'))) {
    if (wanted.length > 0 && !wanted.some((name) => file === name || file === `${name}.ipynb`)) continue;
    const path = join(folder, file);
    const startMs = performance.now();
    const { notebook, error } = await runNotebook(JSON.parse(readFileSync(path, 'utf8')), folder, { COVEY_HOME: home });
    console.log(`${file}: ${error ?? 'ok'} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`);
    if (error !== undefined) process.exitCode = 1;
    if (isToWrite) writeFileSync(path, `${JSON.stringify(notebook, undefined, 1)}\n`);
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
