/** `map` over trivial tasks, then `gather`: the cost of a task, all told. */
import { inc } from '../functions.mjs';
import { throughput, timed } from '../measure.mjs';

async function round(executor, n, from) {
  let submitted = 0;
  const { seconds } = await timed(async () => {
    const items = Array.from({ length: n }, (_, i) => from + i);
    const start = performance.now();
    const futures = executor.map(inc, items);
    submitted = (performance.now() - start) / 1e3;
    const results = await executor.gather(futures);
    if (results.length !== n || results[n - 1] !== from + n) throw new Error('map and gather gave wrong results');
    for (const future of futures) future.release();
  });
  return { tasks: n, seconds, submitted };
}

export async function map_gather({ executor, scale, rounds, targetSeconds }) {
  const impure = executor.with({ pure: false });
  const start = Math.max(2000, Math.round(20_000 * scale));
  let from = 0;
  let submitted = 0;
  const figures = await throughput(
    async (n) => {
      const result = await round(impure, n, 0);
      submitted = result.submitted;
      return result;
    },
    { start, targetSeconds, rounds },
  );
  const pure = await throughput((n) => round(executor, n, (from += n)), { start, targetSeconds, rounds });
  return {
    ...figures,
    submit_s: submitted,
    total_s: figures.tasks / figures.tasks_per_s,
    pure_tasks_per_s: pure.tasks_per_s,
  };
}

/** The cost of a task at 10,000 and at a million: it should hardly grow. */
export async function growth({ executor, scale, rounds }) {
  const impure = executor.with({ pure: false });
  const costs = { small: [], large: [] };
  const large = Math.max(20_000, Math.round(1_000_000 * scale));
  await round(impure, 10_000, 0);
  for (let i = 0; i < rounds; i++) {
    let seconds = 0;
    for (let j = 0; j < 10; j++) seconds += (await round(impure, 10_000, 0)).seconds;
    costs.small.push((seconds / 100_000) * 1e6);
  }
  for (let i = 0; i < 3; i++) costs.large.push(((await round(impure, large, 0)).seconds / large) * 1e6);
  const small = costs.small.sort((a, b) => a - b)[costs.small.length >> 1];
  const big = costs.large.sort((a, b) => a - b)[1];
  return { tasks: large, us_per_task_at_10k: small, us_per_task_at_most: big, ratio: big / small };
}
