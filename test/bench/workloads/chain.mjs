/** A chain of dependent trivial tasks: what each link costs when nothing can overlap. */
import { inc } from '../functions.mjs';
import { median, timed } from '../measure.mjs';

async function once(executor, n) {
  let last = executor.submit(inc, 0);
  for (let i = 1; i < n; i++) last = executor.submit(inc, last);
  if ((await last.result()) !== n) throw new Error('the chain gave a wrong result');
}

export async function chain({ executor, scale, rounds }) {
  const impure = executor.with({ pure: false });
  const n = Math.max(200, Math.round(3000 * scale));
  const times = [];
  for (let i = 0; i < rounds + 1; i++) times.push((await timed(() => once(impure, n))).seconds);
  return { tasks: n, ms_per_link: (median(times.slice(1)) / n) * 1e3, cold_ms_per_link: (times[0] / n) * 1e3 };
}
