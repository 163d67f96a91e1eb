/**
 * Estimates π by throwing darts, until the estimate is good enough: results are taken as they come, and more work is added while
 * it is needed.
 *
 *     node examples/lib/pi.js [STANDARD_ERROR]
 */
import { asCompleted, Executor, LocalCluster, type Future } from 'covey';

const DARTS = 2_000_000;
const wanted = Number(process.argv[2] ?? 0.0002);

/** Throws darts at a square; gives how many hit the quarter of a circle in it. Each seed gives its own sequence. */
function throwDarts(seed: number): number {
  let state = (seed * 0x9e3779b9) >>> 0;
  const random = () => {
    // Mulberry32: small, quick, and the same everywhere.
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  let hits = 0;
  for (let i = 0; i < DARTS; i++) if (random() ** 2 + random() ** 2 < 1) hits++;
  return hits;
}

await using cluster = await LocalCluster.create({ workers: 2 });
await using executor = await Executor.connect(cluster);

let seed = 0;
let [hits, thrown, running] = [0, 0, 0];
const throws = asCompleted<Future<number>>();
const throwMore = () => {
  throws.add(executor.submit(throwDarts, seed++));
  running++;
};
for (let i = 0; i < 8; i++) throwMore();

for await (const [, hit] of throws.results()) {
  running--;
  hits += hit;
  thrown += DARTS;
  const share = hits / thrown;
  const error = 4 * Math.sqrt((share * (1 - share)) / thrown);
  // While it is not good enough, a finished task makes room for another.
  if (error > wanted) throwMore();
  else if (running === 0) console.log(`π ≈ ${(4 * share).toFixed(4)} ± ${error.toFixed(4)}, after ${thrown} darts`);
}
