/** Tasks that use more memory than there is: whatever grows, the task errs, and the worker (or the next one) goes on. */
import { KilledWorkerError, ThreadEndedError } from 'covey';
import { failure, RunningCluster } from '../support/running-cluster.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start({ workers: 2, memoryLimit: 220 * 2 ** 20 });
});
afterAll(() => world.close());

/** Each grows without end, a step at a time. */
const growing: Record<string, () => void> = {
  objects() {
    const kept: unknown[] = [];
    for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })));
  },
  'a map'() {
    const kept = new Map<number, object>();
    for (let i = 0; ; i++) kept.set(i, { i });
  },
  'one array'() {
    const kept: number[] = [];
    for (let i = 0; ; i++) kept.push(i + 0.5);
  },
  strings() {
    const kept: string[] = [];
    for (let i = 0; ; i++) kept.push(`${i}`.repeat(1000) + String(i));
  },
  buffers() {
    const kept: Uint8Array[] = [];
    for (;;) kept.push(new Uint8Array(4_000_000).fill(1));
  },
};

it.each(Object.keys(growing))('%s', async (what) => {
  const error = await failure(world.impure.submit(growing[what]!));
  expect([ThreadEndedError, KilledWorkerError].some((kind) => error instanceof kind)).toBe(true);
  if (error instanceof KilledWorkerError) expect(error.data).toMatchObject({ overMemory: true });
  await world.executor.waitForWorkers(2);
  expect(await world.impure.submit((x: number) => x + 1, 1).result()).toBe(2);
});
