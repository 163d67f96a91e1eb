import type { ErrorReport, WorkerDeath } from '@covey/protocol/internal';
import { THREAD_ENDED } from '@covey/protocol/internal';
import { World } from './testing/world.js';

const DEATH: WorkerDeath = {
  worker: 'w',
  pid: 1,
  exitCode: 137,
  signal: 'SIGKILL',
  memory: [[1000, 5e8]],
  memoryLimit: 1e9,
  overMemory: false,
  stderr: 'killed',
};

describe('a worker that is lost', () => {
  test('has its attempts run elsewhere', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('x', 'y');
    world.flush();
    world.worker('b');
    world.kill(a);
    expect(world.running()).toEqual({ x: 'b', y: 'b' });
    expect(world.news(client)).toEqual([]);
  });

  test('counts for the attempts that may have run there, as an error does that is tried again', () => {
    const world = new World();
    const a = world.worker('a', { nthreads: 2 });
    const client = world.client();
    client.submit({ key: 'x', options: { retries: 2 } }, 'waits');
    world.flush();
    const tries = () => world.heard('compute').map(([, , , key, , , , , , , count]) => [key, count]);
    expect(tries()).toEqual([
      ['x', 1],
      ['waits', 1],
    ]);
    world.start('x');
    world.worker('b', { nthreads: 2 });
    world.kill(a);
    expect(tries()).toEqual([['x', 2]]);
    world.err('x');
    expect(tries()).toContainEqual(['x', 3]);
    world.finish('x');
    expect(world.running()).toEqual({ waits: 'b' });
  });

  test('has its results computed again from lineage, and clients hear of it', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit({ key: 'inner', options: { wanted: false } }, { key: 'outer', dependsOn: ['inner'] });
    world.flush();
    world.finish('inner');
    world.finish('outer');
    world.worker('b');
    world.messages = [];
    world.kill(a);
    expect(world.news(client)).toEqual(['pending outer']);
    expect(world.states('inner', 'outer')).toEqual({ inner: 'processing', outer: 'processing' });
    world.finish('inner');
    world.finish('outer');
    expect(world.news(client)).toEqual(['done outer']);
  });

  test('takes nothing away of what others hold too', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('x');
    world.flush();
    world.finish('x');
    const b = world.worker('b');
    world.gain(b, 'x');
    expect(world.core.whoHas(null, { keys: ['x'] })).toEqual({ x: ['tcp://a', 'tcp://b'] });
    world.kill(a);
    expect(world.state('x')).toBe('memory');
    expect(world.core.hasWhat()).toEqual({ 'tcp://b': ['x'] });
  });

  test('sends ready dependents back to waiting', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('data');
    world.flush();
    world.finish('data');
    client.submit({ key: 'use', dependsOn: ['data'], options: { workers: ['later'] } });
    expect(world.state('use')).toBe('no-worker');
    world.kill(a);
    expect(world.states('data', 'use')).toEqual({ data: 'queued', use: 'waiting' });
  });

  test('is made known as gone to those who knew it', () => {
    const world = new World();
    const a = world.worker('a');
    const b = world.worker('b');
    const client = world.client();
    client.submit({ key: 'data', options: { workers: ['a'] } });
    world.flush();
    world.finish('data');
    client.submit({ key: 'use', dependsOn: ['data'], options: { workers: ['b'] } });
    world.flush();
    world.kill(a);
    expect(world.heard('peerGone')).toEqual([[b, a]]);
  });

  test('may be asked for results that dependents elsewhere miss: these make room and come again', () => {
    const world = new World();
    const a = world.worker('a');
    const b = world.worker('b');
    const client = world.client();
    client.submit({ key: 'data', options: { workers: ['a'] } });
    world.flush();
    world.finish('data');
    client.submit({ key: 'use', dependsOn: ['data'], options: { workers: ['b'] } });
    world.flush();
    const data = world.taskId('data');
    world.kill(a);
    world.messages = [];
    world.core.workerMissing(b, data, a, 0);
    expect(world.messages.map(({ said }) => said)).toEqual(['holders', 'cancelAttempt']);
    world.stop('use', false);
    expect(world.state('use')).toBe('waiting');
    world.worker('a');
    world.flush();
    world.finish('data');
    expect(world.running()).toEqual({ use: 'b' });
  });
});

describe('a result that is not where it should be', () => {
  test('is fetched from another holder if there is one', () => {
    const world = new World();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => world.worker(name));
    const client = world.client();
    client.submit({ key: 'data', options: { workers: ['a'] } });
    world.flush();
    world.finish('data', { nbytes: 9000 });
    world.gain(b!, 'data');
    client.submit({ key: 'use', dependsOn: ['data'], options: { workers: ['c'] } });
    world.flush();
    world.messages = [];
    world.core.workerMissing(c!, world.taskId('data'), a!, 0);
    expect(world.heard('holders')).toEqual([[c, world.taskId('data'), 9000, [b]]]);
    expect(world.core.whoHas(null, { keys: ['data'] })).toEqual({ data: ['tcp://b'] });
  });

  test('is computed again when a client finds nobody who has it', () => {
    const world = new World();
    world.worker('a');
    const client = world.client();
    client.submit('x');
    world.flush();
    world.finish('x');
    const id = client.ids.get('x')!;
    expect(world.core.locate(client.id, [id], undefined, 0)).toMatchObject([{ addresses: ['tcp://a'] }]);
    world.messages = [];
    expect(world.core.locate(client.id, [id], ['tcp://a'], 0)).toMatchObject([{ addresses: [] }]);
    expect(world.news(client)).toEqual(['pending x']);
  });

  test('is computed again when its worker says it lost it', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('x');
    world.flush();
    world.finish('x');
    world.core.workerLost(a, [world.taskId('x')], 0);
    world.flush();
    expect(world.running()).toEqual({ x: 'a' });
  });

  test('need not be when a copy turns up that was under way', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('x');
    world.flush();
    world.finish('x');
    world.core.workerLost(a, [world.taskId('x')], 0);
    const b = world.worker('b');
    world.messages = [];
    world.core.workerGained(b, [world.taskId('x')], 0);
    expect(world.state('x')).toBe('memory');
    expect(world.news(client)).toEqual(['done x']);
  });
});

describe('blame', () => {
  test('falls on attempts that had started, and these run again one at a time, alone', () => {
    const world = new World();
    const a = world.worker('a', { nthreads: 2 });
    const client = world.client();
    client.submit('s1', 's2', 'waiting');
    world.flush();
    world.start('s1', 's2');
    world.kill(a);
    world.worker('b', { nthreads: 4 });
    client.submit('new');
    world.flush();
    expect(world.core.taskInfo('s1')?.suspicion).toBe(1);
    expect(world.core.taskInfo('waiting')?.suspicion).toBe(0);
    expect(world.running()).toEqual({ s1: 'b' });
    world.finish('s1');
    expect(world.running()).toEqual({ s2: 'b' });
    world.finish('s2');
    expect(Object.keys(world.running()).sort()).toEqual(['new', 'waiting']);
  });

  test('falls on tiny tasks that were sent when no start was reported, since workers report those late', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('known');
    world.flush();
    world.finish('known', { durationMs: 0.1 });
    client.submit('t1', 't2');
    world.flush();
    world.kill(a);
    world.worker('b', { nthreads: 4 });
    world.flush();
    expect(world.core.taskInfo('t1')?.suspicion).toBe(1);
    expect(world.core.taskInfo('t2')?.suspicion).toBe(1);
    expect(world.running()).toEqual({ t1: 'b' });
  });

  test('spares tiny tasks when another one is known to have started', () => {
    const world = new World();
    const a = world.worker('a', { nthreads: 2 });
    const client = world.client();
    client.submit('known');
    world.flush();
    world.finish('known', { durationMs: 0.1 });
    client.submit('t1', 't2');
    world.flush();
    world.start('t1');
    world.kill(a);
    expect(world.core.taskInfo('t1')?.suspicion).toBe(1);
    expect(world.core.taskInfo('t2')?.suspicion).toBe(0);
  });

  test('in the end only the guilty one is blamed, with the evidence', () => {
    const world = new World();
    const client = world.client();
    client.submit('innocent', 'guilty');
    let worker = world.worker('w0', { nthreads: 2 });
    world.flush();
    for (let i = 1; i <= 5; i++) {
      for (const key of [...world.attempts.keys()]) {
        world.start(key);
        if (key === 'innocent' && i > 1) world.finish(key);
      }
      if (world.attempts.has('guilty')) {
        world.start('guilty');
        world.kill(worker, { death: DEATH });
        worker = world.worker(`w${i}`, { nthreads: 2 });
        world.flush();
      }
    }
    expect(world.states('innocent', 'guilty')).toEqual({ innocent: 'memory', guilty: 'erred' });
    const error = world.core.taskInfo('guilty')?.error;
    expect(error).toMatchObject({
      name: 'KilledWorkerError',
      code: 'ERR_COVEY_KILLED_WORKER',
      details: { attempts: 4, exitCode: 137, signal: 'SIGKILL', memory: [[1000, 5e8]], stderr: 'killed' },
    });
    expect(error?.message).toContain('it was ended by SIGKILL');
  });

  test('spares graceful departures, and attempts whose thread ended for another reason', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('x');
    world.flush();
    world.start('x');
    world.stop('x', true, 'thread ended');
    world.start('x');
    world.kill(a, { graceful: true });
    expect(world.core.taskInfo('x')?.suspicion).toBe(0);
  });

  test('does not lock up when a suspect waits for tasks of its own', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('parent');
    world.flush();
    world.start('parent');
    world.kill(a);
    world.worker('b');
    world.flush();
    client.submit('child');
    world.flush();
    expect(world.running()).toEqual({ parent: 'b' });
    const { worker, taskId, attempt } = world.attempts.get('parent')!;
    world.core.workerSuspended(worker, taskId, attempt, 0);
    world.flush();
    expect(world.running()).toEqual({ parent: 'b', child: 'b' });
  });
});

describe('late and foreign messages', () => {
  test('of an attempt that is not current change nothing, and its data is dropped', () => {
    const world = new World();
    const a = world.worker('a');
    const b = world.worker('b');
    const client = world.client();
    client.submit('x');
    world.flush();
    const { worker, taskId, attempt } = world.attempts.get('x')!;
    const other = worker === a ? b : a;
    world.core.workerDone(other, taskId, attempt, 1, 't', 0, 1, 0, null, 0);
    world.core.workerDone(worker, taskId, (attempt + 1) as never, 1, 't', 0, 1, 0, null, 0);
    world.core.workerErred(other, taskId, attempt, 0, 1, 0, { name: 'E', message: 'm', key: 'x' }, 0);
    world.core.workerStopped(other, taskId, attempt, true, 'r', 0);
    expect(world.state('x')).toBe('processing');
    world.flush();
    expect(world.heard('free')).toEqual([[other, [taskId], 0]]);
    world.finish('x');
    world.core.workerDone(worker, taskId, attempt, 1, 't', 0, 1, 0, null, 0);
    world.flush();
    expect(world.heard('free')).toEqual([]);
  });

  test('of workers and tasks that are gone are harmless', () => {
    const world = new World();
    const a = world.worker('a');
    const client = world.client();
    client.submit('x');
    world.flush();
    const { taskId, attempt } = world.attempts.get('x')!;
    world.kill(a, { graceful: true });
    world.core.workerDone(a, taskId, attempt, 1, 't', 0, 1, 0, null, 0);
    world.core.workerGained(a, [taskId], 0);
    world.core.workerMissing(a, taskId, a, 0);
    world.core.removeWorker(a, { graceful: true, reason: '' }, 0);
    const b = world.worker('b');
    client.release('x');
    world.flush();
    world.messages = [];
    world.core.workerMissing(b, 9999 as never, 0 as never, 0);
    world.core.workerGained(b, [9999 as never], 0);
    world.flush();
    expect(world.messages.map(({ said, args }) => [said, args[1]])).toEqual([
      ['holders', 9999],
      ['free', [9999]],
    ]);
  });
});

test('a suspect that goes over memory when it runs alone is not tried again', () => {
  const world = new World();
  const client = world.client();
  client.submit('greedy');
  for (const name of ['a', 'b']) {
    const worker = world.worker(name);
    world.flush();
    world.start('greedy');
    world.kill(worker, { death: { ...DEATH, overMemory: true } });
  }
  expect(world.heard('erred').map(([, , error]) => error)).toMatchObject([
    { code: 'ERR_COVEY_KILLED_WORKER', details: { attempts: 2, overMemory: true } },
  ]);
});

test('a task whose thread ends because of another begins again, as often as its worker may die under it', () => {
  const world = new World({ allowedFailures: 2 });
  world.worker('a');
  const client = world.client();
  client.submit('outer');
  world.flush();
  for (let i = 0; i < 2; i++) {
    world.stop('outer', true, THREAD_ENDED);
    expect(world.state('outer')).toBe('processing');
  }
  world.stop('outer', true, THREAD_ENDED);
  const [[, , error]] = world.heard('erred') as [[unknown, unknown, ErrorReport]];
  expect(error).toMatchObject({ code: 'ERR_COVEY_THREAD_ENDED', details: { times: 3 } });
});
