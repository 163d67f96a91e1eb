/**
 * How fast the core alone is: whole task lives, from a client's run to its release, with workers that answer at once.
 * Counted is processor time, garbage collection and the making of the runs included; the best of some rounds.
 *
 *     node packages/scheduler/bench/core-speed.mjs [tasks]
 */
import process from 'node:process';
import { loadCore } from './build.mjs';
import { ToyCluster } from './toy-cluster.mjs';

const { SchedulerCore } = await loadCore();
const most = Number(process.argv[2] ?? 1_000_000);

/** Runs `count` tasks of so many dependencies each (on earlier ones); answers tasks per second of processor time. */
function measure(count, { dependencies, workers, numbered, live }) {
  const cluster = new ToyCluster(SchedulerCore, { workers, nthreads: 1 });
  const started = process.cpuUsage();
  cluster.runAll(count, { dependencies, numbered, live });
  const { user, system } = process.cpuUsage(started);
  const seconds = (user + system) / 1e6;
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
    const rounds = Math.max(2, Math.min(15, 1_500_000 / count));
    let best = 0;
    for (let i = 0; i < rounds; i++) best = Math.max(best, measure(count, shape));
    rates.push(`${(best / 1e6).toFixed(2)} M/s at ${count.toLocaleString('en')}`);
  }
  console.log(`${name.padEnd(32)} ${rates.join('   ')}`);
}
