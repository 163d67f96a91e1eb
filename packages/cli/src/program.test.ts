import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COVEY_VERSION } from '@covey/protocol';
import { runCli } from './program.js';
import { RecordingTerminal } from './recording-terminal.js';

let folder: string;
const config = () => join(folder, 'config', 'covey.json');
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'covey-cli-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ status: number; output: string; errors: string }> {
  const terminal = new RecordingTerminal({ COVEY_CONFIG: config(), COVEY_WORKER_NTHREADS: '3' });
  const status = await runCli(args, terminal);
  return { status, output: terminal.output, errors: terminal.errors };
}

test('covey version tells what runs', async () => {
  expect((await run('version')).output).toContain(`covey ${COVEY_VERSION} (protocol`);
  expect(JSON.parse((await run('version', '--json')).output)).toMatchObject({
    covey: COVEY_VERSION,
    node: process.versions.node,
  });
  expect(await run('--version')).toEqual({ status: 0, output: COVEY_VERSION, errors: '' });
});

test('help names every command and ends well', async () => {
  const { status, output } = await run('--help');
  expect(status).toBe(0);
  for (const command of ['scheduler', 'worker', 'clusters', 'config', 'version']) expect(output).toContain(command);
});

test('help of a command tells its flags with defaults and variables', async () => {
  const { output } = await run('worker', '--help');
  expect(output).toContain('--memory-limit <BYTES>');
  expect(output).toContain('COVEY_WORKER_MEMORY_LIMIT');
  expect(output).toContain('--no-nanny');
});

test.each([
  [['dance'], "unknown command 'dance'"],
  [['worker', '--nthread', '2'], "unknown option '--nthread'"],
  [
    ['worker', 'ws://localhost:1', '--nthreads', 'many'],
    '--nthreads must be a whole number from 1 to 10000, not "many"',
  ],
  [['scheduler', '--port', '99999'], '--port must be a whole number from 0 to 65535'],
  [['worker'], 'which cluster?'],
  [['config', 'get', 'speed'], "there is no setting 'speed'"],
  [['config', 'set', 'worker.nthreads', 'x'], 'worker.nthreads must be'],
  [['clusters', 'stop'], 'which cluster?'],
])('%j is a wrong command line: status 2 and one line that says why', async (args, message) => {
  const { status, output, errors } = await run(...args);
  expect(status).toBe(2);
  expect(output).toBe('');
  expect(errors.split('\n')[0]).toContain(message);
  expect(errors.split('\n')[0]).toMatch(/^covey: /);
});

test('an error shows its stack only when asked', async () => {
  expect((await run('config', 'get', 'speed')).errors).not.toContain('    at ');
  expect((await run('config', 'get', 'speed', '--verbose')).errors).toContain('    at ');
});

test('covey config lists settings and where they come from', async () => {
  const { output } = await run('config');
  expect(output).toMatch(/^worker.nthreads +3 +COVEY_WORKER_NTHREADS$/m);
  expect(output).toMatch(/^scheduler.port +8786 +the default$/m);
  expect(JSON.parse((await run('config', '--json')).output)).toContainEqual(
    expect.objectContaining({ name: 'worker.nthreads', value: 3 }),
  );
});

test("covey config set writes the user's own file, and unset takes it back", async () => {
  expect((await run('config', 'set', 'cluster', 'sums')).status).toBe(0);
  expect(statSync(config()).mode & 0o777).toBe(0o600);
  expect((await run('config', 'get', 'cluster')).output).toBe('sums');
  await run('config', 'unset', 'cluster');
  expect((await run('config', 'get', 'cluster')).output).toBe('-');
  expect(JSON.parse(readFileSync(config(), 'utf8'))).toEqual({});
});

test('a file of settings that is broken is told, not overwritten', async () => {
  await run('config', 'set', 'cluster', 'sums');
  writeFileSync(config(), 'oops');
  const { status, errors } = await run('config', 'set', 'cluster', 'others');
  expect(status).toBe(2);
  expect(errors).toContain('is not JSON');
  expect(readFileSync(config(), 'utf8')).toBe('oops');
});

test('the page of the guide about settings is what the table makes', async () => {
  const page = join(__dirname, '../../../docs/configuration.md');
  expect(existsSync(page)).toBe(true);
  expect(readFileSync(page, 'utf8').trimEnd()).toBe((await run('config', '--markdown')).output);
});
