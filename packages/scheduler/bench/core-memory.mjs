/**
 * What a finished task that is still wanted costs: bytes after a collection, keys (30 characters) and arguments included.
 *
 *     node --expose-gc packages/scheduler/bench/core-memory.mjs [tasks]
 */
import process from 'node:process';
import { loadCore } from './build.mjs';
import { ToyCluster } from './toy-cluster.mjs';

const { SchedulerCore } = await loadCore();
const count = Number(process.argv[2] ?? 1_000_000);

async function bytesNow() {
  // The memory of array buffers is given back some turns after their collection.
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes a task. In a function of its own, so that nothing of an earlier measurement is alive. */
async function measure(shape, resultCacheBytes) {
  const before = await bytesNow();
  const cluster = new ToyCluster(SchedulerCore, { workers: 2, nthreads: 1, config: { resultCacheBytes } });
  cluster.keepAll(count, shape);
  const perTask = ((await bytesNow()) - before) / count;
  if (cluster.core.counts().memory !== count) throw new Error('not everything is in memory');
  return perTask;
}

for (const [name, shape] of [
  ['prefix keys', { dependencies: 0, numbered: true }],
  ['hashed keys', { dependencies: 0, numbered: false }],
  ['hashed keys, 2 dependencies', { dependencies: 2, numbered: false }],
]) {
  for (const resultCacheBytes of [0, 32 * 1024 * 1024]) {
    const cache = `${resultCacheBytes / 1024 / 1024} MiB of small results`;
    console.log(
      `${name.padEnd(28)} ${cache.padEnd(26)} ${(await measure(shape, resultCacheBytes)).toFixed(0)} bytes a task`,
    );
  }
}
