/** A scheduler that was killed and is started again at the same address: workers and clients find it, and say what was lost. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { Executor, FutureLostError, Secret, silentLogger } from 'covey';
import { CoveyCommand } from '../support/covey-command.js';
import { failure } from '../support/running-cluster.js';
import { Sandbox } from '../support/sandbox.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.expectNothingLeft());

it('loses the futures of before, and works on with the same workers and executors', async () => {
  const port = await freePort();
  const secretFile = join(sandbox.folder, 'config', 'secret');
  const schedulerArgs = ['scheduler', '--port', String(port), '--secret-file', secretFile, '--name', 'again'];
  const first = new CoveyCommand(schedulerArgs, sandbox.environment);
  await first.untilSaid(/listens at/);
  const address = `ws://127.0.0.1:${port}`;
  const worker = new CoveyCommand(
    ['worker', address, '--secret-file', secretFile, '--nthreads', '1'],
    sandbox.environment,
  );
  const executor = await Executor.connect(address, { secret: Secret.fromFile(secretFile), logger: silentLogger });
  const inc = (x: number): number => x + 1;
  const known = executor.submit(inc, 1);
  expect(await known.result()).toBe(2);
  const running = executor.with({ pure: false }).submit(() => new Promise<void>(() => undefined));
  await executor.schedulerInfo();
  const lost = failure(running);
  expect((await first.endBy('SIGKILL')).signal).toBe('SIGKILL');
  const second = new CoveyCommand(schedulerArgs, sandbox.environment);
  await second.untilSaid(/listens at/);
  expect(await lost).toBeInstanceOf(FutureLostError);
  expect(running.status).toBe('lost');
  expect(await known.result()).toBe(2);
  expect(await executor.submit(inc, 41).result()).toBe(42);
  expect((await executor.schedulerInfo()).workers).toHaveLength(1);
  await executor.close();
  expect((await second.endBy('SIGTERM')).status).toBe(0);
  await worker.endBy('SIGTERM');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
