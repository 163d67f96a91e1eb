/** Seconds from nothing to the first result, and to a closed cluster. */
import { Executor, LocalCluster } from 'covey';
import { inc } from '../functions.mjs';
import { median } from '../measure.mjs';

async function once() {
  const start = performance.now();
  const cluster = await LocalCluster.create({ workers: 2, threadsPerWorker: 1 });
  const executor = await Executor.connect(cluster);
  if ((await executor.submit(inc, 1).result()) !== 2) throw new Error('the first result is wrong');
  const first = performance.now();
  await executor.close();
  await cluster.close();
  return {
    first: (first - start) / 1e3,
    close: (performance.now() - first) / 1e3,
    closed: (performance.now() - start) / 1e3,
  };
}

export async function startup({ rounds }) {
  const runs = [];
  for (let i = 0; i < rounds + 1; i++) runs.push(await once());
  const warm = runs.slice(1);
  return {
    first_result_s: median(warm.map((run) => run.first)),
    closed_s: median(warm.map((run) => run.closed)),
    close_alone_s: median(warm.map((run) => run.close)),
    cold_first_result_s: runs[0].first,
  };
}
