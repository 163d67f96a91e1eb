/** A topic whose newest picture replaces the one before. All viewers are shown the same one. */
import type { PackedFigures } from '@covey/protocol/bridge';
import type { Feed, Portion } from './feed.js';

export class Snapshot implements Feed {
  readonly #make: (nowMs: number) => PackedFigures;
  readonly #intervalMs: () => number;
  #picture: PackedFigures = { json: null, buffers: [] };
  #number = 0;
  #dueMs = -Infinity;

  /** `intervalMs` is asked after every picture: what takes long to make is made less often. */
  constructor(make: (nowMs: number) => PackedFigures, intervalMs: () => number) {
    this.#make = make;
    this.#intervalMs = intervalMs;
  }

  newest(nowMs: number): number {
    if (nowMs >= this.#dueMs) {
      this.#picture = this.#make(nowMs);
      this.#number++;
      this.#dueMs = nowMs + this.#intervalMs();
    }
    return this.#number;
  }

  read(_cursor: number, nowMs: number): Portion {
    return { cursor: this.newest(nowMs), missed: 0, ...this.#picture };
  }
}

/** A snapshot of plain data. */
export function plainSnapshot(make: (nowMs: number) => unknown, intervalMs: () => number): Snapshot {
  return new Snapshot((nowMs) => ({ json: make(nowMs), buffers: [] }), intervalMs);
}
