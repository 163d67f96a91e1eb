/** Results with futures in them: whose tasks they keep, and how long. */
import type { WorkerId } from '@covey/protocol/internal';
import { World } from './testing/world.js';
import type { WorldClient } from './testing/world.js';

let world: World;
/** Who asked for the outer task. */
let alice: WorldClient;
/** The thread that runs it, and submits the inner ones. */
let thread: WorldClient;

beforeEach(() => {
  world = new World();
  world.worker('w', { nthreads: 4 });
  alice = world.client('alice');
  thread = world.client('thread');
  alice.submit('outer');
  world.flush();
  thread.submit('a', 'b');
  world.flush();
});

/** The outer task is done, and its thread lets its own futures go. */
function finishOuter(): void {
  world.finish('outer');
  thread.release('a', 'b');
}

test('tasks are held from before the result is there until nobody needs it', () => {
  expect(thread.holdInResult('outer', 'a', 'b')).toBe('held');
  thread.release('a', 'b');
  world.finish(['a', 'b']);
  world.finish('outer');
  expect(world.states('a', 'b')).toEqual({ a: 'memory', b: 'memory' });
  expect(world.core.taskInfo('a')?.wantedBy.join()).toMatch(/^the result of outer/);
  alice.release('outer');
  expect(world.states('outer', 'a', 'b')).toEqual({ outer: 'forgotten', a: 'forgotten', b: 'forgotten' });
});

test('who adopts what it found in the result holds it from there on', () => {
  thread.holdInResult('outer', 'a', 'b');
  finishOuter();
  const bob = world.client('bob');
  expect(bob.adopt('a')).toEqual([true]);
  alice.release('outer');
  world.finish('a');
  expect(world.states('a', 'b')).toEqual({ a: 'memory', b: 'processing' });
  world.stop('b', true);
  expect(world.state('b')).toBe('forgotten');
});

test('an unfinished dependent keeps the result, and so what that holds', () => {
  alice.submit({ key: 'dependent', dependsOn: ['outer'] });
  thread.holdInResult('outer', 'a', 'b');
  world.finish(['a', 'b']);
  finishOuter();
  alice.release('outer');
  expect(world.states('outer', 'a')).toEqual({ outer: 'memory', a: 'memory' });
  world.finish('dependent');
  expect(world.states('outer', 'a')).toEqual({ outer: 'released', a: 'forgotten' });
});

test('no copy of such a result is kept beside those of workers', () => {
  thread.holdInResult('outer', 'a');
  world.messages = [];
  world.finish('outer', { nbytes: 3, inline: new Uint8Array(3) });
  expect(world.heard('done')).toEqual([[alice.id, alice.ids.get('outer'), 3, 'object', null]]);
});

test.each([
  ['errs', () => world.err('outer')],
  ['is stopped', () => world.stop('outer', true, 'thread ended')],
  ['dies with its worker', () => world.kill(world.attempts.get('outer')!.worker)],
])('an attempt that %s holds nothing any more', (_, end) => {
  world.finish(['a', 'b']);
  thread.holdInResult('outer', 'a', 'b');
  thread.release('a', 'b');
  end();
  expect(world.states('a', 'b')).toEqual({ a: 'forgotten', b: 'forgotten' });
});

test('a lost result keeps what it held until it is computed again, and then what its new one holds', () => {
  const [, first] = [world.worker('other', { nthreads: 4 }), world.attempts.get('outer')!.worker];
  thread.holdInResult('outer', 'a', 'b');
  world.finish(['a', 'b']);
  finishOuter();
  thread.leave();
  world.kill(first);
  const again = world.client('another thread');
  // An equal call finds the task; another is new.
  again.submit('a', 'c');
  world.flush();
  world.finish('a');
  expect(again.holdInResult('outer', 'a', 'c')).toBe('held');
  expect(world.state('b')).not.toBe('forgotten');
  world.finish('outer');
  again.leave();
  world.finish('c');
  if (world.attempts.has('b')) world.stop('b', true);
  expect(world.states('a', 'b', 'c')).toEqual({ a: 'memory', b: 'forgotten', c: 'memory' });
  alice.release('outer');
  expect(world.states('a', 'c')).toEqual({ a: 'forgotten', c: 'forgotten' });
});

test('a result that errs when it is computed again holds nothing', () => {
  const first = world.attempts.get('outer')!.worker;
  world.worker('other', { nthreads: 4 });
  thread.holdInResult('outer', 'a');
  world.finish(['a', 'b']);
  finishOuter();
  world.kill(first);
  world.err('outer');
  if (world.attempts.has('a')) world.stop('a', true);
  expect(world.states('outer', 'a')).toEqual({ outer: 'erred', a: 'forgotten' });
});

describe('a result that is lost while an attempt elsewhere fetches it', () => {
  let reader: WorkerId;
  let third: WorkerId;

  beforeEach(() => {
    world = new World();
    alice = world.client('alice');
    thread = world.client('thread');
    const holder = world.worker('holder');
    reader = world.worker('reader');
    third = world.worker('third', { nthreads: 4 });
    alice.submit({ key: 'outer', options: { workers: ['holder'], allowOtherWorkers: true } });
    alice.submit({ key: 'dependent', dependsOn: ['outer'], options: { workers: ['reader'] } });
    const elsewhere = { workers: ['third'] };
    thread.submit({ key: 'a', options: elsewhere }, { key: 'b', options: elsewhere });
    world.flush();
    world.finish(['a', 'b']);
    thread.holdInResult('outer', 'a', 'b');
    finishOuter();
    expect(world.attempts.get('dependent')!.worker).toBe(reader);
    world.messages = [];
    world.kill(holder);
  });

  /** On the third worker, since the reader has its thread full. */
  function computeAgain(): void {
    const again = world.client('another thread');
    again.submit('c');
    world.flush();
    expect(world.attempts.get('outer')!.worker).toBe(third);
    expect(again.holdInResult('outer', 'c')).toBe('held');
    world.finish('outer');
  }

  test.each([
    ['done', () => world.finish('dependent')],
    ['stopped', () => world.stop('dependent', false)],
    ['lost', () => world.kill(reader)],
  ])('keeps what it held until that attempt is %s', (_, end) => {
    world.start('dependent');
    computeAgain();
    expect(world.client('its thread').adopt('a')).toEqual([true]);
    expect(world.states('a', 'b')).toEqual({ a: 'memory', b: 'memory' });
    end();
    expect(world.states('a', 'b')).toEqual({ a: 'memory', b: 'forgotten' });
  });

  test('is not read by what has not begun', () => {
    expect(world.heard('cancelAttempt').map(([worker]) => worker)).toEqual([reader]);
  });

  test('has no copy that passes for the result that took its place', () => {
    computeAgain();
    const holders = () => world.core.taskInfo('outer')?.whoHas;
    world.gain(reader, 'outer');
    expect(holders()).toEqual(['tcp://third']);
    world.stop('dependent', false);
    world.gain(reader, 'outer');
    expect(holders()).toEqual(['tcp://third', 'tcp://reader']);
  });
});

test('cancelled by everybody, tasks are let go by results too', () => {
  thread.holdInResult('outer', 'a', 'b');
  world.finish(['a', 'b']);
  finishOuter();
  alice.adopt('a');
  alice.cancel('a', 'everybody');
  expect(world.states('a', 'b')).toEqual({ a: 'forgotten', b: 'memory' });
  alice.release('outer');
  expect(world.state('b')).toBe('forgotten');
});

test('refused: an attempt that is over, tasks that its client does not have, results that hold each other', () => {
  expect(thread.holdInResult('outer', 'a', 'nothing')).toBe('unknown');
  expect(world.core.holdInResult(thread.id, 999 as never, [], world.now)).toBe('over');
  thread.adopt('outer');
  expect(thread.holdInResult('outer', 'outer')).toBe('circular');
  expect(thread.holdInResult('outer', 'a')).toBe('held');
  expect(thread.holdInResult('a', 'outer')).toBe('circular');
  world.finish('outer');
  expect(thread.holdInResult('a', 'outer')).toBe('circular');
});
