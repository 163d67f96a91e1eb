/** With real processes: `fixtures/fake-worker.cjs` plays the worker. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Nanny } from './nanny.js';
import type { NannyOptions } from './nanny.js';
import type { NannyEvent } from './nanny-events.js';
import { spawnEnvironment } from './spawn-environment.js';
import type { WorkerLaunch } from './worker-ipc.js';

// Threads and processes start slowly on a machine that has other things to do.
jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'covey-nanny-'));
const nannies: Nanny[] = [];
const access = { scheduler: 'ws://127.0.0.1:1', secret: 'a secret of some length' };

afterEach(async () => {
  await Promise.all(nannies.splice(0).map((nanny) => nanny.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

class Observed {
  readonly events: NannyEvent[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly nanny: Nanny;

  constructor(options: Partial<NannyOptions> = {}) {
    this.nanny = new Nanny({
      name: 'test-nanny',
      command: {
        entry: join(__dirname, 'fixtures', 'fake-worker.cjs'),
        execPath: process.execPath,
        execArgv: [],
        environment: spawnEnvironment(process.env),
        stderr: new PassThrough().resume(),
      },
      onEvent: (event) => {
        this.events.push(event);
        for (const check of this.#waiting) check();
      },
      restart: { backoff: { firstMs: 1, maxMs: 5 } },
      ...options,
    });
    nannies.push(this.nanny);
  }

  /** The first `count` events of a kind. */
  seen<T extends NannyEvent['type']>(type: T, count = 1): Promise<Extract<NannyEvent, { type: T }>[]> {
    return new Promise((resolve) => {
      const check = () => {
        const found = this.events.filter((event): event is Extract<NannyEvent, { type: T }> => event.type === type);
        if (found.length >= count) resolve(found);
      };
      this.#waiting.push(check);
      check();
    });
  }
}

function launch(name: string, life: string, more: Partial<WorkerLaunch> = {}): WorkerLaunch {
  return { name, memoryLimit: 0, options: { life, marker: join(folder, name) }, ...more };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('workers start before it is known where they belong, and are told when it is', async () => {
  const { nanny, ...observed } = observe();
  nanny.addWorkers([launch('alice', 'live'), launch('bob', 'live')]);
  nanny.connectWorkers(access);
  const ready = await observed.seen('worker-ready', 2);
  expect(ready.map(({ name }) => name).sort()).toEqual(['alice', 'bob']);
  expect(ready[0]?.address).toContain(access.scheduler);
  await nanny.close();
  expect(ready.map(({ pid }) => isAlive(pid))).toEqual([false, false]);
});

function observe(options: Partial<NannyOptions> = {}) {
  const observed = new Observed(options);
  return { nanny: observed.nanny, events: observed.events, seen: observed.seen.bind(observed) };
}

test('a worker that exits is reported with its last words, and started again', async () => {
  const { nanny, seen } = observe();
  nanny.addWorkers([launch('carol', 'die-once')]);
  nanny.connectWorkers(access);
  const [died] = await seen('worker-died');
  expect(died?.death).toMatchObject({ worker: 'carol', exitCode: 7, signal: null, overMemory: false });
  expect(died?.death.stderr).toBe('first line\nlast words');
  expect(died?.restartInMs).not.toBeNull();
  const [first, second] = await seen('worker-ready', 2);
  expect(second?.pid).not.toBe(first?.pid);
});

test('a worker that is ended by a signal is reported with the signal and its memory', async () => {
  const { nanny, seen } = observe({ memoryPollMs: 5 });
  nanny.addWorkers([launch('dave', 'abort-once')]);
  nanny.connectWorkers(access);
  const [died] = await seen('worker-died');
  expect(died?.death).toMatchObject({ exitCode: null, signal: 'SIGABRT' });
  expect(died?.death.memory.length).toBeGreaterThan(0);
  expect(Math.max(...(died?.death.memory ?? []).map(([, bytes]) => bytes))).toBeGreaterThan(0);
});

test('a worker above 95 % of its memory is ended, and the evidence says so', async () => {
  const { nanny, seen } = observe({ memoryPollMs: 5 });
  const memoryLimit = 200e6;
  nanny.addWorkers([launch('erin', 'grow', { memoryLimit })]);
  nanny.connectWorkers(access);
  const [died] = await seen('worker-died');
  expect(died?.death).toMatchObject({ signal: 'SIGKILL', overMemory: true, memoryLimit });
  expect(Math.max(...(died?.death.memory ?? []).map(([, bytes]) => bytes))).toBeGreaterThanOrEqual(memoryLimit * 0.95);
  expect(died?.reason).toContain('95 % of its limit of 200 MB');
});

test('a worker that never gets ready is given up, saying why', async () => {
  const { nanny, seen } = observe({ restart: { startsAllowed: 3, backoff: { firstMs: 1, maxMs: 2 } } });
  nanny.addWorkers([launch('frank', 'fail-start')]);
  nanny.connectWorkers(access);
  await seen('no-workers');
  const deaths = await seen('worker-died', 3);
  expect(deaths.map(({ restartInMs }) => restartInMs === null)).toEqual([false, false, true]);
  expect(deaths[2]?.reason).toContain('no such scheduler');
});

test('a worker that says that another start would not help is not started again', async () => {
  const { nanny, events, seen } = observe();
  const options = { life: 'fail-start', permanent: true };
  nanny.addWorkers([launch('grace', 'fail-start', { options })]);
  nanny.connectWorkers(access);
  await seen('no-workers');
  expect(events.filter(({ type }) => type === 'worker-died')).toHaveLength(1);
});

test('an entry that cannot be run is an event, not an exception', async () => {
  const { nanny, seen } = observe({
    command: {
      entry: 'x',
      execPath: '/nonexistent/node',
      execArgv: [],
      environment: {},
      stderr: new PassThrough().resume(),
    },
  });
  nanny.addWorkers([launch('heidi', 'live')]);
  const [died] = await seen('worker-died');
  expect(died?.restartInMs).toBeNull();
  expect(died?.reason).toContain('could not be spawned');
});

test('a worker that the scheduler closed is not started again', async () => {
  const { nanny, events, seen } = observe();
  nanny.addWorkers([launch('ivan', 'retire')]);
  nanny.connectWorkers(access);
  await seen('no-workers');
  expect(events.map(({ type }) => type)).toEqual(['worker-ready', 'worker-closed', 'no-workers']);
});

test('restart gives new processes and is no death', async () => {
  const { nanny, events, seen } = observe();
  nanny.addWorkers([launch('judy', 'live'), launch('kim', 'live')]);
  nanny.connectWorkers(access);
  await seen('worker-ready', 2);
  await nanny.restart(['judy']);
  const ready = await seen('worker-ready', 3);
  expect(ready.map(({ name }) => name).sort()).toEqual(['judy', 'judy', 'kim']);
  expect(events.some(({ type }) => type === 'worker-died')).toBe(false);
  await expect(nanny.restart(['nobody'])).rejects.toThrow('no worker named nobody');
});

test('workers can be added and removed while others live', async () => {
  const { nanny, seen } = observe();
  nanny.addWorkers([launch('lena', 'live')]);
  nanny.connectWorkers(access);
  const [lena] = await seen('worker-ready');
  nanny.addWorkers([launch('mike', 'live')]);
  expect(() => nanny.addWorkers([launch('mike', 'live')])).toThrow('already has a worker named mike');
  await seen('worker-ready', 2);
  await nanny.removeWorkers(['lena', 'unknown']);
  expect(isAlive(lena?.pid ?? 0)).toBe(false);
  expect(nanny.workers).toEqual(['mike']);
});

test('a worker that ignores SIGTERM is ended by force', async () => {
  const { nanny, seen } = observe({ closeGraceMs: 50 });
  nanny.addWorkers([launch('nina', 'stubborn')]);
  nanny.connectWorkers(access);
  const [nina] = await seen('worker-ready');
  await nanny.close();
  await nanny.close();
  expect(isAlive(nina?.pid ?? 0)).toBe(false);
});

test('a nanny that does not watch starts nothing again, whatever became of it', async () => {
  const { nanny, seen, events } = observe({ watches: false, memoryPollMs: 5 });
  nanny.addWorkers([launch('erin', 'die-once', { memoryLimit: 1e6 })]);
  nanny.connectWorkers(access);
  const [died] = await seen('worker-died');
  expect(died).toMatchObject({ restartInMs: null, death: { exitCode: 7, memory: [], overMemory: false } });
  await seen('no-workers');
  expect(events.map(({ type }) => type)).toEqual(['worker-ready', 'worker-died', 'no-workers']);
});
