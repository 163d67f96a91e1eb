import type { Welcome } from '../bridge/bridge-client.js';
import { ManagerMachine, QUIET_MS } from './manager-machine.js';
import type { Interest, ManagerEvent } from './manager-machine.js';

const welcome: Welcome = {
  type: 'welcome',
  protocol: 1,
  covey: '0.1.0',
  mode: 'manager',
  host: 'h',
  user: 'u',
  skew: null,
};
const failure = { code: 'ERR_X', message: 'no' };

/** An event without the number of its step: that is the one under way. */
type Bare<Event> = Event extends unknown ? Omit<Event, 'step'> : never;

const ANSWERS = new Set<ManagerEvent['type']>(['absent', 'not-installed', 'welcome', 'failure', 'asked']);

class World {
  readonly machine = new ManagerMachine();
  nowMs = 1_000_000;
  private _step = 0;

  /** What is done about an event, in words: `connect`, `look` (a connect that starts none), `ask`, `release`, `timer 1000`. */
  send(event: Bare<ManagerEvent>, step = this._step): string[] {
    const isAnswer = ANSWERS.has(event.type);
    return this.machine
      .handle({ ...event, ...(isAnswer && { step }) } as ManagerEvent, this.nowMs)
      .map((instruction) => {
        if ('step' in instruction) this._step = instruction.step;
        if (instruction.type === 'connect') return instruction.mayStart ? 'connect' : 'look';
        return instruction.type === 'set-timer' ? `timer ${instruction.afterMs}` : instruction.type;
      });
  }

  interest(interest: Interest): string[] {
    return this.send({ type: 'interest', interest });
  }

  get status(): string {
    return this.machine.state.status;
  }

  get step(): number {
    return this._step;
  }

  /** Connected, heard just now, and needed or not. */
  static connected(interest: Interest = 'needed'): World {
    const world = new World();
    world.send({ type: 'start' });
    world.send({ type: 'welcome', welcome });
    world.interest(interest);
    return world;
  }
}

const away = { type: 'failure', failure, passes: true } as const;
const broken = { type: 'failure', failure, passes: false } as const;
const gone = { type: 'asked', isThere: false, isNewServer: false } as const;

test('who needs one starts it; who only shows takes what is there', () => {
  expect(new World().interest('needed')).toEqual(['connect']);
  const world = new World();
  expect(world.interest('shown')).toEqual(['look']);
  expect(world.send({ type: 'absent' })).toEqual([]);
  expect(world.status).toBe('idle');
  expect(world.interest('needed')).toEqual(['connect']);
  expect(world.status).toBe('starting');
});

test('one that is needed while it is looked for is started when there is none', () => {
  const world = new World();
  expect(world.send({ type: 'look' })).toEqual(['look']);
  expect(world.interest('needed')).toEqual([]);
  expect(world.send({ type: 'absent' })).toEqual(['connect']);
});

describe('when it is lost', () => {
  test('after this page shut it down it stays so, also where it is needed, until somebody starts it', () => {
    const world = World.connected();
    world.send({ type: 'shutdown-asked' });
    expect(world.send({ type: 'lost' })).toEqual(['release']);
    expect(world.status).toBe('stopped');
    expect([world.interest('none'), world.interest('needed')]).toEqual([[], []]);
    expect(world.send({ type: 'start' })).toEqual(['connect']);
  });

  test.each([
    ['another is there', 0, { ...gone, isThere: true }, ['connect'], 'starting'],
    ['it was in use: somebody shut it down elsewhere', 0, gone, ['timer 2000'], 'stopped'],
    ['the server is another one', 0, { ...gone, isNewServer: true }, ['connect'], 'starting'],
    ['it was quiet: the server took it for idle', QUIET_MS + 1, gone, ['connect'], 'starting'],
  ] as const)('and %s', (_, quietMs, answer, instructions, status) => {
    const world = World.connected();
    world.nowMs += quietMs;
    expect(world.send({ type: 'lost' })).toEqual(['release', 'ask']);
    expect(world.send(answer)).toEqual(instructions);
    expect(world.status).toBe(status);
  });

  test('and somebody seems to have shut it down, it may have been the server on its way out', () => {
    for (const [answer, status] of [
      [{ ...gone, isNewServer: true }, 'starting'],
      [away, 'waiting'],
    ] as const) {
      const world = World.connected();
      world.send({ type: 'lost' });
      world.send(gone);
      expect(world.send({ type: 'retry' })).toEqual(['ask']);
      expect(world.status).toBe('stopped');
      world.send(answer);
      expect(world.status).toBe(status);
    }
  });

  test('and the server goes on without it, it was shut down', () => {
    const world = World.connected();
    world.send({ type: 'lost' });
    const waits = [1, 2, 3].map(() => {
      const waited = world.send(gone);
      expect(world.send({ type: 'retry' })).toEqual(['ask']);
      return waited;
    });
    expect(waits).toEqual([['timer 2000'], ['timer 5000'], ['timer 10000']]);
    expect(world.send(gone)).toEqual([]);
    expect(world.send({ type: 'retry' })).toEqual([]);
    expect([world.interest('none'), world.interest('needed')]).toEqual([[], []]);
    expect(world.status).toBe('stopped');
  });

  test('and another is asked for meanwhile, what the old one answers is nobody’s', () => {
    const world = World.connected();
    world.send({ type: 'lost' });
    const old = world.step;
    world.send(gone);
    expect(world.send({ type: 'start' })).toEqual(['clear-timer', 'connect']);
    expect(world.send(gone, old)).toEqual([]);
    expect(world.status).toBe('starting');
  });

  test('one that was culled comes back when it is needed, and not before', () => {
    const world = World.connected('shown');
    world.nowMs += QUIET_MS + 1;
    world.send({ type: 'lost' });
    expect(world.send(gone)).toEqual([]);
    expect(world.status).toBe('idle');
    expect(world.interest('needed')).toEqual(['connect']);
  });

  test('a page whose wish to shut it down came to nothing long ago does not count', () => {
    const world = World.connected();
    world.send({ type: 'shutdown-asked' });
    world.nowMs += QUIET_MS + 1;
    expect(world.send({ type: 'lost' })).toEqual(['release', 'ask']);
  });
});

describe('while the server is away', () => {
  test('it is asked again, later each time, without end', () => {
    const world = new World();
    world.interest('needed');
    const waits = [1, 2, 3, 4, 5, 6].map(() => {
      const [, timer] = world.send(away);
      expect(world.send({ type: 'retry' })).toEqual(['connect']);
      return timer;
    });
    expect(waits).toEqual(['timer 1000', 'timer 2000', 'timer 5000', 'timer 10000', 'timer 30000', 'timer 30000']);
    expect(world.status).toBe('starting');
  });

  test('a page that is not seen asks nothing, and asks at once when it is seen again', () => {
    const world = new World();
    world.interest('needed');
    world.send(away);
    expect(world.interest('none')).toEqual(['clear-timer']);
    expect(world.send({ type: 'retry' })).toEqual([]);
    expect(world.status).toBe('waiting');
    expect(world.interest('needed')).toEqual(['connect']);
    world.interest('none');
    expect(world.send(away)).toEqual(['release']);
    expect(world.interest('shown')).toEqual(['look']);
  });
});

test('what is no fault of the network is tried twice more, then told; a look at it tries anew', () => {
  const world = new World();
  world.interest('needed');
  for (let tries = 0; tries < 2; tries++) {
    expect(world.send(broken)).toContainEqual(expect.stringMatching(/^timer/));
    world.send({ type: 'retry' });
  }
  expect(world.send(broken)).toEqual(['release']);
  expect(world.machine.state).toEqual({ status: 'failed', failure });
  world.interest('none');
  expect(world.interest('needed')).toEqual(['connect']);
});

test('a try that nobody waits for any more is not made, and made at once for who comes', () => {
  const world = new World();
  world.interest('needed');
  world.send(broken);
  expect(world.interest('none')).toEqual(['clear-timer']);
  expect(world.status).toBe('idle');
  expect(world.interest('needed')).toEqual(['connect']);
});

test('a kernel that is not installed is not asked for again until somebody wishes', () => {
  const world = new World();
  world.interest('needed');
  world.send({ type: 'not-installed' });
  expect(world.status).toBe('kernel-not-installed');
  world.interest('none');
  expect(world.interest('needed')).toEqual([]);
  expect(world.send({ type: 'start' })).toEqual(['connect']);
});

test('when the kernel lets go of the comm it is found again, after a moment each time', () => {
  const world = World.connected();
  for (let times = 0; times < 3; times++) {
    expect(world.send({ type: 'closed', failure })).toEqual(['release', 'timer 1000']);
    expect(world.status).toBe('starting');
    expect(world.send({ type: 'retry' })).toEqual(['connect']);
    world.send({ type: 'welcome', welcome });
    expect(world.status).toBe('connected');
  }
});
