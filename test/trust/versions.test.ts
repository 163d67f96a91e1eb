/** Processes of different versions in one cluster: copies of the bundles that say they are of another. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { schedulerEntry } from '@covey/scheduler/internal';
import { workerEntry } from '@covey/worker/internal';
import { Executor, LocalCluster, Secret, silentLogger, VersionMismatchError } from 'covey';
import { CoveyCommand } from '../support/covey-command.js';
import { Sandbox, until } from '../support/sandbox.js';

let sandbox: Sandbox;
let child: ChildProcess | undefined;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  child = undefined;
  await sandbox.expectNothingLeft();
});

/** A copy of an entry, with the bundles beside it, that is of version 9.9.9 and speaks protocol 99. */
function ofAnotherVersion(entry: string): string {
  // Files of the configuration do not count as left behind.
  const folder = join(sandbox.folder, 'config', basename(dirname(dirname(entry))));
  mkdirSync(folder, { recursive: true });
  cpSync(dirname(entry), folder, { recursive: true });
  const path = join(folder, basename(entry));
  const other = readFileSync(path, 'utf8')
    .replace(/\bPROTOCOL_VERSION = 1;/, 'PROTOCOL_VERSION = 99;')
    .replace(/\bCOVEY_VERSION = "[^"]*";/, 'COVEY_VERSION = "9.9.9";');
  expect([other.includes('PROTOCOL_VERSION = 99;'), other.includes('COVEY_VERSION = "9.9.9";')]).toEqual([true, true]);
  writeFileSync(path, other);
  return path;
}

test('a client and a worker that meet a scheduler of another version are told both versions', async () => {
  const secret = Secret.random();
  const started = fork(ofAnotherVersion(schedulerEntry()), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  child = started;
  started.send({ type: 'start', secret: secret.reveal(), listen: ['127.0.0.1:0'] });
  const [{ addresses }] = (await once(started, 'message')) as [{ addresses: readonly string[] }];
  const [address = ''] = addresses;
  const error = (await Executor.connect(address, { secret, logger: silentLogger }).catch(
    (thrown: unknown) => thrown,
  )) as VersionMismatchError;
  expect(error).toBeInstanceOf(VersionMismatchError);
  expect(error.message).toMatch(/9\.9\.9 \(protocol 99\)/);
  expect(error.versions?.local).toMatch(/^0\.\d+\.\d+ \(protocol 1\)$/);

  const secretFile = join(sandbox.folder, 'config', 'secret');
  writeFileSync(secretFile, secret.reveal(), { mode: 0o600 });
  const worker = new CoveyCommand(
    ['worker', address, '--secret-file', secretFile, '--nthreads', '1'],
    sandbox.environment,
  );
  expect(await worker.ended).toMatchObject({ status: 1, errors: expect.stringMatching(/9\.9\.9 \(protocol 99\)/) });
});

test('a worker of another version is turned away and gives up, and the cluster goes on', async () => {
  await using cluster = await LocalCluster.create({
    workers: 1,
    threadsPerWorker: 1,
    waitForWorkers: 'all',
    logger: silentLogger,
  });
  await using executor = await Executor.connect(cluster, { logger: silentLogger });
  const worker = fork(ofAnotherVersion(workerEntry()), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  child = worker;
  worker.send({
    type: 'config',
    name: 'late',
    memoryLimit: 0,
    scheduler: cluster.address,
    secret: cluster.secret.reveal(),
    options: { nthreads: 1 },
  });
  const [answer] = (await once(worker, 'message')) as [unknown];
  expect(answer).toMatchObject({
    type: 'failed',
    permanent: true,
    code: 'ERR_COVEY_VERSION_MISMATCH',
    message: expect.stringContaining('9.9.9 (protocol 99)'),
  });
  const log = async () => (await cluster.logs())['scheduler']?.join('\n') ?? '';
  expect(await until(async () => (await log()).includes('9.9.9'))).toBe(true);
  expect(await executor.submit((x: number) => x + 1, 1).result()).toBe(2);
  expect(Object.keys(await executor.nthreads())).toHaveLength(1);
});
