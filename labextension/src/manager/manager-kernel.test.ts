import type { ServiceManager } from '@jupyterlab/services';
import { serve, ServerConnection } from '../testing/fake-services.js';
import type { FakeServer } from '../testing/fake-services.js';
import { ManagerKernel } from './manager-kernel.js';
import { ManagerAwayError } from './manager-state.js';

jest.mock('@jupyterlab/services', () => jest.requireActual('../testing/fake-services'), { virtual: true });
jest.mock('@jupyterlab/coreutils', () => ({ URLExt: { join: (...parts: string[]) => parts.join('') } }), {
  virtual: true,
});
jest.mock(
  '@lumino/coreutils',
  () => {
    let count = 0;
    return { UUID: { uuid4: () => `id-${++count}` } };
  },
  { virtual: true },
);

// Node has one from version 21 on, without locks.
Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

let server: FakeServer;
let manager: ManagerKernel;
let states: string[];
/** A page of the server's. */
function open(): ManagerKernel {
  const opened = new ManagerKernel(server.services as unknown as ServiceManager.IManager, 'Covey manager');
  states = [];
  opened.stateChanged.add(({ status }) => states.push(status));
  return opened;
}
beforeEach(() => {
  server = serve();
  manager = open();
});

test('nobody’s need starts nothing; a look uses a manager that runs', async () => {
  manager.lookFor();
  await settled();
  expect([server.started, manager.state.status]).toEqual([0, 'idle']);
  server.running.push({ id: 'session-0', type: 'covey-manager' });
  manager.lookFor();
  await settled();
  expect([server.started, manager.state.status]).toEqual([0, 'connected']);
});

test('the first need starts one, and all who need it at once get the same client', async () => {
  const clients = await Promise.all([manager.started(), manager.reached(), manager.wanted(never)]);
  expect(new Set(clients).size).toBe(1);
  expect(manager.client).toBe(clients[0]);
  expect(server.started).toBe(1);
  expect(states).toEqual(['starting', 'connected']);
});

test('without its kernel who asks is told at once, and a check after the install finds it', async () => {
  server.installed = {};
  await expect(manager.started()).rejects.toThrow(ManagerAwayError);
  expect(manager.state.status).toBe('kernel-not-installed');
  server.installed = { covey: {} };
  await manager.started();
  expect(manager.state.status).toBe('connected');
});

test('one that somebody shut down in this page stays down until it is started', async () => {
  const release = manager.need();
  await manager.started();
  await server.services.sessions.shutdown('session-1');
  await settled();
  expect([manager.state.status, server.started]).toEqual(['stopped', 1]);
  await expect(manager.reached()).rejects.toMatchObject({ state: { status: 'stopped' } });
  await manager.started();
  expect([manager.state.status, server.started]).toEqual(['connected', 2]);
  release();
});

test('after the server was started anew, one that is needed comes back by itself, and what waits gets its client', async () => {
  const release = manager.need();
  await manager.started();
  const before = manager.client;
  server.began = 'tuesday';
  server.end('session-1');
  const client = await manager.wanted(never);
  expect(client).not.toBe(before);
  expect(before?.isClosed).toBe(true);
  expect([manager.state.status, server.started]).toEqual(['connected', 2]);
  release();
});

test('a kernel whose connection is made anew is held anew: what it said meanwhile is lost', async () => {
  await manager.started();
  const before = manager.client;
  server.session?.connectionStatusChanged.emit('connected');
  server.session?.connectionStatusChanged.emit('connecting');
  expect(before?.isClosed).toBe(true);
  const client = await manager.reached();
  expect(client).not.toBe(before);
  expect([server.started, server.kernel.connections.length]).toEqual([1, 2]);
});

describe('with time', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());

  test('a server that does not answer is waited for, and asked again', async () => {
    server.isAway = true;
    await expect(manager.reached()).rejects.toMatchObject({ state: { status: 'waiting' } });
    const client = manager.wanted(never);
    await settled();
    server.isAway = false;
    await jest.advanceTimersByTimeAsync(60_000);
    await expect(client).resolves.toBe(manager.client);
  });

  test('a kernel that never welcomes is given up, with the reason', async () => {
    server.kernel.isAnswering = false;
    const failed = expect(manager.reached()).rejects.toMatchObject({
      state: { status: 'failed', failure: { code: 'ERR_COVEY_MANAGER_SILENT' } },
    });
    for (let tries = 0; tries < 4; tries++) await jest.advanceTimersByTimeAsync(60_000);
    await failed;
    expect(server.started).toBe(1);
  });

  test('a failure of the server’s own is no sign that it is away', async () => {
    jest.spyOn(server, 'answer').mockImplementation(() => {
      throw new ServerConnection.ResponseError({ status: 500 });
    });
    const failed = expect(manager.reached()).rejects.toMatchObject({
      state: { status: 'failed', failure: { message: 'status 500' } },
    });
    await jest.advanceTimersByTimeAsync(60_000);
    await failed;
  });
  test('who waits for it may give up', async () => {
    server.kernel.isAnswering = false;
    const giveUp = new AbortController();
    const waiting = manager.wanted(giveUp.signal);
    await settled();
    giveUp.abort(new Error('nobody looks'));
    await expect(waiting).rejects.toThrow('nobody looks');
  });

  test('a manager that speaks another protocol is refused, and says which side is older', async () => {
    server.kernel.skew = { older: 'kernel', works: false, message: 'install the newer Covey' };
    const failed = expect(manager.reached()).rejects.toMatchObject({
      state: { failure: { code: 'ERR_COVEY_BRIDGE_VERSION', welcome: { skew: { older: 'kernel' } } } },
    });
    await jest.advanceTimersByTimeAsync(60_000);
    await failed;
  });
});
