/**
 * Moving big arrays: client to worker and back, and worker to worker, with the bare socket beside it. On Linux the client's
 * transfers are measured in a process that was started as notebook kernels are: its C library asks for large pages, as numpy
 * does for the peer's arrays. What a program gets that was started without is told beside it, as `plain_…`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { count, nbytes, ones } from '../functions.mjs';
import { loopbackMBps } from '../loopback.mjs';
import { median, quantile, timed } from '../measure.mjs';

/** What our kernelspec sets. */
const LARGE_PAGES = 'glibc.malloc.hugetlb=1';
const runner = fileURLToPath(new URL('../run.mjs', import.meta.url));
const NUMBERS_PER_MB = 131_072;

export async function scatter_gather(settings) {
  const { scale, rounds } = settings;
  const here = await moveThereAndBack(settings);
  if (process.platform !== 'linux' || process.env.GLIBC_TUNABLES !== undefined) return here;
  const plain = Object.entries(here).filter(([figure]) => figure !== 'MB');
  const beside = Object.fromEntries(plain.map(([figure, value]) => [`plain_${figure}`, value]));
  return { ...(await withLargePages(scale, rounds)), ...beside };
}

/**
 * The medians of single arrays, as many as last `rounds` times as long as a round of other workloads. The slowest tenth stands
 * beside: in a virtual machine some take several times as long, when the host has to find the memory.
 */
async function moveThereAndBack({ executor, scale, rounds, targetSeconds }) {
  const impure = executor.with({ pure: false });
  const MB = Math.round(64 * Math.max(scale, 0.25));
  const data = Float64Array.from({ length: MB * NUMBERS_PER_MB }, Math.random);
  /** Moves arrays until the time is over, and tells the MB/s of each, up and down. */
  const move = async (seconds) => {
    const rates = { up: [], down: [] };
    for (let moved = 0; moved < seconds;) {
      let future;
      const sent = await timed(async () => {
        future = await executor.scatter(data, { hash: false });
        await impure.submit(count, future).result();
      });
      const fetched = await timed(() => executor.gather(future));
      if (fetched.value.byteLength !== data.byteLength) throw new Error('the array came back with another length');
      future.release();
      rates.up.push(MB / sent.seconds);
      rates.down.push(MB / fetched.seconds);
      moved += fetched.seconds;
    }
    return rates;
  };
  const warmUp = await move(targetSeconds);
  const { up, down } = await move(rounds * targetSeconds);
  return {
    MB,
    scatter_MBps: median(up),
    gather_MBps: median(down),
    slow_scatter_MBps: quantile(up, 0.1),
    slow_gather_MBps: quantile(down, 0.1),
    cold_scatter_MBps: warmUp.up[0],
    cold_gather_MBps: warmUp.down[0],
  };
}

/** The figures of this workload from a process with large pages. */
async function withLargePages(scale, rounds) {
  const folder = await mkdtemp(join(tmpdir(), 'covey-bench-'));
  try {
    const file = join(folder, 'figures.json');
    const flags = ['--only', 'scatter_gather', '--scale', scale, '--rounds', rounds, '--json', file].map(String);
    const env = { ...process.env, GLIBC_TUNABLES: LARGE_PAGES };
    await promisify(execFile)(process.execPath, [runner, ...flags], { env });
    return JSON.parse(await readFile(file, 'utf8')).figures.scatter_gather;
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function peer_transfer({ executor, scale }) {
  const MB = Math.round(256 * Math.max(scale, 0.25));
  const { workers } = await executor.schedulerInfo();
  const at = (worker) => executor.with({ pure: false, workers: worker.name });
  let best = 0;
  let cold;
  for (let i = 0; i < 4; i++) {
    const made = at(workers[0]).submit(ones, MB * NUMBERS_PER_MB);
    await at(workers[0]).submit(nbytes, made).result();
    const { seconds } = await timed(() => at(workers[1]).submit(nbytes, made).result());
    made.release();
    cold ??= MB / seconds;
    best = Math.max(best, MB / seconds);
  }
  const bare = await loopbackMBps(MB);
  return { MB, MBps: best, cold_MBps: cold, bare_socket_MBps: bare, share_of_bare_socket: best / bare };
}
