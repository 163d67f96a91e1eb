/**
 * How fast the core alone is: whole task lives, from a client's run to its release, with workers that answer at once.
 *
 *     node packages/scheduler/bench/core-speed.mjs [tasks]
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { loadCore } from './build.mjs';
import { ToyCluster } from './toy-cluster.mjs';

const { SchedulerCore } = await loadCore();
const most = Number(process.argv[2] ?? 1_000_000);

/** Runs `count` tasks of `width` dependencies each (on earlier ones) and answers tasks per second. */
function measure(count, { dependencies, workers, numbered, live }) {
  const cluster = new ToyCluster(SchedulerCore, { workers, nthreads: 1 });
  const started = performance.now();
  cluster.runAll(count, { dependencies, numbered, live });
  const seconds = (performance.now() - started) / 1000;
  const left = cluster.core.counts();
  const rest = Object.values(left).reduce((sum, n) => sum + n, 0);
  if (rest !== 0) throw new Error(`tasks are left: ${JSON.stringify(left)}`);
  return count / seconds;
}

const shapes = [
  ['no dependencies, prefix keys', { dependencies: 0, workers: 2, numbered: true }],
  ['no dependencies, hashed keys', { dependencies: 0, workers: 2, numbered: false }],
  ['2 dependencies, prefix keys', { dependencies: 2, workers: 2, numbered: true }],
  ['no dependencies, 1,000 workers', { dependencies: 0, workers: 1000, numbered: true }],
  ['2 dependencies, 1,000 workers', { dependencies: 2, workers: 1000, numbered: true }],
];
for (const [name, shape] of shapes) {
  measure(20_000, shape);
  const rates = [];
  for (let count = 10_000; count <= most; count *= 10) {
    const rounds = count >= 1_000_000 ? 1 : 3;
    let best = 0;
    for (let i = 0; i < rounds; i++) best = Math.max(best, measure(count, shape));
    rates.push(`${(best / 1e6).toFixed(2)} M/s at ${count.toLocaleString('en')}`);
  }
  console.log(`${name.padEnd(32)} ${rates.join('   ')}`);
}
