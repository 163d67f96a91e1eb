import { RECALLED } from '@covey/protocol/internal';
import { CoreWorld } from './testing/core-world.js';

describe('a task without inputs', () => {
  it('is handed to a thread, announced first, and its result kept until it is freed', () => {
    const world = new CoreWorld();
    expect(world.compute(1).turn()).toEqual(['hand 1 1', 'started [1]']);
    expect(world.claim(1).done(1, 1).turn()).toEqual(['done 1 1']);
    expect(world.output.store.get(1)).toBe('value-1');
    expect(world.free(1).turn()).toEqual(['drop 1']);
  });

  it('is ignored when it comes twice, and so is a report that comes twice', () => {
    const world = new CoreWorld();
    world.compute(1).compute(1);
    expect(world.turn()).toEqual(['hand 1 1', 'started [1]']);
    expect(world.claim(1).done(1, 1).done(1, 1).erred(1, 1).stopped(1, 1).turn()).toEqual([
      'done 1 1',
      'discard value-1',
    ]);
  });

  it('that throws is reported and leaves nothing', () => {
    const world = new CoreWorld();
    world.compute(1).turn();
    expect(world.claim(1).erred(1, 1).turn()).toEqual(['erred 1 1 TypeError']);
    expect(world.core.figures).toMatchObject({ waiting: 0, ready: 0, executing: 0, suspended: 0 });
  });
});

describe('a function that has run many times and is tiny', () => {
  const proven = () => {
    const world = new CoreWorld();
    for (let attempt = 1; attempt <= 16; attempt++) {
      world.compute(attempt).turn();
      world.claim(1).done(1, attempt).free(attempt).turn();
    }
    return world;
  };

  it('is not reported as started when it is soon over', () => {
    const world = proven();
    expect(world.compute(20).compute(21).turn()).toEqual(['hand 1 20', 'hand 1 21']);
    expect(world.claim(1).done(1, 20).claim(1).done(1, 21).turn()).toEqual(['done 20 20', 'done 21 21']);
    expect(world.after(5).turn()).toEqual([]);
  });

  it('is reported when it lasts', () => {
    const world = proven();
    world.compute(20).compute(21).turn();
    world.after(3).compute(22).turn();
    world.claim(1).done(1, 20).turn();
    expect(world.after(2).turn()).toEqual(['started [21]']);
    expect(world.after(3).turn()).toEqual(['started [22]']);
  });

  it('is reported at once again after it took long', () => {
    const world = proven();
    world.compute(20).turn();
    world.claim(1).done(1, 20, 5).turn();
    expect(world.compute(21).turn()).toEqual(['hand 1 21', 'started [21]']);
  });
});

describe('a task sent behind the one that makes its input', () => {
  const behind = () => {
    const world = new CoreWorld({ nthreads: 2 });
    world.compute(1).compute(2, { needs: { 1: 1 } });
    expect(world.turn()).toEqual(['hand 1 1', 'started [1]']);
    return world;
  };

  it('waits for it without a question, and runs when it is done', () => {
    const world = behind();
    expect(world.claim(1).done(1, 1).turn()).toEqual(['done 1 1', 'hand 1 2', 'started [2]']);
  });

  it('stays where it is until the scheduler takes it back, should that one fail', () => {
    const world = behind();
    expect(world.claim(1).erred(1, 1).turn()).toEqual(['erred 1 1 TypeError']);
    expect(world.cancel(2).turn()).toEqual(['stopped 2 2 false cancelled']);
  });

  it('asks for the input when that attempt is over, and the result is not there', () => {
    const world = new CoreWorld();
    world.compute(1).turn();
    world.claim(1).erred(1, 1).turn();
    expect(world.compute(2, { needs: { 1: 1 } }).turn()).toEqual(['missing 1 0']);
  });
});

describe('the window', () => {
  it('gives a thread one task of unknown duration at a time, best priority first', () => {
    const world = new CoreWorld();
    world.compute(1, { priority: 3 }).compute(2, { priority: 1 }).compute(3, { priority: 2 });
    expect(world.turn()).toEqual(['hand 1 2', 'started [2]']);
    expect(world.claim(1).done(1, 2, 50).turn()).toEqual(['done 2 2', 'hand 1 3', 'started [3]']);
  });

  it('gives many short ones at once, evenly to idle threads', () => {
    const world = new CoreWorld({ nthreads: 2 }).knowShort();
    for (const attempt of [2, 3, 4, 5]) world.compute(attempt);
    expect(world.turn()).toEqual(['hand 1 2', 'hand 2 3', 'hand 1 4', 'hand 2 5', 'started [2 3 4 5]']);
  });

  it('ends where a few milliseconds of work are ahead', () => {
    const world = new CoreWorld({ window: { windowMs: 4, windowTasks: 1000 } });
    world.compute(1).turn();
    world.claim(1).done(1, 1, 1.5).turn();
    for (const attempt of [2, 3, 4, 5]) world.compute(attempt);
    expect(world.turn()).toEqual(['hand 1 2', 'hand 1 3', 'started [2 3]']);
  });

  it('takes back what waits behind a task that is not short after all, when another thread is idle', () => {
    const world = new CoreWorld({ nthreads: 2 }).knowShort();
    for (const attempt of [2, 3, 4, 5]) world.compute(attempt);
    world.turn();
    world.claim(1).claim(2).claim(2).done(2, 3).done(2, 5).turn();
    expect(world.after(25).turn()).toEqual(['recall 1', 'hand 2 4', 'started [4]']);
    expect(world.claim(1).done(1, 4).turn()).toEqual(['discard value-4']);
  });

  it('is empty while paused, and fetches wait too', () => {
    const world = new CoreWorld();
    world.core.handlePause(true);
    world.compute(1).compute(2, { needs: { 7: [9] } });
    expect(world.turn()).toEqual([]);
    world.core.handleMemory(true);
    world.core.handlePause(false);
    expect(world.turn()).toEqual([]);
    world.core.handleMemory(false);
    expect(world.turn()).toEqual(['hand 1 1', 'started [1]', 'startFetch 1 9 [7]']);
  });
});

describe('a worker that is short of memory', () => {
  it('runs what its suspended tasks wait for, one after the other, and nothing that came later', () => {
    const world = new CoreWorld({ nthreads: 2 });
    world.compute(1).compute(2).turn();
    world.claim(1).claim(2).suspended(1, 1);
    world.core.handleMemory(true);
    world.compute(3).compute(11, { priority: -10 }).compute(12, { priority: -9 });
    expect(world.turn()).toEqual(['suspended 1 1']);
    expect(world.done(2, 2, 50).turn()).toEqual(['done 2 2', 'hand 1 11', 'started [11]']);
    expect(world.turn()).toEqual([]);
    expect(world.claim(1).suspended(1, 11).compute(21, { priority: -20 }).turn()).toEqual([
      'suspended 11 11',
      'hand 1 21',
      'started [21]',
    ]);
    expect(world.claim(1).done(1, 21, 50).turn()).toEqual(['done 21 21', 'hand 1 12', 'started [12]']);
    expect(world.claim(1).done(1, 12, 50).resumed(1, 11).done(1, 11, 50).turn()).toEqual([
      'done 12 12',
      'resumed 11 11',
      'done 11 11',
    ]);
    expect(world.resumed(1, 1).done(1, 1, 50).turn()).toEqual(['resumed 1 1', 'done 1 1']);
    world.core.handleMemory(false);
    expect(world.turn()).toEqual(['hand 1 3', 'started [3]']);
  });

  it('fetches for them when nothing else is left, but not while it retires or is told to pause', () => {
    const world = new CoreWorld();
    world.compute(1).turn();
    world
      .claim(1)
      .suspended(1, 1)
      .compute(2, { priority: -1, needs: { 7: [9] } });
    world.core.handleMemory(true);
    world.core.handlePause(true);
    expect(world.turn()).toEqual(['suspended 1 1']);
    world.core.handlePause(false);
    expect(world.turn()).toEqual(['startFetch 1 9 [7]']);
    world.fetched(1, 7).fetchEnded(1);
    expect(world.turn()).toContain('hand 1 2');
  });
});

describe('inputs', () => {
  it('that are here or inline are no reason to wait', () => {
    const world = new CoreWorld();
    world.compute(1).turn();
    world.claim(1).done(1, 1).turn();
    expect(world.compute(2, { needs: { 1: 0, 50: 'inline' } }).turn()).toEqual(['hand 1 2', 'started [2]']);
  });

  it('are fetched in one batch a peer, kept, and told', () => {
    const world = new CoreWorld();
    world.compute(1, { needs: { 50: [8], 51: [9] } }).compute(2, { needs: { 52: [8] } });
    expect(world.turn()).toEqual(['startFetch 1 8 [50 52]', 'startFetch 2 9 [51]']);
    world.fetched(1, 50).fetched(1, 52).fetchEnded(1);
    expect(world.turn()).toEqual(['hand 1 2', 'started [2]', 'gained [50 52]']);
    expect(world.fetched(2, 51).fetchEnded(2).claim(1).done(1, 2, 50).turn()).toEqual([
      'done 2 2',
      'hand 1 1',
      'started [1]',
      'gained [51]',
    ]);
    expect(world.free(50, 51, 52).turn()).toEqual(['drop 50', 'drop 51', 'drop 52']);
  });

  it('that a peer does not have are asked of the scheduler and fetched from whom it names', () => {
    const world = new CoreWorld();
    world.compute(1, { needs: { 50: [8] } }).turn();
    expect(world.absent(1, 50).fetchEnded(1).turn()).toEqual(['missing 50 8']);
    expect(world.holders(50, 9).turn()).toEqual(['startFetch 2 9 [50]']);
    expect(world.fetched(2, 50).turn()).toEqual(['hand 1 1', 'started [1]', 'gained [50]']);
  });

  it('that fail again are asked for after a while', () => {
    const world = new CoreWorld();
    world.compute(1, { needs: { 50: [8] } }).turn();
    expect(world.fetchEnded(1).turn()).toEqual(['missing 50 8']);
    world.holders(50, 8).turn();
    expect(world.fetchEnded(2).turn()).toEqual([]);
    expect(world.output.wakeAtMs).toBe(world.now + 25);
    expect(world.after(25).turn()).toEqual(['missing 50 8']);
  });

  it('that the worker is wrongly believed to have are missing', () => {
    const world = new CoreWorld();
    expect(
      world
        .compute(1, { needs: { 50: 0 } })
        .compute(2, { needs: { 50: 0 } })
        .turn(),
    ).toEqual(['missing 50 0']);
    expect(world.holders(50).turn()).toEqual([]);
    expect(world.cancel(1).cancel(2).turn()).toEqual(['stopped 1 1 false cancelled', 'stopped 2 2 false cancelled']);
  });

  it('of a peer that is gone are missing, whether in line or under way', () => {
    const world = new CoreWorld({
      fetchLimits: { bytesInFlight: 1e9, batches: 9, batchesPerPeer: 1, batchBytes: 1e9, batchCount: 100 },
    });
    world.compute(1, { needs: { 50: [8] } }).turn();
    world.compute(2, { needs: { 51: [8] } }).turn();
    expect(world.peerGone(8).turn()).toEqual(['dropPeer 8', 'missing 51 8']);
    expect(world.fetchEnded(1).turn()).toEqual(['missing 50 8']);
  });

  it('freed while a task still needs them stay until it has them', () => {
    const world = new CoreWorld();
    world.compute(1).turn();
    world
      .claim(1)
      .done(1, 1)
      .compute(2, { functionId: 2 })
      .compute(3, { needs: { 1: 0 }, priority: 9 })
      .turn();
    expect(world.free(1).turn()).toEqual([]);
    expect(world.claim(1).done(1, 2, 50).turn()).toEqual(['done 2 2', 'hand 1 3', 'drop 1', 'started [3]']);
  });

  it('that come when nobody needs them any more are dropped', () => {
    const world = new CoreWorld();
    world.compute(1, { needs: { 50: [8] } }).turn();
    world.cancel(1);
    expect(world.fetched(1, 50).fetchEnded(1).turn()).toEqual(['stopped 1 1 false cancelled', 'discard copy-50']);
  });

  it('ordered for their own sake are kept until freed', () => {
    const world = new CoreWorld();
    expect(world.acquire(50, 8).turn()).toEqual(['startFetch 1 8 [50]']);
    expect(world.fetched(1, 50).turn()).toEqual(['gained [50]']);
    expect(world.acquire(50, 8).turn()).toEqual([]);
    expect(world.free(50).turn()).toEqual(['drop 50']);
  });

  it('stay within the bytes that may be under way, but one batch always goes', () => {
    const limits = { bytesInFlight: 50, batches: 9, batchesPerPeer: 9, batchBytes: 50, batchCount: 100 };
    const world = new CoreWorld({ fetchLimits: limits });
    world.compute(1, { needs: { 50: [8], 51: [8] } });
    expect(world.turn()).toEqual(['startFetch 1 8 [50]']);
    expect(world.fetched(1, 50).fetchEnded(1).turn()).toEqual(['startFetch 2 8 [51]', 'gained [50]']);
  });
});

describe('cancellation', () => {
  it('of a task that waits or is ready answers at once', () => {
    const world = new CoreWorld();
    world
      .compute(1)
      .compute(2)
      .compute(3, { needs: { 50: [8] } })
      .turn();
    expect(world.cancel(2).cancel(3).turn()).toEqual(['stopped 2 2 false cancelled', 'stopped 3 3 false cancelled']);
  });

  it('of a running task is a signal first, and the end of its thread after the grace', () => {
    const world = new CoreWorld();
    world.compute(1).turn();
    world.claim(1);
    expect(world.cancel(1).turn()).toEqual(['cancelInThread 1 1 cancelled']);
    expect(world.after(199).turn()).toEqual([]);
    expect(world.after(1).turn()).toEqual(['recall 1', 'stopped 1 1 true cancelled', 'startThread 2', 'endThread 1']);
    expect(world.threadEnded(1).threadReady(2).compute(2).turn()).toEqual(['hand 2 2', 'started [2]']);
  });

  it('of a running task that heeds its signal leaves the thread alive, however the task ends', () => {
    for (const end of ['done', 'erred', 'stopped'] as const) {
      const world = new CoreWorld();
      world.compute(1).turn();
      world.claim(1).cancel(1).turn();
      expect(world[end](1, 1).turn()).toContain('stopped 1 1 true cancelled');
      expect(world.after(1000).turn()).toEqual([]);
    }
  });

  it('of a task in a thread that has not started it takes it back', () => {
    const world = new CoreWorld().knowShort();
    world.compute(2).compute(3).compute(4).turn();
    world.claim(1);
    expect(world.cancel(3).turn()).toEqual(['recall 1', 'stopped 3 3 false cancelled', 'hand 1 4', 'started [4]']);
  });

  it('that asks for an attempt back gets it unless it has begun to run', () => {
    const world = new CoreWorld().knowShort();
    world.compute(2).compute(3).compute(4).turn();
    world.claim(1);
    expect(world.cancel(3, RECALLED).turn()).toEqual([
      'recall 1',
      'stopped 3 3 false recalled',
      'hand 1 4',
      'started [4]',
    ]);
    expect(world.cancel(2, RECALLED).turn()).toEqual(['recall 1', 'hand 1 4', 'started [4]']);
    expect(world.after(1000).turn()).not.toContain('endThread 1');
  });

  it('that ends a thread lets its other attempts rerun without blame, and loses what was pinned there', () => {
    const world = new CoreWorld().knowShort();
    world.compute(2).turn();
    world.claim(1).pinned(1, 2).turn();
    world
      .compute(3)
      .compute(4)
      .compute(5, { needs: { 2: 0 }, priority: 99 })
      .turn();
    world.claim(1).claim(1).suspended(1, 3);
    world.turn();
    world.cancel(4).turn();
    const said = world.after(200).turn();
    expect(said).toContain('stopped 3 3 true thread ended');
    expect(said).toContain('stopped 4 4 true cancelled');
    expect(said).toContain('lost [2]');
    expect(said).toContain('missing 2 0');
  });

  it('of something unknown is without effect', () => {
    expect(new CoreWorld().cancel(77).turn()).toEqual([]);
  });
});

describe('timeouts', () => {
  it('count from when the task began, and end it as an error', () => {
    const world = new CoreWorld().knowShort();
    world.compute(2).compute(3, { timeoutMs: 100 }).turn();
    world.claim(1).after(90).claim(1).done(1, 2).turn();
    expect(world.after(20).turn()).toEqual([]);
    expect(world.after(80).turn()).toEqual(['cancelInThread 1 3 timeout']);
    expect(world.stopped(1, 3).turn()).toEqual(['erred 3 3 TaskTimeoutError']);
  });

  it('are without effect on what ended in time', () => {
    const world = new CoreWorld();
    world.compute(1, { timeoutMs: 100 }).turn();
    world.claim(1).done(1, 1).turn();
    expect(world.after(1000).turn()).toEqual([]);
  });
});

describe('suspended tasks', () => {
  it('give their slot to the next task and run on before it when they come back', () => {
    const world = new CoreWorld();
    world.compute(1).compute(2).turn();
    expect(world.claim(1).suspended(1, 1).turn()).toEqual(['suspended 1 1', 'hand 1 2', 'started [2]']);
    expect(world.claim(1).done(1, 2).resumed(1, 1).compute(3, { functionId: 2 }).turn()).toEqual([
      'done 2 2',
      'resumed 1 1',
    ]);
    expect(world.done(1, 1).turn()).toEqual(['done 1 1', 'hand 1 3', 'started [3]']);
  });
});

describe('threads that end by themselves', () => {
  it('are the fault of the task that ran; the others rerun, the unstarted ones elsewhere', () => {
    const world = new CoreWorld().knowShort();
    world.compute(2).compute(3).compute(4).turn();
    world.claim(1).suspended(1, 2).claim(1).turn();
    expect(world.threadEnded(1, 3).turn()).toEqual([
      'recall 1',
      'erred 3 3 ThreadEndedError',
      'stopped 2 2 true thread ended',
      'startThread 2',
    ]);
    expect(world.threadReady(2).turn()).toEqual(['hand 2 4', 'started [4]']);
  });

  it('and threads ended for what their task does blame it alike', () => {
    const world = new CoreWorld();
    world.compute(1).turn();
    world.claim(1);
    world.core.handleThreadGuilty(
      1,
      { running: 1, message: 'its heap is too large', code: 'ERR_WORKER_OUT_OF_MEMORY' },
      world.now,
    );
    expect(world.turn()).toEqual(['recall 1', 'erred 1 1 ThreadEndedError', 'startThread 2', 'endThread 1']);
    expect(world.threadEnded(1).turn()).toEqual([]);
  });

  it('while starting are started again ever later, and at last the worker gives up', () => {
    const world = new CoreWorld();
    world.threadEnded(1, 0);
    world.turn();
    let thread = 2;
    const said: string[] = [];
    for (let i = 0; i < 8; i++) said.push(...world.threadEnded(thread++, 0).after(10_000).turn());
    expect(said.filter((line) => line.startsWith('startThread'))).toHaveLength(4);
    expect(said.at(-1)).toBe('giveUp 5 compute threads in a row ended while starting');
  });
});

describe('pinned values', () => {
  it('bind their dependents to their thread', () => {
    const world = new CoreWorld({ nthreads: 2 }).knowShort();
    world.compute(2).turn();
    expect(world.claim(1).pinned(1, 2).turn()).toEqual(['pinned 2 2']);
    world.compute(3, { needs: { 2: 0 } }).compute(4, { needs: { 2: 0 } });
    expect(world.turn()).toEqual(['hand 1 3', 'hand 1 4', 'started [3 4]']);
    expect(world.free(2).turn()).toEqual(['dropInThread 1 [2]']);
  });

  it('in two threads can not meet', () => {
    const world = new CoreWorld({ nthreads: 2 });
    world.compute(1).compute(2).turn();
    world.pinned(1, 1).pinned(2, 2).turn();
    expect(world.compute(3, { needs: { 1: 0, 2: 0 } }).turn()).toEqual(['erred 3 3 PinnedConflictError']);
  });

  it('are waited for again when their thread ends before the other inputs have come', () => {
    const world = new CoreWorld();
    world.compute(1).turn();
    world.claim(1).pinned(1, 1).turn();
    world.compute(2, { needs: { 1: 0, 50: [7] } }).turn();
    expect(world.threadEnded(1, 0).turn()).toEqual(['recall 1', 'lost [1]', 'missing 1 0', 'startThread 2']);
    world.threadReady(2);
    expect(world.fetched(1, 50).turn()).toEqual(['gained [50]']);
  });
});

describe('actors', () => {
  it('get a thread of their own, which ends with them', () => {
    const world = new CoreWorld();
    expect(world.compute(1, { actor: true }).compute(2).turn()).toEqual(['startThread 2', 'hand 1 2', 'started [2]']);
    expect(world.threadReady(2).turn()).toEqual(['hand 2 1', 'started [1]']);
    expect(world.claim(2).pinned(2, 1).turn()).toEqual(['pinned 1 1']);
    expect(world.core.threadOf(1 as never)).toBe(2);
    expect(world.compute(3).claim(1).done(1, 2).turn()).toEqual(['done 2 2', 'hand 1 3', 'started [3]']);
    expect(world.free(1).turn()).toEqual(['dropInThread 2 [1]', 'endThread 2']);
  });

  it('that can not be made or are cancelled leave no thread', () => {
    const world = new CoreWorld();
    world.compute(1, { actor: true }).compute(2, { actor: true }).turn();
    expect(world.cancel(1).turn()).toEqual(['stopped 1 1 false cancelled', 'endThread 2']);
    world.threadReady(3).turn();
    expect(world.claim(3).erred(3, 2).turn()).toEqual(['erred 2 2 TypeError', 'endThread 3']);
  });
});
