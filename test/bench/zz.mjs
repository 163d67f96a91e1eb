import { Executor, LocalCluster } from 'covey';
const inc = (x) => x + 1;
const T = () => performance.now();
for (let i = 0; i < 6; i++) {
  const t0 = T(); const cluster = await LocalCluster.create({ workers: 2, threadsPerWorker: 1 }); const t1 = T();
  const executor = await Executor.connect(cluster); const t2 = T();
  const f = executor.submit(inc, 1); const t3 = T(); await f.result(); const t4 = T();
  await executor.close(); const t5 = T(); await cluster.close(); const t6 = T();
  console.log(`create ${(t1-t0).toFixed(0)} connect ${(t2-t1).toFixed(0)} submit ${(t3-t2).toFixed(0)} result ${(t4-t3).toFixed(0)} = ${(t4-t0).toFixed(0)} | close ex ${(t5-t4).toFixed(0)} cluster ${(t6-t5).toFixed(0)} | since start ${performance.now().toFixed(0)}`);
}
