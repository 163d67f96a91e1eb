/** Runs of tasks as a busy cluster makes them: threads that work through functions, with pauses and some failures. */
import type { TaskStreamColumns } from '@covey/protocol/bridge';
import { seeded } from './random.js';

export interface SampleRunsOptions {
  readonly seed: number;
  readonly workers: readonly string[];
  readonly threads: number;
  readonly functions: readonly string[];
  readonly tasksPerSecond: number;
  /** Share of the time in which threads work. */
  readonly busy?: number;
  readonly failures?: number;
}

export class SampleRuns {
  readonly #options: SampleRunsOptions;
  readonly #random: () => number;
  /** When each lane is free. */
  readonly #free: Float64Array;
  /** Functions come in phases, one after the other in each lane. */
  readonly #meanMs: number;
  #told = false;
  #task = 0;

  constructor(options: SampleRunsOptions, fromMs: number) {
    this.#options = options;
    this.#random = seeded(options.seed);
    const lanes = options.workers.length * options.threads;
    this.#free = new Float64Array(lanes).map(() => fromMs + this.#random() * 50);
    this.#meanMs = (lanes / options.tasksPerSecond) * 1000;
  }

  get lanes(): number {
    return this.#free.length;
  }

  /** All runs that end before a moment and were not told before. */
  until(timeMs: number): TaskStreamColumns {
    const { workers, threads, functions, busy = 0.985, failures = 0.002 } = this.#options;
    const rows: { start: number; duration: number; lane: number; name: number; outcome: number }[] = [];
    for (let lane = 0; lane < this.#free.length; lane++) {
      for (;;) {
        const start = this.#free[lane]!;
        const phase = Math.floor(start / 4000 + (lane % 7) / 14);
        const spread = Math.floor(this.#random() ** 3 * Math.min(functions.length, 6));
        const name = (phase * 3 + spread) % functions.length;
        const whole = this.#meanMs * (0.3 + 1.4 * this.#random()) * (0.4 + (1.2 * ((name * 37) % 10)) / 10);
        const duration = whole * busy;
        if (start + duration > timeMs) break;
        const fate = this.#random();
        rows.push({ start, duration, lane, name, outcome: fate < failures ? 1 : fate < failures * 1.3 ? 2 : 0 });
        this.#free[lane] = start + whole + (this.#random() < 0.01 ? whole * 6 * (1 - busy) : 0);
      }
    }
    rows.sort((a, b) => a.start + a.duration - b.start - b.duration);
    const first = !this.#told;
    this.#told = true;
    return {
      start: Float64Array.from(rows, ({ start }) => start),
      duration: Float32Array.from(rows, ({ duration }) => duration),
      lane: Uint16Array.from(rows, ({ lane }) => lane),
      name: Uint32Array.from(rows, ({ name }) => name),
      outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
      task: Float64Array.from(rows, () => ++this.#task),
      count: Uint32Array.from(rows, () => 1),
      lanes: {
        first: first ? 0 : this.lanes,
        added: first
          ? workers.flatMap((worker) => Array.from({ length: threads }, (_, thread) => ({ worker, thread })))
          : [],
      },
      names: { first: first ? 0 : functions.length, added: first ? functions : [] },
    };
  }
}
