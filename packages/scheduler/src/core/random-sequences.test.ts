import process from 'node:process';
import { playRandomRun } from './testing/random-run.js';

/** `COVEY_SEED=17 npx jest packages/scheduler -t sequence` plays one; `COVEY_SEQUENCES=20000` more of them. */
const seed = process.env['COVEY_SEED'];
const sequences = Number(process.env['COVEY_SEQUENCES'] ?? 2000);

test('random sequences of stimuli keep every invariant, and whatever is wanted ends', () => {
  const seeds = seed === undefined ? Array.from({ length: sequences }, (_, i) => i) : [Number(seed)];
  for (const each of seeds) {
    try {
      playRandomRun(each, { steps: 20 + (each % 5) * 20 });
    } catch (error) {
      throw new Error(`seed ${each}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}, 300_000);
