/**
 * The kernel beside other TypeScript kernels (npm's `tslab` and `deno`, installed into a temporary folder), seen by one and
 * the same front end in one run. Where they can't be had, ours alone.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KernelProcess } from './kernel-process.mjs';
import { median } from './measure.mjs';
import { printFigures, ratios } from './report.mjs';

const INSTALL_TIMEOUT_MS = 5 * 60_000;
/** From the first answer to what a fresh kernel is asked next: a person needs longer to write it. */
const SETTLE_MS = 700;
/** A language service is warm by then. */
const WARM_MS = 8000;
const REPEATS = 50;
const LINES = 10_000;

/**
 * @param options.rounds fresh kernels of each kind.
 * @param options.peers a folder in whose `node_modules` the others are; by default a temporary one, made and removed.
 */
export async function benchKernels({ rounds, peers }) {
  const folder = peers ?? mkdtempSync(join(tmpdir(), 'covey-kernels-'));
  try {
    const kernels = { covey: oursArgv(), ...peerArgvs(folder, peers === undefined) };
    const found = Object.fromEntries(Object.keys(kernels).map((name) => [name, []]));
    // In turns, so that what else the machine does meets all of them alike.
    for (let round = 0; round < rounds; round++) {
      for (const [name, argv] of Object.entries(kernels)) found[name].push(await measure(argv, round));
    }
    const figures = Object.fromEntries(Object.entries(found).map(([name, rows]) => [name, medians(rows)]));
    for (const [name, values] of Object.entries(figures)) printFigures(name, values);
    const { covey, ...others } = figures;
    for (const [name, values] of Object.entries(others)) {
      console.log(`\nAgainst ${name}, how many times better:`);
      printFigures('covey', ratios({ covey }, { covey: values }).covey);
    }
    return figures;
  } finally {
    if (peers === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function oursArgv() {
  const entry = fileURLToPath(new URL('../../kernel-bridge/bundle/kernel.cjs', import.meta.url));
  return (file) => [process.execPath, '--no-force-async-hooks-checks', entry, file];
}

function peerArgvs(folder, isToInstall) {
  if (isToInstall) {
    console.log('Installing tslab and deno into a temporary folder');
    const args = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, 'tslab', 'deno'];
    const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
    if (status !== 0) console.log(`They could not be installed, so ours is measured alone:\n${stderr}`);
  }
  const bin = (name) => join(folder, 'node_modules', '.bin', name);
  return {
    ...(existsSync(bin('tslab')) && { tslab: (file) => [bin('tslab'), 'kernel', `--config-path=${file}`] }),
    ...(existsSync(bin('deno')) && { deno: (file) => [bin('deno'), 'jupyter', '--kernel', '--conn', file] }),
  };
}

/** One fresh kernel. What comes first in it is measured in turns, since one warms the other. */
async function measure(argvOf, round) {
  const row = {};
  const kernel = await KernelProcess.start(argvOf);
  try {
    row.start_ms = kernel.startMs;
    row.start_processor_ms = kernel.startProcessorMs;
    await delay(SETTLE_MS);
    if (round % 2 === 0) row.first_completion_ms = (await kernel.complete('Math.')).ms;
    else row.first_execution_ms = (await kernel.execute('1+1')).idleMs;
    await delay(WARM_MS);
    await kernel.complete('Math.');
    row.pss_MB = kernel.pssMegabytes();
    await kernel.execute('1+1');
    const executions = [];
    const completions = [];
    for (let n = 0; n < REPEATS; n++) executions.push((await kernel.execute('1+1')).replyMs);
    for (let n = 0; n < REPEATS; n++) completions.push((await kernel.complete('Math.')).ms);
    row.execution_ms = median(executions);
    row.warm_completion_ms = median(completions);
    row[`lines_${LINES}_ms`] = (
      await kernel.execute(`for (let i = 0; i < ${LINES}; i++) console.log('line ' + i)`)
    ).idleMs;
    return row;
  } finally {
    await kernel.end();
  }
}

function medians(rows) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return Object.fromEntries(
    names.map((name) => [name, median(rows.flatMap((row) => (row[name] === undefined ? [] : [row[name]])))]),
  );
}
