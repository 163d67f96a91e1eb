/** One submission at a time, waited for: how long a person or a sequential program waits for the smallest task. */
import { inc } from '../functions.mjs';
import { median, quantile } from '../measure.mjs';

async function figures(executor, n, submit) {
  for (let i = 0; i < 50; i++) await submit(executor, i).result();
  const times = [];
  for (let i = 0; i < n; i++) {
    const start = performance.now();
    const future = submit(executor, i);
    await future.result();
    times.push(performance.now() - start);
    future.release();
  }
  return { p50_ms: median(times), p99_ms: quantile(times, 0.99) };
}

export async function latency({ executor, scale }) {
  const impure = executor.with({ pure: false });
  const n = Math.max(100, Math.round(1000 * scale));
  const reused = await figures(impure, n, (e, i) => e.submit(inc, i));
  const pure = await figures(executor, n, (e, i) => e.submit(inc, i + 1e9));
  const fresh = await figures(impure, n, (e, i) => {
    const captured = i;
    return e.submit((x) => x + captured, i);
  });
  return { ...reused, pure_p50_ms: pure.p50_ms, fresh_arrow_p50_ms: fresh.p50_ms };
}
