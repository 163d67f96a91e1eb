import { BufferPool } from './buffer-pool.js';
import { sizeClass } from './size-class.js';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('size classes', () => {
  it('hold what is asked, waste at most a fifth, and have few members', () => {
    const classes = new Set<number>();
    for (let nbytes = 1; nbytes < 100 * MIB; nbytes = Math.ceil(nbytes * 1.003)) {
      const size = sizeClass(nbytes);
      expect(size).toBeGreaterThanOrEqual(nbytes);
      if (nbytes > 128 * KIB) expect(size / nbytes).toBeLessThan(1.26);
      expect(sizeClass(size)).toBe(size);
      classes.add(size);
    }
    expect(classes.size).toBeLessThan(60);
  });
});

describe('a buffer', () => {
  it('is used again when neither a value holds it nor anybody reads it', () => {
    const pool = new BufferPool();
    const first = pool.allocate(MIB, 'writer');
    pool.hold(first);
    pool.unlease(first.id, 'writer');
    pool.lease(first, 'reader');
    pool.unhold(first);
    expect(pool.allocate(MIB, 'writer')).not.toBe(first);
    pool.unlease(first.id, 'reader');
    expect(pool.allocate(MIB, 'writer')).toBe(first);
  });

  it('of a greater class serves when none of its own is free, unless it wastes half', () => {
    const pool = new BufferPool();
    const large = pool.allocate(2 * MIB, 'writer');
    pool.unleaseAll('writer');
    expect(pool.allocate(MIB, 'writer')).not.toBe(large);
    expect(pool.allocate(1.5 * MIB, 'writer')).toBe(large);
  });

  it('is found by a view of its memory and by its number', () => {
    const pool = new BufferPool();
    const buffer = pool.allocate(100 * KIB, 'writer');
    expect(pool.of(new Float64Array(buffer.memory, 8, 4))).toBe(buffer);
    expect(pool.get(buffer.id)).toBe(buffer);
    expect(pool.of(new Uint8Array(8))).toBeUndefined();
  });
});

describe('the figures', () => {
  it('count held, leased and free bytes apart', () => {
    const pool = new BufferPool();
    const figures = () => pool.figures;
    const buffer = pool.allocate(MIB, 'writer');
    expect(figures()).toEqual({ heldBytes: 0, leasedBytes: MIB, freeBytes: 0 });
    pool.hold(buffer);
    expect(figures()).toEqual({ heldBytes: MIB, leasedBytes: 0, freeBytes: 0 });
    pool.lease(buffer, 'reader');
    pool.unlease(buffer.id, 'writer');
    pool.unhold(buffer);
    expect(figures()).toEqual({ heldBytes: 0, leasedBytes: MIB, freeBytes: 0 });
    pool.unlease(buffer.id, 'reader');
    expect(figures()).toEqual({ heldBytes: 0, leasedBytes: 0, freeBytes: MIB });
    pool.trim();
    expect(figures()).toEqual({ heldBytes: 0, leasedBytes: 0, freeBytes: 0 });
    expect(pool.takeLetGo()).toBe(MIB);
    expect(pool.takeLetGo()).toBe(0);
  });

  it('stay right when a borrower is no more, and late reports are without effect', () => {
    const pool = new BufferPool();
    const buffer = pool.allocate(MIB, 'thread');
    pool.lease(buffer, 'thread');
    pool.lease(buffer, 'socket');
    pool.unleaseAll('thread');
    pool.unlease(buffer.id, 'thread');
    expect(pool.figures.leasedBytes).toBe(MIB);
    pool.unleaseAll('socket');
    expect(pool.figures).toEqual({ heldBytes: 0, leasedBytes: 0, freeBytes: MIB });
  });

  it('keep free memory within its bound', () => {
    const pool = new BufferPool({ keepFreeBytes: MIB, keepBusyBytes: 3 * MIB });
    for (let i = 0; i < 8; i++) pool.allocate(MIB, i);
    for (let i = 0; i < 8; i++) pool.unleaseAll(i);
    expect(pool.figures.freeBytes).toBe(3 * MIB);
    expect(pool.takeLetGo()).toBe(5 * MIB);
  });
});

describe('free memory', () => {
  /** So many buffers of 1 MiB in use at once, and then none. */
  const use = (pool: BufferPool, count: number): void => {
    for (let i = 0; i < count; i++) pool.allocate(MIB, 'task');
    pool.unleaseAll('task');
  };

  it('stays as long as it is needed between two looks, and goes down to what is kept at rest when it is not', () => {
    const pool = new BufferPool({ keepFreeBytes: 2 * MIB });
    const free = () => pool.figures.freeBytes / MIB;
    use(pool, 8);
    for (let look = 0; look < 3; look++) {
      pool.age();
      expect(free()).toBe(8);
      use(pool, 8);
    }
    // Three of the eight are not needed now.
    pool.age();
    use(pool, 5);
    pool.age();
    expect(free()).toBe(5);
    // And nothing at all since then.
    pool.age();
    expect(free()).toBe(2);
    pool.age();
    expect(free()).toBe(2);
    expect(pool.takeLetGo()).toBe(6 * MIB);
  });

  it('of a size that nobody uses goes before that of one in use', () => {
    const pool = new BufferPool({ keepFreeBytes: 0 });
    pool.allocate(4 * MIB, 'once');
    pool.unleaseAll('once');
    for (let look = 0; look < 2; look++) {
      pool.age();
      use(pool, 2);
    }
    pool.age();
    expect(pool.figures.freeBytes).toBe(2 * MIB);
    const used = pool.allocate(MIB, 'task');
    expect(used.id).toBeLessThan(4);
  });

  it('is an eighth of what is held, where that is more', () => {
    const pool = new BufferPool({ keepFreeBytes: 0 });
    for (let i = 0; i < 16; i++) pool.hold(pool.allocate(MIB, 'task'));
    pool.allocate(3 * MIB, 'once');
    for (let i = 0; i < 3; i++) pool.allocate(MIB, 'once');
    pool.unleaseAll('once');
    pool.age();
    pool.age();
    expect(pool.figures.freeBytes).toBe(2 * MIB);
  });
});

describe('pressure', () => {
  it('is when new memory would be needed while much is only leased', () => {
    const pool = new BufferPool({ collectFromBytes: 2 * MIB });
    pool.allocate(MIB, 'reader');
    expect(pool.shouldCollectFor(MIB)).toBe(false);
    pool.allocate(MIB, 'reader');
    expect([pool.shouldCollect, pool.shouldCollectFor(MIB)]).toEqual([true, true]);
    pool.allocate(MIB, 'other');
    pool.unleaseAll('other');
    expect(pool.shouldCollectFor(MIB)).toBe(false);
  });
});

it('random lending never loses or doubles a byte', () => {
  let state = 7;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const pool = new BufferPool({ keepFreeBytes: MIB, keepBusyBytes: 2 * MIB });
  const held: ReturnType<BufferPool['allocate']>[] = [];
  for (let step = 0; step < 1500; step++) {
    const borrower = `b${below(5)}`;
    const some = held[below(held.length)];
    switch (below(5)) {
      case 0: {
        const buffer = pool.allocate((1 + below(8)) * 40 * KIB, borrower);
        pool.hold(buffer);
        held.push(buffer);
        break;
      }
      case 1:
        if (some !== undefined) pool.lease(some, borrower);
        break;
      case 2:
        pool.unleaseAll(borrower);
        break;
      case 3:
        if (some !== undefined) pool.unlease(some.id, borrower);
        break;
      default:
        if (some !== undefined) {
          pool.unhold(some);
          held.splice(held.indexOf(some), 1);
        }
    }
    if (below(50) === 0) pool.age();
    const holds = new Map<unknown, number>();
    for (const buffer of held) holds.set(buffer, (holds.get(buffer) ?? 0) + 1);
    const heldBytes = [...new Set(held)].reduce((sum, { memory }) => sum + memory.byteLength, 0);
    expect(pool.figures.heldBytes).toBe(heldBytes);
    expect([...new Set(held)].filter((buffer) => buffer.holds !== holds.get(buffer))).toEqual([]);
  }
  for (const buffer of held) pool.unhold(buffer);
  for (let i = 0; i < 5; i++) pool.unleaseAll(`b${i}`);
  pool.trim();
  expect(pool.figures).toEqual({ heldBytes: 0, leasedBytes: 0, freeBytes: 0 });
});
