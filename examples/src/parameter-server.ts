/**
 * Fits a line to points with a parameter server: an actor keeps the model on a worker, and tasks elsewhere fetch it, learn from
 * their own part of the data, and send back what they learned. Calls of an actor go directly to its worker.
 *
 *     node examples/lib/parameter-server.js [ROUNDS]
 */
import { Executor, LocalCluster, type Actor } from 'covey';

const PARTS = 4;
const rounds = Number(process.argv[2] ?? 60);

/** Points of y = 3x - 2, with a little noise that is the same in each run. */
function makePoints(part: number): [x: number, y: number][] {
  return Array.from({ length: 500 }, (_, i) => {
    const x = ((i * 7 + part * 13) % 500) / 250 - 1;
    return [x, 3 * x - 2 + 0.1 * Math.sin(1000 * x + part)];
  });
}

/** The model. One copy exists, on one worker. */
class Line {
  #slope = 0;
  #offset = 0;
  #steps = 0;

  current(): [slope: number, offset: number] {
    return [this.#slope, this.#offset];
  }

  learn([slope, offset]: readonly [number, number]): void {
    this.#slope -= slope;
    this.#offset -= offset;
    this.#steps++;
  }

  steps(): number {
    return this.#steps;
  }
}

/** Follows the error of the line downhill, on one part of the points. */
async function train(line: Actor<Line>, points: readonly [number, number][], times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const [slope, offset] = await line.current();
    let [bySlope, byOffset] = [0, 0];
    for (const [x, y] of points) {
      const error = slope * x + offset - y;
      bySlope += error * x;
      byOffset += error;
    }
    await line.learn([(0.2 * bySlope) / points.length, (0.2 * byOffset) / points.length]);
  }
}

await using cluster = await LocalCluster.create({ workers: 3, threadsPerWorker: 1 });
await using executor = await Executor.connect(cluster);

const line = await executor.with({ actor: true }).submit(Line).result();
const parts = executor.map(
  makePoints,
  Array.from({ length: PARTS }, (_, i) => i),
);
await executor.gather(parts.map((points) => executor.submit(train, line, points, rounds)));

const [slope, offset] = await line.current();
console.log(`y = ${slope.toFixed(1)}x ${offset < 0 ? '-' : '+'} ${Math.abs(offset).toFixed(1)}`);
console.log(`learned in ${await line.steps()} steps`);
