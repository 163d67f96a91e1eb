import { readFigures, RunOutcome } from '@covey/protocol/bridge';
import type { TaskId } from '@covey/protocol/internal';
import { RunLog } from '../run-log.js';
import { TaskStream } from './task-stream.js';
import { WorkerRuns } from './worker-runs.js';

function ended(runs: WorkerRuns, ...runsOf: readonly (readonly [task: number, startMs: number, thread: number])[]) {
  const log = new RunLog();
  for (const [task, startMs, thread] of runsOf) log.add(task as TaskId, 'f', startMs, 1, thread, RunOutcome.done);
  runs.ended(log);
}

function told(stream: TaskStream) {
  return readFigures({ topic: 'task-stream', epoch: 'e', ...stream.read(0) }).data;
}

test('each thread of each worker has a lane, from its first run on', () => {
  const stream = new TaskStream();
  const [a, b] = [new WorkerRuns(stream, 'a'), new WorkerRuns(stream, 'b')];
  ended(a, [0, 0, 1]);
  ended(b, [1, 1, 0]);
  ended(a, [2, 2, 0], [3, 3, 1]);
  expect([...told(stream).lane]).toEqual([0, 1, 2, 0]);
  expect(told(stream).lanes.added).toEqual([
    { worker: 'a', thread: 1 },
    { worker: 'b', thread: 0 },
    { worker: 'a', thread: 0 },
  ]);
});

test.each([
  ['as they are while nothing was heard', [], 1000],
  ['as they are when the clock seems to be the same', [[1000, 1049]], 1000],
  ['by the scheduler’s clock when it is another', [[1000, 61_000]], 61_000],
  ['by the heartbeat that came fastest', [[1000, 61_900], [2000, 62_000], [3000, 63_500]], 61_000], // prettier-ignore
] as const)('times are told %s', (_how, heartbeats, start) => {
  const stream = new TaskStream();
  const runs = new WorkerRuns(stream, 'a');
  for (const [sentMs, nowMs] of heartbeats) runs.heard(sentMs, nowMs);
  ended(runs, [1, 1000, 0]);
  expect([...told(stream).start]).toEqual([start]);
});
