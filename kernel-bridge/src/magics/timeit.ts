/**
 * `%timeit` and `%%timeit`: how long something takes, over as many runs as fill a fifth of a second, five times.
 */
import { MagicError } from './magic.js';
import type { Magic } from './magic.js';

const ROUNDS = 5;
const ROUND_MS = 200;
const RUNS_MAX = 1e7;

export const timeit: Magic = {
  name: 'timeit',
  usage: '%timeit EXPRESSION, %%timeit',
  summary: 'measures how long an expression, or the cell below, takes',
  takesLine: true,
  takesCell: true,
  takesExpression: true,
  run: async ({ line, body }, { compile, output }) => {
    const code = body ?? line;
    if (code.trim() === '') throw new MagicError('There is nothing to measure: %timeit EXPRESSION');
    const run = compile(code);
    const runs = await runsThatFill(run);
    const means: number[] = [];
    for (let round = 0; round < ROUNDS; round++) means.push((await timeOf(run, runs)) / runs);
    const mean = means.reduce((sum, one) => sum + one, 0) / ROUNDS;
    const spread = Math.sqrt(means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / ROUNDS);
    const text = `${inUnits(mean)} ± ${inUnits(spread)} each (${ROUNDS} rounds of ${runs.toLocaleString('en')} runs, best ${inUnits(Math.min(...means))})`;
    output.stream('stdout', `${text}\n`);
  },
};

async function runsThatFill(run: () => unknown): Promise<number> {
  for (let runs = 1; ; runs *= 10) {
    const passedMs = await timeOf(run, runs);
    if (passedMs >= ROUND_MS / 10 || runs >= RUNS_MAX) {
      return Math.max(1, Math.min(RUNS_MAX, Math.round((runs * ROUND_MS) / Math.max(passedMs, 1e-3))));
    }
  }
}

/** Milliseconds that so many runs take; of asynchronous code, one after the other. */
async function timeOf(run: () => unknown, runs: number): Promise<number> {
  const start = performance.now();
  for (let done = 0; done < runs; done++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return performance.now() - start;
}

function inUnits(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)} s`;
  if (ms >= 1) return `${ms.toPrecision(3)} ms`;
  if (ms >= 1e-3) return `${(ms * 1e3).toPrecision(3)} µs`;
  return `${(ms * 1e6).toPrecision(3)} ns`;
}
