/** Random histories: threads, peers and a scheduler that do what they may in any order, with every invariant checked after each step. */
import type { AttemptId, TaskId, WorkerId } from '@covey/protocol/internal';
import { CoreWorld } from './testing/core-world.js';
import { RandomWorld } from './testing/random-world.js';

const HISTORIES = 600;
const STEPS = 250;

function play(seed: number): RandomWorld {
  const world = new RandomWorld(seed);
  for (let step = 0; step < STEPS; step++) world.step();
  world.finish();
  return world;
}

it.each(Array.from({ length: 10 }, (_, batch) => batch))(
  'random histories end with an answer for every attempt (batch %i)',
  (batch) => {
    for (let i = 0; i < HISTORIES / 10; i++) {
      const seed = batch * 1000 + i;
      try {
        const world = play(seed);
        expect(world.unanswered()).toEqual([]);
        expect(world.leftovers()).toEqual([]);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  },
);

it('late and foreign messages of all kinds are without effect', () => {
  const world = new CoreWorld();
  const { core, now } = world;
  const task = 77 as TaskId;
  core.handleCancel(77 as AttemptId, '', now);
  core.handleFree([task], now);
  core.handleHolders(task, 1, [9 as WorkerId], now);
  core.handlePeerGone(9 as WorkerId, now);
  core.handleFetched(7, task, 1, 'x', now);
  core.handleFetchAbsent(7, task, now);
  core.handleFetchEnded(7, now);
  core.handleThreadReady(55);
  core.handleDone(55, 77 as AttemptId, 1, '', 0, 0, 'y', now);
  core.handlePinned(55, 77 as AttemptId, '', '', 0, 0, now);
  core.handleErred(55, 77 as AttemptId, 0, 0, { name: '', message: '', key: '' }, now);
  core.handleStopped(55, 77 as AttemptId, '', now);
  core.handleSuspended(55, 77 as AttemptId, now);
  core.handleResumed(55, 77 as AttemptId, now);
  core.handleThreadEnded(55, undefined, now);
  expect(world.turn()).toEqual(['dropPeer 9', 'discard x', 'discard y']);
});
