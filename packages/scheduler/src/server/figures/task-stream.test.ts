import { readFigures } from '@covey/protocol/bridge';
import type { TaskStreamColumns } from '@covey/protocol/bridge';
import type { WorkerId } from '@covey/protocol/internal';
import { Outcome, TaskStream } from './task-stream.js';

function read(stream: TaskStream, cursor: number): TaskStreamColumns & { cursor: number; missed: number } {
  const portion = stream.read(cursor);
  const { data } = readFigures({ topic: 'task-stream', epoch: 'e', ...portion });
  return { ...data, cursor: portion.cursor, missed: portion.missed };
}

function run(stream: TaskStream, n: number, name = 'f', thread = 0): void {
  stream.add({
    workerId: 1 as WorkerId,
    worker: 'a',
    thread,
    name,
    taskId: n,
    startMs: n,
    durationMs: 1,
    outcome: Outcome.done,
  });
}

test('tells what came since the cursor, with the names and lanes that came with it', () => {
  const stream = new TaskStream(10);
  run(stream, 1);
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
  expect(first.task).toHaveLength(4000);
  expect(read(stream, first.cursor).task).toHaveLength(2000);
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
