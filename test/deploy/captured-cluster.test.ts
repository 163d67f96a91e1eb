import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Sandbox } from '../support/sandbox.js';

jest.setTimeout(60_000);

test('a cluster that a function captures is the task’s own inside the task', async () => {
  const sandbox = new Sandbox();
  const script = join(__dirname, 'captured-cluster.fixture.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env: sandbox.environment });
  expect(stdout).toBe('2,3\n');
  await sandbox.expectNothingLeft();
});
