/** The cluster's overview over time, as far as somebody has looked: columns for lines. */
import type { Overview } from '@covey/protocol/bridge';

/** Half an hour of two a second. */
const KEPT = 3600;
/** Longer silences are gaps in the lines. */
const GAP_MS = 10_000;

/** A row of what is drawn; null where nobody looked. */
export interface OverviewSample {
  readonly timeMs: number;
  readonly cpu: number | null;
  readonly threads: number | null;
  readonly process: number | null;
  readonly managed: number | null;
  readonly spilled: number | null;
  readonly limit: number | null;
  /** Tasks and bytes a second since the sample before. */
  readonly tasksRate: number | null;
  readonly transferRate: number | null;
}

export class OverviewHistory {
  #samples: OverviewSample[] = [];
  #latest: Overview | undefined;

  get samples(): readonly OverviewSample[] {
    return this.#samples;
  }

  add(overview: Overview): void {
    const before = this.#latest;
    if (before !== undefined && overview.timeMs <= before.timeMs) return;
    this.#latest = overview;
    const { timeMs, cpu, threads, memory } = overview;
    const passedMs = before === undefined ? Infinity : timeMs - before.timeMs;
    if (before !== undefined && passedMs > GAP_MS) this.#samples.push(gapAt(before.timeMs + 1));
    const isRate = before !== undefined && passedMs <= GAP_MS;
    const rate = (now: number, then: number) => (isRate ? Math.max(0, ((now - then) / passedMs) * 1000) : null);
    this.#samples.push({
      timeMs,
      cpu,
      threads,
      process: memory.process,
      managed: memory.managed,
      spilled: memory.spilled,
      limit: memory.limit > 0 ? memory.limit : null,
      tasksRate: rate(overview.completed + overview.erred, (before?.completed ?? 0) + (before?.erred ?? 0)),
      transferRate: rate(overview.transferred, before?.transferred ?? 0),
    });
    if (this.#samples.length > KEPT * 1.1) this.#samples = this.#samples.slice(-KEPT);
  }

  clear(): void {
    this.#samples = [];
    this.#latest = undefined;
  }
}

function gapAt(timeMs: number): OverviewSample {
  const nothing = { cpu: null, threads: null, process: null, managed: null, spilled: null, limit: null };
  return { timeMs, ...nothing, tasksRate: null, transferRate: null };
}
