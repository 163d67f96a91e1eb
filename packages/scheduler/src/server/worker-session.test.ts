import { ProtocolError } from '@covey/protocol';
import { workerNews } from '@covey/protocol/internal';
import type { AttemptId, TaskId, WorkerHeartbeat, WorkerId } from '@covey/protocol/internal';
import type { WorkerStimuli } from '../core/surface.js';
import type { RunLog } from './run-log.js';
import { WorkerSession } from './worker-session.js';

function session(isWatched = false) {
  const told: unknown[][] = [];
  const core = new Proxy(
    {},
    {
      get:
        (_target, name) =>
        (...args: unknown[]) => {
          told.push([name, ...args]);
          // Of an attempt that isn't current, the core names no function.
          return args[2] === attempt ? 'work' : undefined;
        },
    },
  );
  const listener = {
    heartbeat: (...args: unknown[]) => told.push(['heard', ...args]),
    event: (...args: unknown[]) => told.push(['event', ...args]),
    isWatched,
    ran: (log: RunLog) => {
      for (let i = 0; i < log.length; i++) {
        const { tasks, names, starts, durations, threads, outcomes } = log;
        told.push(['ran', tasks[i], names[i], starts[i], durations[i], threads[i], outcomes[i]]);
      }
    },
    failed: (...args: unknown[]) => told.push(['failed', ...args]),
    threadEnded: (...args: unknown[]) => told.push(['threadEnded', ...args]),
  };
  return { session: new WorkerSession(3 as WorkerId, core as WorkerStimuli, listener), told };
}

const [task, attempt] = [5 as TaskId, 6 as AttemptId];
const figures: WorkerHeartbeat = {
  time: 1,
  memory: { process: 1, held: 1, leased: 1, spilled: 0 },
  cpu: 0.5,
  executing: 0,
  ready: 0,
  waiting: 0,
  suspended: 0,
  bytesReceived: 0,
  bytesSent: 0,
  bandwidth: 0,
  loopDelayMs: 0,
};

test('hands news to the core with the worker and the time', () => {
  const { session: worker, told } = session();
  const batch: unknown[] = [];
  workerNews.started(batch, [attempt]);
  workerNews.done(batch, task, attempt, 8, 'number', 1, 2, 0, null);
  workerNews.heartbeat(batch, figures);
  workerNews.event(batch, 'print', 'hello');
  worker.receive(batch, 99);
  expect(told).toEqual([
    ['workerStarted', 3, [attempt], 99],
    ['workerDone', 3, task, attempt, 8, 'number', 1, 2, 0, null, 99],
    ['workerHeartbeat', 3, figures, 99],
    ['heard', figures, 99],
    ['event', 'print', 'hello', 99],
  ]);
});

test.each([
  ['a result without a size', () => workerNews.done, [task, attempt, -1, 'number', 0, 0, 0, null]],
  ['a result that is no bytes', () => workerNews.done, [task, attempt, 1, 'number', 0, 0, 0, 'x']],
  ['a duration that is no number', () => workerNews.done, [task, attempt, 1, 'number', 0, NaN, 0, null]],
  ['an error that is none', () => workerNews.erred, [task, attempt, 0, 0, 0, null]],
  ['attempts that are no list', () => workerNews.started, [7]],
  ['a heartbeat that is no map', () => workerNews.heartbeat, [null]],
  ['a heartbeat with text', () => workerNews.heartbeat, [{ ...figures, cpu: 'much' }]],
])('refuses %s', (_what, message, args) => {
  const { session: worker, told } = session();
  const batch: unknown[] = [];
  (message() as (out: unknown[], ...args: unknown[]) => void)(batch, ...args);
  expect(() => worker.receive(batch, 0)).toThrow(ProtocolError);
  expect(told).toEqual([]);
});

test('tells of current runs while somebody watches, and of failures always, before the core forgets the task', () => {
  const error = { name: 'TypeError', message: 'no', key: 'x' };
  const news: unknown[] = [];
  workerNews.done(news, task, attempt, 8, 'number', 1, 2, 0, null);
  workerNews.done(news, task, 7 as AttemptId, 8, 'number', 1, 2, 0, null);
  workerNews.erred(news, task, attempt, 3, 4, 1, error);
  const names = (isWatched: boolean) => {
    const { session: worker, told } = session(isWatched);
    worker.receive(news, 99);
    return told.map(([name, ...args]) => (name === 'ran' ? [name, ...args] : name));
  };
  expect(names(false)).toEqual(['workerDone', 'workerDone', 'failed', 'workerErred']);
  expect(names(true)).toEqual([
    'workerDone',
    'workerDone',
    'failed',
    'workerErred',
    ['ran', task, 'work', 1, 2, 0, 0],
    ['ran', task, 'work', 3, 4, 1, 1],
  ]);
});

test('tells of the runs before a message that is refused, and of each batch only once', () => {
  const { session: worker, told } = session(true);
  const batch = (...attempts: readonly AttemptId[]) => {
    const news: unknown[] = [];
    for (const each of attempts) workerNews.done(news, task, each, 8, 'number', 1, 2, 0, null);
    return news;
  };
  const ran = () => told.splice(0).filter(([name]) => name === 'ran').length;
  expect(() => worker.receive([...batch(attempt), ...batch(-1 as AttemptId)], 99)).toThrow(ProtocolError);
  expect(ran()).toBe(1);
  worker.receive(batch(...Array.from({ length: 1000 }, () => attempt)), 99);
  expect(ran()).toBe(1000);
  worker.receive(batch(), 99);
  expect(ran()).toBe(0);
});
