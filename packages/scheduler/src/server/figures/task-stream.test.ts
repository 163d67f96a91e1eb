import { readFigures, RunOutcome } from '@covey/protocol/bridge';
import type { TaskStreamColumns } from '@covey/protocol/bridge';
import type { TaskId } from '@covey/protocol/internal';
import type { Lane } from './lane.js';
import { TaskStream } from './task-stream.js';

interface Run {
  readonly lane: number;
  readonly name: string;
  readonly taskId: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly outcome: number;
}

function read(stream: TaskStream, cursor: number): TaskStreamColumns & { cursor: number; missed: number } {
  const portion = stream.read(cursor);
  const { data } = readFigures({ topic: 'task-stream', epoch: 'e', ...portion });
  return { ...data, cursor: portion.cursor, missed: portion.missed };
}

/** So many runs in no time that what follows joins; each of a function of its own. */
function crowd(stream: TaskStream): void {
  for (let n = 0; n < 1000; n++) add(stream, { name: `crowd${n}`, startMs: 0, durationMs: 0 });
}

/** The lanes of each stream, made as they are met. */
const lanesOf = new WeakMap<TaskStream, Lane[]>();

function add(stream: TaskStream, run: Partial<Run>): void {
  const common = { lane: 0, name: 'f', taskId: 1, startMs: 0, durationMs: 0.25, outcome: RunOutcome.done };
  const { lane, name, taskId, startMs, durationMs, outcome } = { ...common, ...run };
  const lanes = lanesOf.get(stream) ?? [];
  lanesOf.set(stream, lanes);
  lanes[lane] ??= stream.addLane('a', lane);
  lanes[lane].ended(taskId as TaskId, name, startMs, durationMs, outcome);
}

function run(stream: TaskStream, n: number, name = 'f', lane = 0): void {
  add(stream, { taskId: n, startMs: n, durationMs: 1, name, lane });
}

test('tells what came since the cursor, with the names and lanes that came with it', () => {
  const stream = new TaskStream(10);
  run(stream, 1, 'f', 0);
  run(stream, 2, 'g', 1);
  const first = read(stream, 0);
  expect([...first.task]).toEqual([1, 2]);
  expect(first.names).toEqual({ first: 0, added: ['f', 'g'] });
  expect(first.lanes.added).toEqual([
    { worker: 'a', thread: 0 },
    { worker: 'a', thread: 1 },
  ]);
  run(stream, 3, 'g');
  run(stream, 4, 'h');
  const second = read(stream, first.cursor);
  expect([...second.task]).toEqual([3, 4]);
  expect([...second.name]).toEqual([1, 2]);
  expect(second.names).toEqual({ first: 2, added: ['h'] });
  expect(second.lanes).toEqual({ first: 2, added: [] });
  expect(read(stream, second.cursor).start).toHaveLength(0);
});

test('keeps the newest runs, and says how many a viewer missed, with all names it could not know', () => {
  const stream = new TaskStream(4);
  for (let n = 1; n <= 11; n++) run(stream, n, `f${n}`);
  const told = read(stream, 2);
  expect([...told.task]).toEqual([8, 9, 10, 11]);
  expect(told.missed).toBe(5);
  expect(told.names).toEqual({ first: 2, added: ['f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10', 'f11'] });
});

test('goes on counting after a rest', () => {
  const stream = new TaskStream(4);
  run(stream, 1);
  stream.rest();
  run(stream, 2);
  const told = read(stream, 0);
  expect([...told.task]).toEqual([2]);
  expect([told.cursor, told.missed]).toEqual([2, 1]);
  expect(told.names.added).toEqual(['f']);
});

test('large portions come in parts', () => {
  const stream = new TaskStream();
  for (let n = 0; n < 6000; n++) run(stream, n);
  const first = read(stream, 0);
  expect(first.task).toHaveLength(5000);
  expect(read(stream, first.cursor).task).toHaveLength(1000);
});

test('beyond the most names there are, runs share one', () => {
  const stream = new TaskStream(20_000);
  for (let n = 0; n < 10_005; n++) run(stream, n, `f${n}`);
  const names: string[] = [];
  for (let cursor = 0; cursor < 10_005;) {
    const told = read(stream, cursor);
    names.push(...told.names.added);
    cursor = told.cursor;
  }
  expect(names.at(-1)).toBe('…');
  expect(names).toHaveLength(10_001);
});

describe('in a crowd', () => {
  test('tiny runs that follow each other in a lane are one row, from the first to the end of the last', () => {
    const stream = new TaskStream();
    crowd(stream);
    for (let n = 0; n < 8; n++) add(stream, { taskId: n, startMs: n / 2, lane: n % 2 });
    const { task, start, duration, lane, count } = read(stream, 1000);
    expect([...task]).toEqual([0, 1]);
    expect([...start]).toEqual([0, 0.5]);
    expect([...duration]).toEqual([3.25, 3.25]);
    expect([...lane]).toEqual([0, 1]);
    expect([...count]).toEqual([4, 4]);
  });

  test.each<readonly [what: string, second: Partial<Run>]>([
    ['of another function', { startMs: 0.25, name: 'g' }],
    ['that failed', { startMs: 0.25, outcome: RunOutcome.erred }],
    ['that is long', { startMs: 0.25, durationMs: 1 }],
    ['after a pause', { startMs: 1.5 }],
    ['in another lane', { startMs: 0.25, lane: 1 }],
  ])('a run %s is a row of its own', (_what, second) => {
    const stream = new TaskStream();
    crowd(stream);
    add(stream, {});
    add(stream, second);
    expect([...read(stream, 1000).count]).toEqual([1, 1]);
  });

  test('a failure takes no run after it', () => {
    const stream = new TaskStream();
    crowd(stream);
    add(stream, { outcome: RunOutcome.erred });
    add(stream, { startMs: 0.25 });
    expect([...read(stream, 1000).count]).toEqual([1, 1]);
  });

  test('rows end after a while', () => {
    const stream = new TaskStream();
    crowd(stream);
    for (let n = 0; n < 100; n++) add(stream, { startMs: n / 4 });
    expect([...read(stream, 1000).count]).toEqual([79, 21]);
  });

  test('what is open is told when somebody asks whether there is anything new', () => {
    const stream = new TaskStream();
    crowd(stream);
    for (let n = 0; n < 3; n++) add(stream, { startMs: n / 4 });
    expect(stream.newest()).toBe(1001);
  });

  test('what a viewer was told stays as it is', () => {
    const stream = new TaskStream();
    crowd(stream);
    add(stream, {});
    const { cursor } = read(stream, 1000);
    add(stream, { startMs: 0.25 });
    expect([...read(stream, cursor).count]).toEqual([1]);
    expect([...read(stream, 1000).count]).toEqual([1, 1]);
  });

  test('ends when runs come slowly again', () => {
    const stream = new TaskStream();
    crowd(stream);
    for (let n = 0; n < 4; n++) add(stream, { startMs: 200 + n / 4 });
    expect([...read(stream, 1000).count]).toEqual([1, 1, 1, 1]);
  });
});
