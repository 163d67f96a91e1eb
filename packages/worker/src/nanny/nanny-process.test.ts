/** The bundled nanny as a real process, a channel server in the place of the scheduler, fake workers. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatAddress, Secret } from '@covey/protocol';
import { ChannelServer, deferred, listen } from '@covey/protocol/internal';
import type { Channel, Listener } from '@covey/protocol/internal';
import { nannyEntry } from './entry-files.js';
import type { FromNanny, NannyConfig, ToNanny } from './nanny-ipc.js';
import type { WorkerLaunch } from './worker-ipc.js';

// Threads and processes start slowly on a machine that has other things to do.
jest.setTimeout(60_000);

const secret = Secret.random();
const folder = mkdtempSync(join(tmpdir(), 'covey-nanny-process-'));
const calls: { method: string; params: unknown }[] = [];
let listener: Listener;
let scheduler: string;
let channels: Channel[] = [];
let heard = deferred();
const children: ChildProcess[] = [];

beforeAll(async () => {
  const server = new ChannelServer({
    onhello: () => ({}),
    onchannel: (channel) => {
      channels.push(channel);
      channel.handle = (method, params) => {
        calls.push({ method, params });
        heard.resolve();
        return null;
      };
    },
  });
  listener = await listen({
    address: '127.0.0.1:0',
    secret,
    role: 'scheduler',
    onChannelPeer: (comm) => server.accept(comm),
  });
  scheduler = formatAddress(listener.contactAddress);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  channels = [];
  heard = deferred();
});
afterAll(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

function launch(name: string, life: string): WorkerLaunch {
  return { name, memoryLimit: 0, options: { life, marker: join(folder, name) } };
}

function config(workers: readonly WorkerLaunch[], more: Partial<NannyConfig> = {}): NannyConfig {
  const command = { entry: join(__dirname, 'fixtures', 'fake-worker.cjs') };
  return { type: 'config', secret: secret.reveal(), workers, command, ...more };
}

function startNanny() {
  const child = spawn(process.execPath, [nannyEntry()], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  children.push(child);
  const messages: FromNanny[] = [];
  const checks: (() => void)[] = [];
  child.on('message', (message) => {
    messages.push(message as FromNanny);
    for (const check of checks) check();
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    child,
    exited,
    messages,
    tell: (message: ToNanny) => child.send(message),
    heard: <T extends FromNanny['type']>(type: T): Promise<Extract<FromNanny, { type: T }>> =>
      new Promise((resolve) => {
        const check = () => {
          const found = messages.find((message) => message.type === type);
          if (found !== undefined) resolve(found as Extract<FromNanny, { type: T }>);
        };
        checks.push(check);
        check();
      }),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Looks again until it is so; a test that waits in vain ends by its own timeout. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('workers start before the scheduler is known; ready when all are; close ends everything', async () => {
  const nanny = startNanny();
  nanny.tell(config([launch('a', 'live'), launch('b', 'live')]));
  nanny.tell({ type: 'scheduler', address: scheduler });
  const { workers, name } = await nanny.heard('ready');
  expect(workers.map((worker) => worker.name).sort()).toEqual(['a', 'b']);
  expect(name).not.toBe('');
  nanny.tell({ type: 'close' });
  expect(await nanny.exited).toBe(0);
  expect(workers.map(({ pid }) => isAlive(pid))).toEqual([false, false]);
});

test('a death is reported to the scheduler with evidence', async () => {
  const nanny = startNanny();
  nanny.tell(config([launch('c', 'die-once')], { scheduler }));
  await heard.promise;
  expect(calls.at(-1)).toMatchObject({ method: 'worker-died', params: { worker: 'c', exitCode: 7, signal: null } });
  nanny.tell({ type: 'close' });
  await nanny.exited;
});

test('the scheduler can have workers restarted, and the nanny closed', async () => {
  const nanny = startNanny();
  nanny.tell(config([launch('d', 'live')], { scheduler }));
  const { workers } = await nanny.heard('ready');
  await until(() => channels.length > 0);
  await channels[0]?.call('restart', {});
  // They come another way than the answer to the call.
  await until(() => nanny.messages.filter((message) => message.type === 'worker-ready').length === 2);
  expect(isAlive(workers[0]?.pid ?? 0)).toBe(false);
  await expect(channels[0]?.call('restart', { workers: ['nobody'] })).rejects.toThrow('nobody');
  await expect(channels[0]?.call('dance', {})).rejects.toThrow('dance');
  await channels[0]?.call('close', { reason: 'test' }).catch(() => undefined);
  expect(await nanny.exited).toBe(0);
});

test('workers are added and removed over IPC', async () => {
  const nanny = startNanny();
  nanny.tell(config([], { scheduler }));
  await nanny.heard('ready');
  nanny.tell({ type: 'add-workers', workers: [launch('e', 'live')] });
  const { pid } = await nanny.heard('worker-ready');
  nanny.tell({ type: 'add-workers', workers: [launch('e', 'live')] });
  expect((await nanny.heard('failed')).message).toContain('already has a worker named e');
  nanny.tell({ type: 'remove-workers', names: ['e'] });
  await nanny.heard('worker-closed');
  expect(isAlive(pid)).toBe(false);
});

test('the nanny ends with its launcher, and its workers with it', async () => {
  const nanny = startNanny();
  nanny.tell(config([launch('f', 'live')], { scheduler }));
  const { workers } = await nanny.heard('ready');
  nanny.child.disconnect();
  expect(await nanny.exited).toBe(0);
  expect(isAlive(workers[0]?.pid ?? 0)).toBe(false);
});

test('workers end when the nanny itself is killed', async () => {
  const nanny = startNanny();
  nanny.tell(config([launch('g', 'live'), launch('h', 'stubborn')], { scheduler }));
  const { workers } = await nanny.heard('ready');
  nanny.child.kill('SIGKILL');
  await nanny.exited;
  await until(() => workers.every(({ pid }) => !isAlive(pid)));
});

test('a wrong secret ends the nanny, saying why', async () => {
  const nanny = startNanny();
  const wrong = Secret.random().reveal();
  nanny.tell(config([launch('i', 'live')], { scheduler, secret: wrong }));
  const failed = await nanny.heard('failed');
  expect(failed.code).toMatch(/AUTHENTICATION/);
  expect(await nanny.exited).toBe(1);
});
