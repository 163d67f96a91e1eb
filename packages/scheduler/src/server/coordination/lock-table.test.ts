import { LockTable } from './lock-table.js';
import { RecordingWait } from './recording-wait.js';

type LockWait = RecordingWait<readonly string[]>;
const client = (id: number): LockWait => new RecordingWait(id);

function asks(table: LockTable, id: number, token: string, names: string[], count?: number): LockWait {
  const wait = client(id);
  table.acquire(wait, token, names, count);
  return wait;
}

describe('one lock', () => {
  test('goes to who asks first, then to the next in line', () => {
    const table = new LockTable();
    const [a, b, c] = [1, 2, 3].map((id) => asks(table, id, 't', ['x'])) as [LockWait, LockWait, LockWait];
    expect([a.answer, b.answer, c.answer]).toEqual([['x'], undefined, undefined]);
    expect(table.release(a.client, 't')).toBe(true);
    expect([b.answer, c.answer]).toEqual([['x'], undefined]);
    expect(table.release(b.client, 't')).toBe(true);
    expect(c.answer).toEqual(['x']);
    expect(table.release(c.client, 't')).toBe(true);
    expect(table.size).toBe(0);
  });

  test('excludes two handles of one client from each other', () => {
    const table = new LockTable();
    asks(table, 1, 'first', ['x']);
    expect(asks(table, 1, 'second', ['x']).answer).toBeUndefined();
  });

  test('skips who gave up waiting', () => {
    const table = new LockTable();
    const a = asks(table, 1, 't', ['x']);
    const b = asks(table, 2, 't', ['x']);
    const c = asks(table, 3, 't', ['x']);
    expect(table.release(b.client, 't')).toBe(true);
    table.release(a.client, 't');
    expect([b.answer, c.answer]).toEqual([undefined, ['x']]);
  });

  test('is freed when its holder is gone', () => {
    const table = new LockTable();
    const a = asks(table, 1, 't', ['x']);
    const b = asks(table, 2, 't', ['x']);
    expect(table.isLocked('x')).toBe(true);
    table.forget(a.client);
    expect(b.answer).toEqual(['x']);
    table.forget(b.client);
    expect(table.isLocked('x')).toBe(false);
    expect(table.size).toBe(0);
  });

  test('refuses a token in use, and answers the release of an unknown one with false', () => {
    const table = new LockTable();
    asks(table, 1, 't', ['x']);
    expect(() => asks(table, 1, 't', ['y'])).toThrow("the token 't'");
    expect(table.release(client(1).client, 'other')).toBe(false);
    expect(table.release(client(2).client, 't')).toBe(false);
  });
});

describe('several locks at once', () => {
  test('are all or nothing', () => {
    const table = new LockTable();
    const x = asks(table, 1, 't', ['x']);
    const both = asks(table, 2, 't', ['x', 'y']);
    expect(both.answer).toBeUndefined();
    table.release(x.client, 't');
    expect(both.answer).toEqual(['x', 'y']);
  });

  test('with a count take those that are free and leave the other lines', () => {
    const table = new LockTable();
    asks(table, 1, 't', ['x']);
    const two = asks(table, 2, 't', ['x', 'y', 'z'], 2);
    expect(two.answer).toEqual(['y', 'z']);
    const next = asks(table, 3, 't', ['x']);
    table.release(client(1).client, 't');
    expect(next.answer).toEqual(['x']);
  });

  test('serve overlapping requests in the order in which they came', () => {
    const table = new LockTable();
    const xy = asks(table, 1, 't', ['x', 'y']);
    const yz = asks(table, 2, 't', ['y', 'z']);
    const z = asks(table, 3, 't', ['z']);
    expect([xy.answer, yz.answer, z.answer]).toEqual([['x', 'y'], undefined, undefined]);
    table.release(xy.client, 't');
    expect([yz.answer, z.answer]).toEqual([['y', 'z'], undefined]);
    table.release(yz.client, 't');
    expect(z.answer).toEqual(['z']);
  });

  test('never starve nor deadlock: a random crowd is served to the last', () => {
    let state = 12345;
    const random = (below: number) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
    const table = new LockTable();
    const names = ['a', 'b', 'c', 'd', 'e'];
    const waiting = new Map<number, LockWait>();
    for (let id = 1; id <= 200; id++) {
      const wanted = names.filter(() => random(2) === 1);
      if (wanted.length === 0) wanted.push('a');
      waiting.set(id, asks(table, id, 't', wanted, 1 + random(wanted.length)));
    }
    let served = 0;
    while (waiting.size > 0) {
      const holders = [...waiting].filter(([, wait]) => wait.answer !== undefined);
      const held = holders.flatMap(([, wait]) => wait.answer as string[]);
      expect(new Set(held).size).toBe(held.length);
      const [id, wait] = holders[random(holders.length)]!;
      table.release(wait.client, 't');
      waiting.delete(id);
      served++;
    }
    expect([served, table.size]).toEqual([200, 0]);
  });

  test('refuse to take more than they name', () => {
    expect(() => asks(new LockTable(), 1, 't', ['x', 'x'], 2)).toThrow("can't acquire 2 of 1");
  });
});
