/**
 * What live figures cost the scheduler: its processor time a task of `map` and `gather` while ten dashboards watch, and after
 * they have left, beside that of a scheduler that nobody has watched.
 *
 * Rounds differ by more than what is looked for, and so do two processes that do the same. So two clusters take turns at short
 * rounds, whose ratio is left alone by whatever lasts longer than a pair of them; and ratios are compared with ratios: what
 * the one cluster's scheduler is by itself goes out.
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
const TASKS = 60_000;
const PAIRS = 12;
const WARM_UPS = 8;
/** After a minute the scheduler collects nothing any more. */
const LEFT_MS = 62_000;

export async function viewers({ scale, rounds }) {
  if (process.platform !== 'linux') return { skipped: 'processor time of other processes is read from /proc' };
  const tasks = Math.max(5_000, Math.round(TASKS * scale));
  const first = await measuredCluster(tasks);
  const second = await measuredCluster(tasks);
  try {
    for (let i = 0; i < WARM_UPS; i++) for (const { round } of [first, second]) await round();
    /** The costs of both, pair by pair. Each begins as often as the other. */
    const compare = async () => {
      const pairs = [];
      for (let i = 0; i < PAIRS * rounds; i++) {
        const costs = [];
        for (const { round } of i % 2 === 0 ? [first, second] : [second, first]) costs.push(await round());
        pairs.push(i % 2 === 0 ? costs : costs.reverse());
      }
      return pairs;
    };
    const before = await compare();
    const firstWatched = await watched(first, compare);
    await delay(LEFT_MS);
    const firstLeft = await compare();
    const secondWatched = await watched(second, compare);
    const change = (pairs, base) => pairs.map(([a, b], i) => a / b / (base[i][0] / base[i][1]));
    return {
      tasks,
      pairs: before.length,
      us_per_task: median(before.flat()),
      // Once the first was watched, once the second: what viewers cost is in it twice.
      ...morePercent('viewers', change(firstWatched, secondWatched).map(Math.sqrt)),
      ...morePercent('afterwards', change(firstLeft, before)),
    };
  } finally {
    await first.close();
    await second.close();
  }
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
