/**
 * Counts the ways to put N queens on a board so that none attacks another. A task that finds its part of the search large hands
 * out the branches as further tasks, and waits for them without holding its place: recursion as deep as you like on few threads.
 *
 *     node examples/lib/queens.js [N]
 */
import { Executor, getExecutor, LocalCluster } from 'covey';

const size = Number(process.argv[2] ?? 10);

/** Columns in which the next row's queen is safe. */
function safeColumns(queens: readonly number[], n: number): number[] {
  const row = queens.length;
  const isSafe = (column: number) =>
    queens.every((other, i) => other !== column && Math.abs(other - column) !== row - i);
  return Array.from({ length: n }, (_, column) => column).filter(isSafe);
}

/** Counts by itself. */
function countAlone(queens: readonly number[], n: number): number {
  if (queens.length === n) return 1;
  return safeColumns(queens, n).reduce((sum, column) => sum + countAlone([...queens, column], n), 0);
}

/** Counts with the help of the cluster: the first rows are branches of their own. */
async function count(queens: readonly number[], n: number): Promise<number> {
  if (queens.length >= 2) return countAlone(queens, n);
  const executor = getExecutor();
  const branches = safeColumns(queens, n).map((column) => executor.submit(count, [...queens, column], n));
  const counts = await executor.gather(branches);
  return counts.reduce((sum, each) => sum + each, 0);
}

await using cluster = await LocalCluster.create({ workers: 2, threadsPerWorker: 1 });
await using executor = await Executor.connect(cluster);

const solutions = await executor.submit(count, [], size).result();
const { workers } = await executor.schedulerInfo();
console.log(`${solutions} ways to put ${size} queens on a board`);
for (const { name, completed } of workers) console.log(`  ${name} ran ${completed} tasks`);
