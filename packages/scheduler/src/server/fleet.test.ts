import { silentLogger } from '@covey/protocol';
import { VirtualClock } from '@covey/protocol/internal';
import type { WorkerHello, WorkerId } from '@covey/protocol/internal';
import { Fleet } from './fleet.js';
import { FakeChannel } from './testing/fake-channel.js';

function world() {
  const clock = new VirtualClock();
  const gone: [name: string, graceful: boolean, reason: string, signal?: string | null][] = [];
  const fleet = new Fleet({
    clock,
    logger: silentLogger,
    evidenceMs: 250,
    ongone: ({ hello }, { graceful, reason, death }) => {
      gone.push(death === undefined ? [hello.name, graceful, reason] : [hello.name, graceful, reason, death.signal]);
    },
  });
  let last = 0;
  const hello = (name: string, more: Partial<WorkerHello> = {}): WorkerHello => ({
    name,
    address: `inproc://${name}`,
    host: 'host',
    pid: 100 + last,
    nthreads: 1,
    memoryLimit: 0,
    resources: {},
    versions: {},
    ...more,
  });
  const join = (name: string, more: Partial<WorkerHello> = {}) => {
    const fake = new FakeChannel();
    last++;
    const said = hello(name, more);
    fleet.check(said);
    fleet.replace(said);
    return { fake, member: fleet.join(last as WorkerId, said, fake.channel, clock.now()) };
  };
  const nanny = (name: string) => {
    const fake = new FakeChannel();
    fleet.joinNanny({ name, host: 'host', pid: 1 }, fake.channel);
    const died = (worker: string, pid: number, more: object = {}) =>
      fake.handle?.(
        'worker-died',
        { worker, pid, exitCode: null, signal: 'SIGKILL', ...more },
        { signal: new AbortController().signal },
      );
    return { fake, died };
  };
  return { clock, fleet, gone, hello, join, nanny };
}

describe('a worker without a nanny', () => {
  test('that says goodbye has left gracefully', () => {
    const { gone, join, fleet } = world();
    join('a').fake.end('closed');
    expect(gone).toEqual([['a', true, 'it said goodbye']]);
    expect(fleet.members()).toEqual([]);
  });

  test('that loses its connection is there until its session ends', () => {
    const { gone, join } = world();
    const { fake } = join('a');
    fake.drop();
    expect(gone).toEqual([]);
    fake.end('grace-ended', 'did not come back');
    expect(gone).toEqual([['a', false, 'its connection ended (grace-ended): did not come back']]);
  });

  test('that was asked to go is not blamed, however it ends', () => {
    const { gone, join } = world();
    const { fake, member } = join('a');
    member.leaving = 'retired';
    fake.end('grace-ended');
    expect(gone).toEqual([['a', true, 'retired']]);
  });

  test('that is silent for too long is dropped', () => {
    const { gone, join, fleet } = world();
    const { fake, member } = join('a');
    member.heardMs = 10;
    fleet.dropSilent(110, 100);
    expect(gone).toEqual([]);
    fleet.dropSilent(111, 100);
    expect([gone[0], fake.closedWith]).toEqual([['a', false, 'no heartbeat for 100 ms'], 'no heartbeat for 100 ms']);
  });
});

describe('a worker with a nanny', () => {
  test('whose connection is gone is waited for until the nanny has told why', () => {
    const { gone, join, nanny, clock } = world();
    const { died } = nanny('n');
    const { fake, member } = join('a', { nanny: 'n' });
    fake.end('overflow', 'too much');
    clock.advance(100);
    died('a', member.hello.pid);
    expect(gone).toEqual([['a', false, 'its process died', 'SIGKILL']]);
    clock.advance(1000);
    expect(gone).toHaveLength(1);
  });

  test('is not waited for longer than that', () => {
    const { gone, join, nanny, clock } = world();
    nanny('n');
    join('a', { nanny: 'n' }).fake.end('protocol-error', 'garbage');
    clock.advance(249);
    expect(gone).toEqual([]);
    clock.advance(1);
    expect(gone).toEqual([['a', false, 'its connection ended (protocol-error): garbage']]);
  });

  test('that died is gone as soon as its connection is, whatever its grace', () => {
    const { gone, join, nanny } = world();
    const { died } = nanny('n');
    const { fake, member } = join('a', { nanny: 'n' });
    died('a', member.hello.pid);
    expect(gone).toEqual([]);
    fake.drop();
    expect([gone[0], fake.closedWith]).toEqual([['a', false, 'its process died', 'SIGKILL'], 'its process died']);
  });

  test('that died is gone at once when its connection was lost before, and soon if it never is', () => {
    const { gone, join, nanny, clock } = world();
    const { died } = nanny('n');
    const [a, b] = [join('a', { nanny: 'n' }), join('b', { nanny: 'n' })];
    a.fake.drop();
    died('a', a.member.hello.pid);
    expect(gone).toHaveLength(1);
    died('b', b.member.hello.pid);
    clock.advance(250);
    expect(gone).toHaveLength(2);
  });

  test('is not touched by news of an earlier process, or of another nanny’s', () => {
    const { gone, join, nanny, clock } = world();
    const [n, m] = [nanny('n'), nanny('m')];
    const { member } = join('a', { nanny: 'n' });
    n.died('a', member.hello.pid - 50);
    m.died('a', member.hello.pid);
    n.died('unknown', 1);
    clock.advance(1000);
    expect(gone).toEqual([]);
  });
});

describe('a name', () => {
  test('of a living worker is refused to another', () => {
    const { join, hello, fleet } = world();
    join('a');
    expect(() => fleet.check(hello('a', { address: 'inproc://b' }))).toThrow("the name 'a' belongs to a living worker");
    expect(() => fleet.check(hello('b', { address: 'inproc://a' }))).toThrow('the address inproc://a belongs');
  });

  test('of a worker whose connection is broken goes to who comes under it', () => {
    const { join, gone, fleet } = world();
    join('a').fake.drop();
    const { member } = join('a');
    expect(gone).toEqual([['a', false, 'another worker came under its name or address']]);
    expect(fleet.named('a')).toBe(member);
  });

  test('goes to the next process that the same nanny started', () => {
    const { join, gone, nanny } = world();
    nanny('n');
    join('a', { nanny: 'n' });
    join('a', { nanny: 'n' });
    expect(gone).toHaveLength(1);
  });
});

test('a nanny may report deaths and nothing else, in the right form', () => {
  const { nanny } = world();
  const { fake, died } = nanny('n');
  const context = { signal: new AbortController().signal };
  expect(() => fake.handle?.('restart', {}, context)).toThrow("a nanny may not call 'restart'");
  expect(() => died('', 1)).toThrow("'worker' must be text");
  expect(() => died('a', -1)).toThrow("'pid' must be a whole number");
});

test('a nanny is known until it leaves or another comes under its name', () => {
  const { nanny, fleet } = world();
  const first = nanny('n');
  const second = nanny('n');
  expect(first.fake.closedWith).toBe('another nanny came under its name');
  first.fake.end('closed');
  expect(fleet.nannies()).toHaveLength(1);
  second.fake.end('closed');
  expect(fleet.nannies()).toHaveLength(0);
});
