/**
 * How the benchmarks measure: one warm-up, then the median of several rounds; a throughput workload first grows until a
 * round lasts about a second, so that start-up costs and the clock's grain don't matter. The first round ever is the cold one.
 */

/** The middle value; of an even number of values the lower middle one. */
export function median(values) {
  return quantile(values, 0.5);
}

/** The value below which the share `q` of the values lies. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

/**
 * Between what the median of what the values are drawn from lies, in 95 of 100 cases: the sign test's interval, which asks
 * nothing of how they are spread.
 */
export function medianInterval(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const below = Math.max(0, Math.floor(sorted.length / 2 - 0.98 * Math.sqrt(sorted.length)));
  return [sorted[below], sorted[sorted.length - 1 - below]];
}

/** Seconds that `work` takes, and what it returned. */
export async function timed(work) {
  const start = performance.now();
  const value = await work();
  return { seconds: (performance.now() - start) / 1e3, value };
}

/**
 * Tasks a second of a workload whose size can grow.
 *
 * @param round runs the workload once at a size, and resolves to how many tasks it ran and in how many seconds.
 * @returns the figures of the cold round and the medians over `rounds` warm ones.
 */
export async function throughput(round, { start, targetSeconds, rounds, most = Infinity }) {
  let size = start;
  const cold = await round(size);
  let last = await round(size);
  while (last.seconds < targetSeconds * 0.8 && size < most) {
    size = Math.min(most, Math.ceil(size * Math.min(8, Math.max(1.5, targetSeconds / last.seconds))));
    last = await round(size);
  }
  const rates = [];
  for (let i = 0; i < rounds; i++) {
    const run = await round(size);
    rates.push(run.tasks / run.seconds);
    last = run;
  }
  return { tasks: last.tasks, tasks_per_s: median(rates), cold_tasks_per_s: cold.tasks / cold.seconds };
}
