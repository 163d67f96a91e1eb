/** Real processes: these run the bundle, which `npm test` builds before. */
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@covey/protocol';
import { openChannel } from '@covey/protocol/internal';
import { schedulerEntry } from './scheduler-entry.js';
import type { FromScheduler, SchedulerSettings } from './scheduler-ipc.js';

const secret = Secret.random();
const folder = mkdtempSync(join(tmpdir(), 'covey-scheduler-test-'));
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Starts a process and waits for its first word. */
async function start(settings: Partial<SchedulerSettings> = {}) {
  const child = fork(schedulerEntry(), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  children.push(child);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  child.send({ type: 'start', secret: secret.reveal(), listen: ['127.0.0.1:0'], ...settings });
  const [answer] = (await once(child, 'message')) as [FromScheduler];
  return { child, answer, exited };
}

function addressOf(answer: FromScheduler, index = 0): string {
  if (answer.type !== 'ready') throw new Error(`not ready: ${JSON.stringify(answer)}`);
  return answer.addresses[index]!;
}

test('a scheduler listens where it was told, and ends when it is asked to', async () => {
  const socket = join(folder, 's');
  const { child, answer, exited } = await start({ listen: ['127.0.0.1:0', `unix://${socket}`], clusterName: 'alpha' });
  for (const address of [addressOf(answer), addressOf(answer, 1)]) {
    const { channel, welcome } = await openChannel(address, { secret, role: 'client' });
    expect(welcome).toMatchObject({ clusterName: 'alpha' });
    expect(await channel.call('list-datasets')).toEqual([]);
    await channel.close();
  }
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  expect(existsSync(socket)).toBe(false);
});

test('HTTP answers health to everybody and the rest to who has the token', async () => {
  const { answer } = await start();
  const base = addressOf(answer).replace('ws:', 'http:');
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(base + path, { headers });
    return [response.status, await response.text()] as const;
  };
  const token = { authorization: `Bearer ${secret.httpToken()}` };
  expect((await get('/health'))[0]).toBe(200);
  const [refused, why] = await get('/metrics');
  expect([refused, JSON.parse(why)]).toEqual([401, { error: expect.stringContaining('Authorization') }]);
  expect((await get('/json/identity', { authorization: 'Bearer wrong' }))[0]).toBe(401);
  const [status, metrics] = await get('/metrics', token);
  expect(status).toBe(200);
  expect(metrics).toContain('covey_scheduler_workers{status="running"} 0');
  expect(JSON.parse((await get('/json/identity', token))[1])).toMatchObject({ clusterName: 'covey', workers: 0 });
  expect((await get('/nothing', token))[0]).toBe(404);
});

test('who does not know the secret stays outside', async () => {
  const { answer } = await start();
  const stranger = openChannel(addressOf(answer), { secret: Secret.random(), role: 'client' });
  await expect(stranger).rejects.toMatchObject({ name: 'AuthenticationError' });
});

test('a port in use is told, with status 1', async () => {
  const { answer } = await start();
  const second = await start({ listen: [addressOf(answer)] });
  expect(second.answer).toMatchObject({ type: 'failed', code: 'ERR_COVEY_LISTEN' });
  expect(await second.exited).toBe(1);
});

test('it ends with its launcher', async () => {
  const { child, exited } = await start();
  child.disconnect();
  expect(await exited).toBe(0);
});

test('it ends when its launcher says so', async () => {
  const { child, exited } = await start();
  child.send({ type: 'close' });
  expect(await exited).toBe(0);
});

test('it says why when it ends by itself', async () => {
  const { child, exited, answer } = await start();
  const { channel } = await openChannel(addressOf(answer), { secret, role: 'client' });
  const said = once(child, 'message');
  await channel.call('shutdown');
  expect(await said).toMatchObject([{ type: 'closing', reason: 'the cluster was shut down' }]);
  expect(await exited).toBe(0);
});

test('Ctrl-C is the launcher’s to decide about', async () => {
  const { child, answer, exited } = await start();
  child.kill('SIGINT');
  const { channel } = await openChannel(addressOf(answer), { secret, role: 'client' });
  await channel.close();
  child.disconnect();
  expect(await exited).toBe(0);
});

test('the operator’s modules run when it is ready, and one that is wrong keeps it from starting', async () => {
  const good = join(folder, 'good.mjs');
  const bad = join(folder, 'bad.mjs');
  const seen = join(folder, 'seen');
  writeFileSync(
    good,
    `import { writeFileSync } from 'node:fs';\nexport const setup = (scheduler) => writeFileSync(${JSON.stringify(seen)}, scheduler.address);\n`,
  );
  writeFileSync(bad, 'export const other = 1;\n');
  expect((await start({ preload: [good] })).answer).toMatchObject({ type: 'ready' });
  expect(existsSync(seen)).toBe(true);
  expect((await start({ preload: [bad] })).answer).toMatchObject({
    type: 'failed',
    message: expect.stringContaining('setup'),
  });
});

test('started by hand it says what to do instead', async () => {
  const child = spawn(process.execPath, [schedulerEntry()], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += String(text)));
  expect((await once(child, 'close'))[0]).toBe(2);
  expect(said).toContain("run 'covey scheduler'");
});
