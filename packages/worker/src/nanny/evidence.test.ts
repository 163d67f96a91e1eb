/** The small parts that gather evidence or decide. */
import { MemoryCurve } from './memory-curve.js';
import { parsePs, residentMemoryOf } from './resident-memory.js';
import { RestartPolicy } from './restart-policy.js';
import { spawnEnvironment } from './spawn-environment.js';
import { StderrTail } from './stderr-tail.js';

test('the memory curve keeps the span, evenly spread, with the newest sample exact', () => {
  const curve = new MemoryCurve({ spanMs: 1000, capacity: 10 });
  for (let time = 0; time <= 2000; time += 10) curve.add(time, time * 100);
  const pairs = curve.before(2000);
  expect(pairs.length).toBeLessThanOrEqual(10);
  expect(pairs.length).toBeGreaterThanOrEqual(9);
  expect(pairs.at(-1)).toEqual([0, 200_000]);
  expect(pairs[0]?.[0]).toBeGreaterThan(700);
  expect(pairs.map(([age]) => age)).toEqual(pairs.map(([age]) => age).sort((a, b) => b - a));
  expect(curve.largest).toBe(200_000);
  expect(curve.latest).toBe(200_000);
});

test('a few samples of a short life are all kept at first, then thinned', () => {
  const curve = new MemoryCurve();
  expect(curve.before(0)).toEqual([]);
  curve.add(0, 1);
  expect(curve.before(5)).toEqual([[5, 1]]);
  curve.add(300, 2);
  expect(curve.before(300)).toEqual([
    [300, 1],
    [0, 2],
  ]);
});

test('the tail of stderr is bounded in lines and length, whole characters across chunks', () => {
  const tail = new StderrTail({ lines: 3, lineLength: 10 });
  const bytes = Buffer.from('one\ntwo\nthree\nfour\nfünf');
  for (const byte of bytes) tail.write(Buffer.of(byte));
  expect(tail.toString()).toBe('two\nthree\nfour\nfünf');
  tail.write(Buffer.from(`${'x'.repeat(50)}\n`));
  expect(tail.toString()).toBe('three\nfour\nfünfxxxxxx…');
});

test('resident memory of a process, and none of one that is gone', async () => {
  const found = await residentMemoryOf()([process.pid, 2 ** 22 + 1]);
  expect(found.size).toBe(1);
  const bytes = found.get(process.pid) ?? 0;
  expect(bytes).toBeGreaterThan(process.memoryUsage.rss() * 0.5);
  expect(bytes).toBeLessThan(process.memoryUsage.rss() * 2);
});

test('what ps prints', () => {
  expect(parsePs('  12   345\n 6  7\nps: oops\n')).toEqual(
    new Map([
      [12, 345 * 1024],
      [6, 7 * 1024],
    ]),
  );
});

test('a worker that works is always started again, later each time it dies young', () => {
  const policy = new RestartPolicy({ backoff: { firstMs: 100, maxMs: 400, random: () => 1 } });
  const young = { wasReady: true, lifeMs: 10, permanent: false };
  const delays = [young, young, young, young, { ...young, lifeMs: 60_000 }, young].map((life) =>
    policy.afterDeath(life),
  );
  expect(delays.map((decision) => decision.restart && decision.delayMs)).toEqual([100, 200, 400, 400, 100, 100]);
});

test('the allocator is configured unless the operator did', () => {
  expect(spawnEnvironment({ A: '1' })).toEqual({
    A: '1',
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
    MALLOC_ARENA_MAX: '1',
  });
  expect(spawnEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0', MALLOC_ARENA_MAX: '4' }, { B: '2' })).toEqual({
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0',
    MALLOC_ARENA_MAX: '4',
    B: '2',
  });
  expect(spawnEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.check=3' })['GLIBC_TUNABLES']).toBe(
    'glibc.malloc.check=3:glibc.malloc.hugetlb=1',
  );
});
