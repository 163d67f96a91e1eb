import { SubmissionOrigins } from './origins.js';

test('tasks with made-up keys are found by their ids, others by their keys', () => {
  const origins = new SubmissionOrigins();
  origins.note(1, 'inc-abc', 'cell 1');
  origins.note(11, 'add-abc', 'cell 1');
  origins.note(12, ['total', 'a-7'], 'cell 2');
  origins.note(14, 'inc-abc', 'cell 3');
  expect(['inc-abc-1', 'inc-abc-10', 'add-abc-11', 'inc-abc-900'].map((key) => origins.of(key))).toEqual([
    'cell 1',
    'cell 1',
    'cell 1',
    'cell 3',
  ]);
  expect([origins.of('total'), origins.of('a-7'), origins.of('nobody'), origins.of('inc-abc-0')]).toEqual([
    'cell 2',
    'cell 2',
    undefined,
    undefined,
  ]);
});

test('it stays small: the oldest keys and stretches are forgotten', () => {
  const origins = new SubmissionOrigins();
  for (let i = 1; i <= 200_000; i++) {
    origins.note(i, 'f', i);
    origins.note(i, [`key ${i}`], i);
  }
  expect([origins.of('f-200000'), origins.of('key 200000')]).toEqual([200_000, 200_000]);
  expect([origins.of('f-5'), origins.of('key 5')]).toEqual([undefined, undefined]);
});
