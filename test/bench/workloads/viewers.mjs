/**
 * What live figures cost the scheduler: its processor time a task of `map` and `gather` before anybody has watched, with
 * ten dashboards, and when they have left long enough. Viewers are in a process of their own and pull over HTTP, as browsers do.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Executor, LocalCluster } from 'covey';
import { inc } from '../functions.mjs';
import { median } from '../measure.mjs';

const VIEWERS = 10;
/** After a minute the scheduler collects nothing any more. */
const LEFT_MS = 62_000;
const TICKS_PER_SECOND = 100;

export async function viewers({ scale, rounds }) {
  if (process.platform !== 'linux') return { skipped: 'processor time of other processes is read from /proc' };
  const n = Math.max(20_000, Math.round(300_000 * scale));
  const cluster = await LocalCluster.create({ workers: 2, threadsPerWorker: 1, protocol: 'ws' });
  try {
    const executor = (await Executor.connect(cluster)).with({ pure: false });
    await executor.waitForWorkers(2);
    const pid = schedulerPid();
    const round = async () => {
      const before = processorSeconds(pid);
      const futures = executor.map(
        inc,
        Array.from({ length: n }, (_, i) => i),
      );
      await executor.gather(futures);
      for (const future of futures) future.release();
      return ((processorSeconds(pid) - before) / n) * 1e6;
    };
    const measure = async () => {
      const costs = [];
      for (let i = 0; i < rounds; i++) costs.push(await round());
      return median(costs);
    };
    await round();
    const alone = await measure();
    const child = startViewers(cluster);
    await once(child, 'message');
    await round();
    const watched = await measure();
    child.kill();
    await delay(LEFT_MS);
    const left = await measure();
    await executor.close();
    return {
      tasks: n,
      us_per_task: alone,
      us_per_task_with_10_viewers: watched,
      us_per_task_after_they_left: left,
      more_percent: (watched / alone - 1) * 100,
    };
  } finally {
    await cluster.close();
  }
}

/** The scheduler that this process started. */
function schedulerPid() {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
      if (parent !== process.pid) continue;
      if (readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('scheduler.cjs')) return Number(name);
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
    }
  }
  throw new Error('the scheduler is no child of this process');
}

function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function startViewers(cluster) {
  return spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      VIEWED: cluster.address.replace('ws:', 'http:'),
      TOKEN: cluster.secret.httpToken(),
    },
  });
}

/** A dashboard with its first panels open. */
async function view(topic, onfirst) {
  const headers = { authorization: `Bearer ${process.env.TOKEN}` };
  for (let cursor = 0; ; onfirst()) {
    const response = await fetch(`${process.env.VIEWED}/figures/${topic}?cursor=${cursor}&waitMs=1000`, { headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    cursor = JSON.parse(bytes.toString('utf8', 4, 4 + bytes.readUInt32LE(0))).cursor;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const topics = ['overview', 'workers', 'progress', 'task-stream'];
  let first = topics.length * VIEWERS;
  const onfirst = () => {
    if (--first === 0) process.send('watching');
  };
  for (let i = 0; i < VIEWERS; i++) for (const topic of topics) void view(topic, onfirst);
}
