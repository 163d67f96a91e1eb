import { ArgumentStore } from './argument-store.js';
import { ResultCache } from './result-cache.js';
import { TaskTable } from './task-table.js';
import { RandomSource } from './testing/random-source.js';

describe('arguments', () => {
  test('are there as long as a task uses them, and chunks go with the last', () => {
    const store = new ArgumentStore();
    const random = new RandomSource(2);
    const kept: { chunk: number; start: number; end: number; text: string }[] = [];
    for (let i = 0; i < 2000; i++) {
      const text = `${i}`.repeat(1 + random.below(random.oneIn(50) ? 3000 : 10));
      store.add(new TextEncoder().encode(text), 1);
      kept.push({ chunk: store.chunk, start: store.start, end: store.start + text.length, text });
      if (random.oneIn(3)) store.drop(kept.splice(random.below(kept.length), 1)[0]!.chunk);
    }
    for (const { chunk, start, end, text } of kept) {
      expect(new TextDecoder().decode(store.view(chunk, start, end))).toBe(text);
    }
    expect(store.totalUses()).toBe(kept.length);
    for (const { chunk } of kept) store.drop(chunk);
    expect(store.size).toBe(1);
  });

  test('that are a small part of a network buffer do not keep it alive', () => {
    const store = new ArgumentStore();
    const frame = Buffer.alloc(1 << 20);
    store.add(frame.subarray(0, 5000), 1);
    expect(store.view(store.chunk, 0, 10).buffer.byteLength).toBe(5000);
  });
});

describe('the cache of small results', () => {
  test('has what was added and not dropped or evicted, within its bytes', () => {
    const tasks = new TaskTable();
    const limit = 256 * 1024;
    const cache = new ResultCache(tasks, limit);
    const random = new RandomSource(4);
    const alive = new Map<number, number>();
    const recent: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      const slot = tasks.allocate(0);
      cache.add(slot, new Uint8Array(random.below(200)).fill(slot & 255));
      alive.set(slot, slot & 255);
      recent.push(slot);
      if (recent.length > 50) recent.shift();
      if (cache.nbytes > limit) throw new Error(`${cache.nbytes} bytes are more than ${limit}`);
      if (!random.oneIn(3)) continue;
      const leaving = random.pick(recent)!;
      if (!alive.has(leaving)) continue;
      cache.drop(leaving);
      expect(cache.get(leaving)).toBeNull();
      alive.delete(leaving);
      tasks.free(leaving);
    }
    let found = 0;
    for (const [slot, fill] of alive) {
      const bytes = cache.get(slot);
      if (bytes === null) continue;
      found++;
      if (bytes.some((byte) => byte !== fill)) throw new Error(`slot ${slot} has another's bytes`);
    }
    expect(found).toBeGreaterThan(500);
    expect(found).toBeLessThan(alive.size);
  });
});

test('the tables of a crowd are small again when it is gone, and work', () => {
  const tasks = new TaskTable();
  for (let round = 0; round < 2; round++) {
    const slots = Array.from({ length: 100_000 }, () => tasks.allocate(0));
    expect(tasks.find(tasks.taskId(slots.at(-1)!))).toBe(slots.at(-1));
    tasks.shrink();
    expect(tasks.capacity).toBeGreaterThanOrEqual(100_000);
    for (const slot of slots) tasks.free(slot);
    tasks.shrink();
    expect(tasks.capacity).toBe(1024);
    expect(tasks.counts.every((count) => count === 0)).toBe(true);
  }
});
