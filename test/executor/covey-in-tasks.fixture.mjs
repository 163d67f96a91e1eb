/** Tasks that import Covey by name, as an ES module, by `import()` and by `require`: what each of them finds, a line each. */
import { createRequire } from 'node:module';
import {
  asCompleted,
  delayed,
  Executor,
  Future,
  getExecutor,
  LocalCluster,
  progress,
  Queue,
  ref,
  task,
  TaskCancelledError,
  wait,
} from 'covey';

const require = createRequire(import.meta.url);
const twice = (x) => x * 2;

const tasks = {
  asCompleted: async () => {
    let sum = 0;
    for await (const [, value] of asCompleted(getExecutor().map(twice, [1, 2, 3])).results()) sum += value;
    return sum;
  },
  wait: async () => (await wait(getExecutor().map(twice, [1, 2]))).done.length,
  progress: async () => {
    await progress(getExecutor().map(twice, [1, 2]), { output: { write: () => true } });
    return 'shown';
  },
  'a lazy call': () => getExecutor().compute({ x: delayed(twice)(2) }),
  'a graph': () => getExecutor().get({ a: task(twice, 1), b: task(twice, ref('a')) }, 'b'),
  'a future in a queue': async () => {
    const queue = new Queue(getExecutor(), 'of futures');
    await queue.put(getExecutor().submit(twice, 4));
    return (await queue.get()).result();
  },
  classes: async () => {
    const executor = getExecutor();
    const future = executor.submit(twice, 5);
    future.cancel();
    return [
      executor instanceof Executor,
      future instanceof Future,
      (await future.exception()) instanceof TaskCancelledError,
    ];
  },
  require: async () => (await require('covey').wait(getExecutor().map(twice, [1]))).done.length,
  'import()': async () => (await import('covey')).getExecutor() instanceof (await import('covey')).Executor,
};

const cluster = await LocalCluster.create({ workers: 1, threadsPerWorker: 1 });
const executor = await Executor.connect(cluster);
const found = {};
for (const [name, run] of Object.entries(tasks)) {
  found[name] = await executor
    .submit(run)
    .result()
    .catch((error) => String(error));
}
console.log(JSON.stringify(found));
await executor.close();
await cluster.close();
