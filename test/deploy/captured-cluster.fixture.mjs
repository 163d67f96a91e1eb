/** A task that uses the cluster which its function captures: there it is the task's own. */
import { Executor, LocalCluster } from 'covey';

const cluster = await LocalCluster.create({ workers: 1, threadsPerWorker: 1 });
const executor = await Executor.connect(cluster);
const job = async (n) => {
  const inner = await Executor.connect(cluster);
  const sums = await inner.gather(inner.map((x) => x + 1, [n, n + 1]));
  return sums.join();
};
console.log(await executor.submit(job, 1).result());
await executor.close();
await cluster.close();
