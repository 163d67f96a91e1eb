import { EdgePool } from './edges.js';
import { RandomSource } from './testing/random-source.js';

test('blocks of every size are side by side, never overlap, and are used again', () => {
  const pool = new EdgePool();
  const random = new RandomSource(3);
  const blocks: { first: number; count: number }[] = [];
  const owners = new Map<number, object>();
  for (let step = 0; step < 3000; step++) {
    if (random.oneIn(2) || blocks.length === 0) {
      const count = random.oneIn(20) ? random.below(300) : random.below(5);
      const block = { first: pool.allocate(count), count };
      for (let i = 0; i < count; i++) {
        expect(owners.has(block.first + i)).toBe(false);
        owners.set(block.first + i, block);
      }
      blocks.push(block);
    } else {
      const [block] = blocks.splice(random.below(blocks.length), 1);
      pool.free(block!.first, block!.count);
      for (let i = 0; i < block!.count; i++) owners.delete(block!.first + i);
    }
  }
  expect(pool.size).toBe(owners.size);
  expect(pool.to.length).toBeLessThan(20_000);
});

test('the list of dependents keeps whom it should through unlinking anywhere', () => {
  const pool = new EdgePool();
  const first = pool.allocate(5);
  let head = -1;
  for (let i = 0; i < 5; i++) {
    pool.link(first + i, 10 + i, 1, head);
    head = first + i;
  }
  const list = (): number[] => {
    const found: number[] = [];
    for (let edge = head; edge !== -1; edge = pool.next[edge]!) found.push(pool.from[edge]!);
    return found;
  };
  expect(list()).toEqual([14, 13, 12, 11, 10]);
  for (const i of [2, 4, 0]) head = pool.unlink(first + i, head);
  expect(list()).toEqual([13, 11]);
});
