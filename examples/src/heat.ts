/**
 * Heat spreads over a plate: a grid too large for one worker is cut into bands of rows that stay on the workers, and each step
 * of a band needs only the edges of its two neighbours. The program waits for nothing until the end.
 *
 *     node examples/lib/heat.js [STEPS]
 */
import { Executor, LocalCluster, type Future } from 'covey';

const WIDTH = 1024;
const ROWS = 256;
const BANDS = 4;
const steps = Number(process.argv[2] ?? 20);

/** A band of the plate, row by row. */
type Band = Float64Array;

/** The first and the last row: all that the neighbours have to see. */
const topOf = (band: Band): Band => band.slice(0, WIDTH);
const bottomOf = (band: Band): Band => band.slice(-WIDTH);

/** The band a step later. Rows beyond the plate, like those beyond its sides, are at 0. */
function spread(band: Band, above: Band | null, below: Band | null): Band {
  const next = new Float64Array(band.length);
  for (let row = 0; row < ROWS; row++) {
    for (let x = 0; x < WIDTH; x++) {
      const i = row * WIDTH + x;
      const up = row > 0 ? band[i - WIDTH] : above?.[x];
      const down = row < ROWS - 1 ? band[i + WIDTH] : below?.[x];
      const left = x > 0 ? band[i - 1] : 0;
      const right = x < WIDTH - 1 ? band[i + 1] : 0;
      next[i] = 0.5 * band[i]! + 0.125 * ((up ?? 0) + (down ?? 0) + left! + right!);
    }
  }
  return next;
}

const heatOf = (band: Band): number => band.reduce((sum, heat) => sum + heat, 0);

await using cluster = await LocalCluster.create({ workers: 2 });
await using executor = await Executor.connect(cluster);

// The middle of the plate is hot.
const plate = Array.from({ length: BANDS }, () => new Float64Array(WIDTH * ROWS));
const hot = [plate[BANDS / 2 - 1]!.subarray(-32 * WIDTH), plate[BANDS / 2]!.subarray(0, 32 * WIDTH)];
for (const rows of hot) rows.fill(100);
const before = plate.reduce((sum, band) => sum + heatOf(band), 0);

let bands: Future<Band>[] = await executor.scatter(plate);
for (let step = 0; step < steps; step++) {
  const tops = executor.map(topOf, bands);
  const bottoms = executor.map(bottomOf, bands);
  bands = bands.map((band, i) => executor.submit(spread, band, bottoms[i - 1] ?? null, tops[i + 1] ?? null));
}
const heats = await executor.gather(executor.map(heatOf, bands));
const after = heats.reduce((sum, heat) => sum + heat);

console.log(`${steps} steps of ${BANDS} bands with ${WIDTH} × ${ROWS} points each`);
console.log(`heat before ${before.toFixed(0)}, after ${after.toFixed(0)}: it left at the sides`);
console.log(`in the bands: ${heats.map((heat) => heat.toFixed(0)).join(', ')}`);
