/**
 * What live figures cost the scheduler: its processor time a task of `map` and `gather` while ten dashboards watch, and after
 * they have left, beside that of a scheduler that nobody has watched.
 *
 * Rounds differ by more than what is looked for, and so do two processes that do the same: V8 compiles each a little
 * differently. So two clusters take turns at short rounds, and what a dozen of them cost the one is compared with what they cost
 * the other (single rounds differ by whether a collection falls into them); ratios are compared with ratios, so what the one
 * cluster's scheduler is by itself goes out; and all of it is done several times with new clusters.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Executor, LocalCluster } from 'covey';
import { inc } from '../functions.mjs';
import { median, medianInterval } from '../measure.mjs';
import { processorSeconds, schedulersOf } from '../processor-time.mjs';

const VIEWERS = 10;
const TASKS = 40_000;
/** Pairs of rounds whose costs are one sum. */
const BLOCK = 16;
/** Blocks with the same two clusters. */
const BLOCKS = 4;
const WARM_UPS = 8;
/** After a minute the scheduler collects nothing any more. */
const LEFT_MS = 62_000;

export async function viewers({ scale, rounds }) {
  if (process.platform !== 'linux') return { skipped: 'processor time of other processes is read from /proc' };
  const tasks = Math.max(5_000, Math.round(TASKS * scale));
  const costs = [];
  const viewed = [];
  for (let i = 0; i <= rounds; i++) {
    await withTwoClusters(tasks, async (first, second) => {
      let change = 1;
      for (let block = 0; block < BLOCKS; block++) {
        const isFirst = block % 2 === 0;
        const [a, b] = await watched(isFirst ? first : second, () => compare(first, second));
        costs.push(isFirst ? b : a);
        change *= isFirst ? a / b : b / a;
      }
      // Each was watched as often as the other: what they are by themselves is not in it any more.
      viewed.push(change ** (1 / BLOCKS));
    });
  }
  const afterwards = await withTwoClusters(tasks, async (first, second) => {
    const blocks = async () => {
      const ratios = [];
      for (let i = 0; i < BLOCKS; i++) {
        const [a, b] = await compare(first, second);
        ratios.push(a / b);
      }
      return ratios;
    };
    const before = median(await blocks());
    await watched(first, () => compare(first, second));
    await delay(LEFT_MS);
    return (await blocks()).map((ratio) => ratio / before);
  });
  return {
    tasks,
    clusters: 2 * viewed.length,
    us_per_task: median(costs),
    ...morePercent('viewers', viewed),
    ...morePercent('afterwards', afterwards),
  };
}

/** Lets two new clusters be compared. */
async function withTwoClusters(tasks, act) {
  const first = await measuredCluster(tasks);
  const second = await measuredCluster(tasks);
  try {
    for (let i = 0; i < WARM_UPS; i++) for (const { round } of [first, second]) await round();
    return await act(first, second);
  } finally {
    await first.close();
    await second.close();
  }
}

/** What a task costs either, in a block of rounds in which each begins as often as the other. */
async function compare(first, second) {
  const costs = [0, 0];
  for (let i = 0; i < BLOCK; i++) {
    for (const at of i % 2 === 0 ? [0, 1] : [1, 0]) costs[at] += (await [first, second][at].round()) / BLOCK;
  }
  return costs;
}

/** How much more in the middle, and between what that lies with 95 %. */
function morePercent(name, ratios) {
  const [least, most] = medianInterval(ratios);
  const [middle, atLeast, atMost] = [median(ratios), least, most].map((ratio) => (ratio - 1) * 100);
  return { [`${name}_more_percent`]: middle, [`${name}_at_least`]: atLeast, [`${name}_at_most`]: atMost };
}

/** A cluster, and what a task of a round on it costs its scheduler, in microseconds. */
async function measuredCluster(tasks) {
  const others = schedulersOf(process.pid);
  const cluster = await LocalCluster.create({ workers: 2, threadsPerWorker: 1, protocol: 'ws' });
  const [scheduler] = schedulersOf(process.pid).filter((pid) => !others.includes(pid));
  const executor = (await Executor.connect(cluster)).with({ pure: false });
  await executor.waitForWorkers(2);
  const inputs = Array.from({ length: tasks }, (_, i) => i);
  return {
    cluster,
    async round() {
      const began = processorSeconds(scheduler);
      const futures = executor.map(inc, inputs);
      await executor.gather(futures);
      for (const future of futures) future.release();
      // It is answered after what was sent before it: the round's tasks are forgotten.
      await executor.nthreads();
      return ((processorSeconds(scheduler) - began) / tasks) * 1e6;
    },
    async close() {
      await executor.close();
      await cluster.close();
    },
  };
}

/** Does something while dashboards watch a cluster. */
async function watched({ cluster, round }, act) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../dashboards.mjs', import.meta.url))], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      VIEWED: cluster.address.replace('ws:', 'http:'),
      TOKEN: cluster.secret.httpToken(),
      VIEWERS,
    },
  });
  const ended = once(child, 'exit');
  try {
    await once(child, 'message');
    for (let i = 0; i < WARM_UPS; i++) await round();
    return await act();
  } finally {
    child.kill();
    await ended;
  }
}
