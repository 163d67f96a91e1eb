/**
 * The task stream of a real cluster, as a dashboard is told it that opens when a hundred thousand runs are there: five
 * thousand tasks a second go on. For benchmarks that replay it when no cluster is running any more.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Executor, LocalCluster, wait } from 'covey';

const STEP_MS = 20;
const WAIT_MS = 1000;

const functions = [
  function load(x) {
    return x;
  },
  function parse(x) {
    return x;
  },
  function clean(x) {
    return x;
  },
  function split(x) {
    return x;
  },
  function score(x) {
    return x;
  },
  function merge(x) {
    return x;
  },
];

/**
 * @returns what was received, one after the other: how many bytes an answer has (32 bits), after how many milliseconds it
 * came (a float of 64), the answer.
 */
export async function recordStream({ tasksPerSecond, past, forMs }) {
  const cluster = await LocalCluster.create({ workers: 2, threadsPerWorker: 2, protocol: 'ws' });
  try {
    const executor = (await Executor.connect(cluster)).with({ pure: false });
    await executor.waitForWorkers(2);
    const end = new AbortController();
    const pull = puller(cluster, end.signal);
    // Somebody looks from the first run on: only then are runs told of.
    const keeping = pull('overview', () => undefined);
    const working = work(executor, tasksPerSecond, end.signal);
    await delay((past / tasksPerSecond) * 1000);
    const parts = [];
    const began = performance.now();
    const recording = pull('task-stream', (body) => parts.push(head(body, performance.now() - began), body));
    await delay(forMs);
    end.abort();
    await Promise.all([keeping, recording, working]);
    await executor.close();
    return Buffer.concat(parts);
  } finally {
    await cluster.close();
  }
}

/** A share of the tasks of a second in each step, however late a step comes. */
async function work(executor, tasksPerSecond, signal) {
  const began = performance.now();
  const running = [];
  const ran = async (futures) => {
    await wait(futures);
    for (const future of futures) future.release();
  };
  for (let submitted = 0; !signal.aborted;) {
    const due = Math.floor(((performance.now() - began) / 1000) * tasksPerSecond);
    const count = Math.min(due - submitted, tasksPerSecond / 10);
    submitted = due;
    for (const [i, fn] of functions.entries()) {
      const items = Array.from({ length: Math.round((count * (i + 1)) / 21) }, (_, item) => item);
      if (items.length > 0) running.push(ran(executor.map(fn, items)));
    }
    await delay(STEP_MS);
  }
  await Promise.all(running);
}

function puller(cluster, signal) {
  const base = cluster.address.replace('ws:', 'http:');
  const headers = { authorization: `Bearer ${cluster.secret.httpToken()}` };
  return async (topic, on) => {
    try {
      for (let cursor = 0; !signal.aborted;) {
        const response = await fetch(`${base}/figures?${topic}=${cursor}&waitMs=${WAIT_MS}`, {
          headers,
          signal,
        });
        const body = Buffer.from(await response.arrayBuffer());
        cursor = JSON.parse(body.toString('utf8', 4, 4 + body.readUInt32LE(0))).cursor;
        on(body);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
}

function head(body, atMs) {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE(body.byteLength, 0);
  bytes.writeDoubleLE(atMs, 4);
  return bytes;
}
