/** In a task, what is imported from `covey` is the thread's own: it knows the executor of the task, and its futures. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Sandbox } from '../support/sandbox.js';

test('what tasks import of covey works on what their executor gives', async () => {
  const sandbox = new Sandbox();
  const script = join(__dirname, 'covey-in-tasks.fixture.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env: sandbox.environment });
  expect(JSON.parse(stdout)).toEqual({
    asCompleted: 12,
    wait: 2,
    progress: 'shown',
    'a lazy call': { x: 4 },
    'a graph': 4,
    'a future in a queue': 8,
    classes: [true, true, true],
    require: 1,
    'import()': true,
  });
  await sandbox.expectNothingLeft();
});
