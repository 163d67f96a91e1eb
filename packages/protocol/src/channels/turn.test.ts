import { gatherTurnEnds } from './turn.js';

test('what is to run at the end of a turn runs once, in order, and in one go', () => {
  const scheduled: (() => void)[] = [];
  const atEnd = gatherTurnEnds((run) => scheduled.push(run));
  const ran: string[] = [];
  atEnd(() => ran.push('a'));
  atEnd(() => {
    ran.push('b');
    atEnd(() => ran.push('next turn'));
  });
  expect(scheduled).toHaveLength(1);
  scheduled.shift()?.();
  expect(ran).toEqual(['a', 'b']);
  expect(scheduled).toHaveLength(1);
  scheduled.shift()?.();
  expect(ran).toEqual(['a', 'b', 'next turn']);
});

test('one that throws does not keep the others from running: no channel is left with what it wrote', () => {
  const scheduled: (() => void)[] = [];
  const atEnd = gatherTurnEnds((run) => scheduled.push(run));
  const ran: string[] = [];
  atEnd(() => {
    atEnd(() => ran.push('last'));
    throw new Error('a listener failed');
  });
  atEnd(() => ran.push('other channel'));
  expect(() => scheduled.shift()?.()).toThrow('a listener failed');
  while (scheduled.length > 0) scheduled.shift()?.();
  expect(ran).toEqual(['other channel', 'last']);
});
