import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { localAddressTowards } from '@covey/deploy/internal';
import { Secret } from '@covey/protocol';
import { Executor } from 'covey';
import { CoveyCommand } from '../support/covey-command.js';
import { Sandbox, until } from '../support/sandbox.js';

jest.setTimeout(60_000);
let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.expectNothingLeft());

const run = (...args: string[]) => new CoveyCommand(args, sandbox.environment);

/** A scheduler on a free port, and how to reach it. */
async function scheduler(name: string, ...args: string[]) {
  const command = run('scheduler', '--port', '0', '--name', name, '--json', ...args);
  const [line] = await command.untilSaid(/^\{.*\}$/m);
  return { command, ...(JSON.parse(line) as { address: string; secretFile: string; pid: number }) };
}

test('a scheduler and workers started by hand compute together, and end cleanly at Ctrl-C and SIGTERM', async () => {
  const { command, address } = await scheduler('byhand');
  expect(address).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
  const worker = run(
    'worker',
    'byhand',
    '--nworkers',
    '2',
    '--nthreads',
    '1',
    '--name',
    'alice',
    '--resources',
    'GPU=1',
    '--memory-limit',
    '1GB',
  );
  await worker.untilSaid(/worker alice-0 is ready/);
  await worker.untilSaid(/worker alice-1 is ready/);

  const executor = await Executor.connect('byhand');
  expect(await executor.submit((x: number) => x * 2, 21).result()).toBe(42);
  const { workers } = await executor.schedulerInfo();
  expect(
    workers.map(({ name, nthreads, memoryLimit, resources }) => ({ name, nthreads, memoryLimit, resources })),
  ).toEqual(
    expect.arrayContaining([
      { name: 'alice-0', nthreads: 1, memoryLimit: 1e9, resources: { GPU: 1 } },
      { name: 'alice-1', nthreads: 1, memoryLimit: 1e9, resources: { GPU: 1 } },
    ]),
  );
  await executor.close();

  expect(await worker.interrupt()).toMatchObject({ status: 130, signal: null });
  expect(await command.endBy('SIGTERM')).toMatchObject({ status: 0, signal: null });
});

test('workers elsewhere need the address and a file with the secret', async () => {
  const secretFile = join(sandbox.folder, 'tmp', 'secret');
  const { command, address } = await scheduler('remote', '--secret-file', secretFile);
  expect(statSync(secretFile).mode & 0o777).toBe(0o600);
  const worker = run('worker', address, '--secret-file', secretFile, '--nthreads', '1');
  await worker.untilSaid(/is ready/);
  await using executor = await Executor.connect(address, { secret: Secret.fromFile(secretFile) });
  expect(await executor.submit(() => 'here').result()).toBe('here');
  await worker.endBy('SIGTERM');
  await command.endBy('SIGTERM');
  expect(readFileSync(secretFile, 'utf8').trim().length).toBeGreaterThan(20);
  rmSync(secretFile);
});

test('workers end by themselves, well, when the scheduler is shut down', async () => {
  const { command } = await scheduler('short');
  const worker = run('worker', 'short', '--nthreads', '1');
  await worker.untilSaid(/is ready/);
  const stop = run('clusters', 'stop', 'short');
  expect(await stop.ended).toMatchObject({ status: 0, output: "The cluster 'short' is stopped\n" });
  expect(await command.ended).toMatchObject({ status: 0 });
  expect(await worker.ended).toMatchObject({ status: 0 });
});

test.each(['with', 'without'])('a worker command that is killed leaves no worker, %s a nanny', async (kind) => {
  const { command } = await scheduler('fragile');
  const worker = run('worker', 'fragile', '--nthreads', '1', ...(kind === 'with' ? [] : ['--no-nanny']));
  await worker.untilSaid(/is ready/);
  expect(await worker.endBy('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
  expect(await until(() => sandbox.processes().every(({ commandLine }) => !commandLine.includes('worker')))).toBe(true);
  await command.endBy('SIGTERM');
});

test('a worker without a nanny ends the command with its death', async () => {
  const { command } = await scheduler('fragile');
  const worker = run('worker', 'fragile', '--nthreads', '1', '--no-nanny');
  const [, pid] = await worker.untilSaid(/is ready.* pid=(\d+)/);
  process.kill(Number(pid), 'SIGKILL');
  const { status, errors } = await worker.ended;
  expect(status).toBe(1);
  expect(errors).toContain('was ended by SIGKILL');
  await command.endBy('SIGTERM');
});

test('workers whose scheduler is killed give up after the death timeout', async () => {
  const { command } = await scheduler('doomed');
  const worker = run('worker', 'doomed', '--nthreads', '1', '--death-timeout', '1s');
  await worker.untilSaid(/is ready/);
  await command.endBy('SIGKILL');
  const { status, errors } = await worker.ended;
  expect(status).toBe(1);
  expect(errors).toMatch(/^covey: /m);
  await run('clusters', 'list').ended; // Whoever looks takes away what the killed one left.
});

test('a client at the other end of a tunnel gets in by the name that the scheduler was told', async () => {
  const tunnelTo: { port: number } = { port: 0 };
  const tunnel = createServer((near) => {
    const far = connect(tunnelTo.port, '127.0.0.1');
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(tunnel, 'listening');
  const name = `127.0.0.1:${(tunnel.address() as AddressInfo).port}`;
  const connected = async (...args: string[]): Promise<string> => {
    const { command, address, secretFile } = await scheduler('tunnelled', ...args);
    tunnelTo.port = Number(new URL(address).port);
    try {
      const executor = await Executor.connect(`ws://${name}`, { secret: Secret.fromFile(secretFile) });
      await executor.close();
      return 'in';
    } catch (error) {
      return (error as Error).message;
    } finally {
      await command.interrupt();
    }
  };
  expect(await connected()).toMatch(/does not answer for the host name.*--allowed-hosts/);
  expect(await connected('--allowed-hosts', name)).toBe('in');
  tunnel.close();
});

test('a port in use is one line that names it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const { status, output, errors } = await run('scheduler', '--port', String(port)).ended;
  server.close();
  expect(status).toBe(1);
  expect(output).toBe('');
  expect(errors).toMatch(new RegExp(`^covey: .*${port}.*$`, 'm'));
  expect(errors).not.toContain('    at ');
});

test('a wrong secret, an unknown name and nobody at an address are told, each in its way', async () => {
  const { command, address } = await scheduler('guarded');
  const wrong = join(sandbox.folder, 'config', 'wrong');
  writeFileSync(wrong, 'not the secret at all', { mode: 0o600 });
  const [refused, unknown, nobody, noSecret] = await Promise.all([
    run('worker', address, '--secret-file', wrong, '--nthreads', '1').ended,
    run('worker', 'nowhere').ended,
    run('worker', 'ws://127.0.0.1:1', '--secret-file', wrong, '--nthreads', '1', '--death-timeout', '100ms').ended,
    run('worker', 'ws://127.0.0.1:1').ended,
  ]);
  expect(refused).toMatchObject({ status: 1, errors: expect.stringMatching(/secret/) });
  expect(unknown).toMatchObject({
    status: 1,
    errors: expect.stringContaining("no cluster named 'nowhere' runs on this host (running: 'guarded')"),
  });
  expect(nobody).toMatchObject({ status: 1, errors: expect.stringContaining('ws://127.0.0.1:1') });
  expect(noSecret).toMatchObject({ status: 1, errors: expect.stringContaining('COVEY_SECRET_FILE') });
  await command.endBy('SIGTERM');
});

test('a name that is taken is refused before anything listens', async () => {
  const { command } = await scheduler('taken');
  const { status, errors } = await run('scheduler', '--port', '0', '--name', 'taken').ended;
  expect(status).toBe(1);
  expect(errors).toContain("a cluster named 'taken' is running");
  await command.endBy('SIGTERM');
});

test('beyond loopback without TLS there is a loud warning', async () => {
  const { command } = await scheduler('open', '--host', '0.0.0.0');
  expect(command.errors).toContain('WARNING');
  expect(command.errors).toContain('NOT ENCRYPTED');
  await command.endBy('SIGTERM');
});

test('a scheduler that is open to other machines is reached by its outer address, and so are its workers', async () => {
  const { command, address } = await scheduler('outer', '--host', '0.0.0.0');
  const outer = await localAddressTowards('192.0.2.1', 1).catch(() => '127.0.0.1');
  const worker = run('worker', 'outer', '--nthreads', '1');
  const [, workerAddress] = await worker.untilSaid(/is ready address=(\S+)/);
  expect([address, workerAddress]).toEqual([
    expect.stringContaining(`ws://${outer}:`),
    expect.stringContaining(`ws://${outer}:`),
  ]);
  await worker.endBy('SIGTERM');
  await command.endBy('SIGTERM');
});

test('the pages of a scheduler open with its token, and not without', async () => {
  const { command, address } = await scheduler('pages');
  const { output } = await run('token', 'pages').ended;
  const page = address.replace('ws:', 'http:') + '/json/identity';
  const opened = await fetch(page, { headers: { authorization: `Bearer ${output.trim()}` } });
  expect(await opened.json()).toMatchObject({ clusterName: 'pages' });
  expect((await fetch(page)).ok).toBe(false);
  expect((await fetch(address.replace('ws:', 'http:') + '/health')).ok).toBe(true);
  await command.endBy('SIGTERM');
});

test('an idle scheduler ends by itself', async () => {
  const { command } = await scheduler('idle', '--idle-timeout', '1s');
  expect(await command.ended).toMatchObject({ status: 0 });
  expect(existsSync(join(sandbox.folder, 'home', 'clusters'))).toBe(true);
});

test('a worker without a nanny is never started again: a restart of the cluster leaves its process as it is', async () => {
  const { command } = await scheduler('unwatched');
  const worker = run('worker', 'unwatched', '--nthreads', '1', '--no-nanny');
  const [, pid] = await worker.untilSaid(/is ready.* pid=(\d+)/);
  await using executor = await Executor.connect('unwatched');
  await executor.restart();
  const { workers } = await executor.schedulerInfo();
  expect(workers).toEqual([expect.objectContaining({ pid: Number(pid) })]);
  expect(await executor.submit(() => process.pid).result()).toBe(Number(pid));
  await run('clusters', 'stop', 'unwatched').ended;
  expect(await worker.ended).toMatchObject({ status: 0 });
  await command.ended;
});

test('a worker without a nanny that finds no scheduler ends the command', async () => {
  const secret = join(sandbox.folder, 'config', 'secret');
  writeFileSync(secret, 'a secret of some length', { mode: 0o600 });
  const flags = ['--secret-file', secret, '--nthreads', '1', '--no-nanny', '--death-timeout', '100ms'];
  const { status, errors } = await run('worker', 'ws://127.0.0.1:1', ...flags).ended;
  expect(status).toBe(1);
  expect(errors).toMatch(/^covey: .*ws:\/\/127.0.0.1:1/m);
});
