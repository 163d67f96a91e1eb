/**
 * One submission at a time, waited for: how long a person or a sequential program waits for the smallest task. It is three
 * round trips (to the scheduler, to the worker, to its thread); what a bare one takes on this machine is told beside.
 */
import { inc } from '../functions.mjs';
import { roundTripMs } from '../loopback.mjs';
import { median, quantile } from '../measure.mjs';

/** So many submissions count as cold: the first ones in fresh processes. */
const COLD = 1000;

/** The median of `rounds` rounds of `n` submissions, after a round to warm up, which begins with the cold ones. */
async function figures(executor, n, rounds, submit) {
  const cold = (await round(executor, n, 0, submit)).slice(0, COLD);
  const warm = [];
  for (let i = 1; i <= rounds; i++) warm.push(await round(executor, n, i * n, submit));
  return {
    p50_ms: median(warm.map((times) => median(times))),
    p99_ms: median(warm.map((times) => quantile(times, 0.99))),
    cold_p50_ms: median(cold),
  };
}

async function round(executor, n, from, submit) {
  const times = [];
  for (let i = from; i < from + n; i++) {
    const start = performance.now();
    const future = submit(executor, i);
    await future.result();
    times.push(performance.now() - start);
    future.release();
  }
  return times;
}

export async function latency({ executor, scale, rounds }) {
  const impure = executor.with({ pure: false });
  // A round lasts about a second, as those of other workloads: V8 compiles on during the first few thousand tasks.
  const n = Math.max(100, Math.round(3000 * scale));
  const reused = await figures(impure, n, rounds, (e, i) => e.submit(inc, i));
  const pure = await figures(executor, n, rounds, (e, i) => e.submit(inc, i + 1e9));
  const fresh = await figures(impure, Math.ceil(n / 3), rounds, (e, i) => {
    const captured = i;
    return e.submit((x) => x + captured, i);
  });
  return {
    ...reused,
    pure_p50_ms: pure.p50_ms,
    fresh_arrow_p50_ms: fresh.p50_ms,
    bare_round_trip_ms: await roundTripMs(),
  };
}
