/** Moving big arrays: client to worker and back, and worker to worker, with the bare socket beside it. */
import { count, nbytes, ones } from '../functions.mjs';
import { loopbackMBps } from '../loopback.mjs';
import { median, timed } from '../measure.mjs';

const NUMBERS_PER_MB = 131_072;

export async function scatter_gather({ executor, scale, rounds }) {
  const impure = executor.with({ pure: false });
  const MB = Math.round(64 * Math.max(scale, 0.25));
  const data = Float64Array.from({ length: MB * NUMBERS_PER_MB }, Math.random);
  const up = [];
  const down = [];
  for (let i = 0; i < rounds + 1; i++) {
    let future;
    const sent = await timed(async () => {
      future = await executor.scatter(data, { hash: false });
      await impure.submit(count, future).result();
    });
    const fetched = await timed(() => executor.gather(future));
    if (fetched.value.byteLength !== data.byteLength) throw new Error('the array came back with another length');
    future.release();
    up.push(MB / sent.seconds);
    down.push(MB / fetched.seconds);
  }
  return {
    MB,
    scatter_MBps: median(up.slice(1)),
    gather_MBps: median(down.slice(1)),
    cold_scatter_MBps: up[0],
    cold_gather_MBps: down[0],
  };
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
