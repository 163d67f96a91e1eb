import { Executor } from 'covey';
import { covey } from '../support/covey-command.js';
import { Sandbox } from '../support/sandbox.js';

jest.setTimeout(60_000);
let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.expectNothingLeft());

const run = (...args: string[]) => covey(['clusters', ...args], sandbox.environment);

test('clusters are started, listed, looked at, scaled, read and stopped', async () => {
  expect(await run('list')).toMatchObject({
    status: 0,
    output: "No clusters are running. Start one by 'covey clusters start'.\n",
  });
  const started = await run('start', 'sums', '--workers', '1', '--threads-per-worker', '1', '--idle-timeout', '1h');
  expect(started).toMatchObject({ status: 0, errors: '' });
  expect(started.output).toContain("The cluster 'sums' runs at unix:");

  const executor = await Executor.connect('sums');
  expect(await executor.submit((x: number) => x + 1, 1).result()).toBe(2);
  await executor.close();

  expect((await run('list')).output).toMatch(/^sums +local +1 +\d+ s +1 h +\d+ +unix:/m);
  expect(JSON.parse((await run('list', '--json')).output)).toMatchObject([
    { name: 'sums', kind: 'local', workers: 1, idleTimeoutMs: 3_600_000 },
  ]);
  expect(await run('scale', 'sums', '2')).toMatchObject({ status: 0 });
  expect(JSON.parse((await run('info', 'sums', '--json')).output)).toMatchObject({
    requested: 2,
    clients: 0,
  });
  expect((await run('info', 'sums')).output).toMatch(/^worker-0 .* [\d.]+ MB of [\d.]+ GB /m);
  expect((await run('logs', 'sums')).output).toContain("keeps the cluster 'sums'");
  expect(await run('stop', 'sums')).toMatchObject({ status: 0, output: "The cluster 'sums' is stopped\n" });
  expect(await run('list', '--json')).toMatchObject({ status: 0, output: '[]\n' });
});

test('all clusters are stopped at once', async () => {
  await Promise.all([run('start', 'a', '--workers', '0'), run('start', 'b', '--workers', '0')]);
  const { status, output } = await run('stop', '--all');
  expect(status).toBe(0);
  expect(output).toContain("'a' is stopped");
  expect(output).toContain("'b' is stopped");
});

test.each([
  [['stop', 'none'], 1, "no cluster named 'none' runs on this host, so none is stopped; 'covey clusters list' shows"],
  [['scale', 'none', '2'], 1, "start it by 'covey clusters start none'"],
  [['scale', 'none', 'two'], 2, 'must be a whole number'],
  [['start', 'bad/name'], 2, "can't be the name of a cluster"],
  [['start', '--kind', 'cloud'], 2, "no kind of cluster 'cloud'"],
  [['start', '--workers', 'many'], 2, '--workers must be a whole number'],
])('%j fails with status %j and one line that says why', async (args, status, message) => {
  const ended = await run(...args);
  expect(ended).toMatchObject({ status, output: '' });
  expect(ended.errors.split('\n')[0]).toContain(message);
  expect(ended.errors).not.toContain('    at ');
});
