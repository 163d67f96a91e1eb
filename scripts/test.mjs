/**
 * `npm test`: makes the clone ready, runs jest, and holds the tests to leaving no process behind. Arguments after `--`
 * go to jest.
 *
 * Every process that the tests start inherits a mark in its environment, also one that was detached from them; what
 * still carries the mark some time after jest has ended is reported, ended, and fails the run.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureReady } from './ensure-ready.mjs';

const markName = 'COVEY_TEST_RUN';
const graceMs = 5000;

ensureReady();
const mark = randomUUID();
const jestExitCode = await runJest();
const left = await processesLeft();
for (const { pid, commandLine } of left) {
  console.error(`test: process ${pid} was left behind: ${commandLine}`);
  endProcess(pid);
}
process.exitCode = left.length > 0 ? 1 : jestExitCode;

function runJest() {
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
  const child = spawn(process.execPath, [jest, ...process.argv.slice(2)], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, [markName]: mark },
  });
  // A Ctrl-C reaches jest by itself; this process stays to look after what jest leaves.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Marked processes that are still there when the grace is over: what was told to end may take a moment to do so. */
async function processesLeft() {
  for (const end = Date.now() + graceMs; ; await delay(50)) {
    const found = markedProcesses();
    if (found.length === 0 || Date.now() > end) return found;
  }
}

/** Only Linux lets one read the environment of a process; elsewhere nothing is found. */
function markedProcesses() {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const environment = readProcessFile(pid, 'environ');
      if (!environment.split('\0').includes(`${markName}=${mark}`)) return [];
      return [{ pid: Number(pid), commandLine: readProcessFile(pid, 'cmdline').replaceAll('\0', ' ').trim() }];
    });
}

/** A process that ends meanwhile, or belongs to someone else, reads as empty. */
function readProcessFile(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code)) return '';
    throw error;
  }
}

function endProcess(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
