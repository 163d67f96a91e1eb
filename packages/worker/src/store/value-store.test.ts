import type { TaskId } from '@covey/protocol/internal';
import { BufferPool } from './buffer-pool.js';
import { framesOf, MemoryStore } from './value-store.js';
import type { StoredValue } from './value-store.js';

const id = (value: number): TaskId => value as TaskId;

function world(): { pool: BufferPool; store: MemoryStore; large(nbytes: number, fill: number): StoredValue } {
  const pool = new BufferPool();
  return {
    pool,
    store: new MemoryStore(pool),
    large(nbytes, fill) {
      const buffer = pool.allocate(nbytes, this);
      new Uint8Array(buffer.memory).fill(fill);
      return {
        header: Uint8Array.of(1, 2),
        parts: [{ buffer, byteOffset: 8, nbytes: nbytes - 8 }],
        nbytes: nbytes - 6,
        type: '',
      };
    },
  };
}

it('counts what it has, and holds the buffers of it', () => {
  const { pool, store, large } = world();
  store.put(id(1), { header: Uint8Array.of(1, 2, 3), parts: null, nbytes: 3, type: 'number' });
  store.put(id(2), large.call({}, 100_000, 7));
  expect([store.count, store.nbytes, store.has(id(2)), store.has(id(3))]).toEqual([2, 99_997, true, false]);
  expect(pool.figures.heldBytes).toBeGreaterThanOrEqual(100_000);
  store.drop(id(2));
  store.drop(id(2));
  store.drop(id(77));
  expect([store.count, store.nbytes, pool.figures.heldBytes]).toEqual([1, 3, 0]);
});

it('replaces a value by another one of the same buffer without letting the buffer go', () => {
  const { pool, store, large } = world();
  const borrower = {};
  const value = large.call(borrower, 100_000, 7);
  store.put(id(1), value);
  pool.unleaseAll(borrower);
  store.put(id(1), { ...value, type: 'again' });
  expect(pool.figures.freeBytes).toBe(0);
  expect(store.get(id(1))?.type).toBe('again');
});

it('shows values as connections send them, with a large header as a part', () => {
  const { large } = world();
  const value = large.call({}, 40_000, 7);
  expect(framesOf(value)).toMatchObject({ header: Uint8Array.of(1, 2), buffers: [{ length: 39_992 }] });
  const headed = framesOf({ ...value, header: 0 });
  expect([headed.header.length, headed.buffers.length]).toEqual([39_992, 0]);
});
