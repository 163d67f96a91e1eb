/** Bytes between workers since the last picture, summed from what heartbeats tell. */
import { packTransfers } from '@covey/protocol/bridge';
import type { PackedFigures } from '@covey/protocol/bridge';
import type { WorkerId } from '@covey/protocol/internal';

export class Transfers {
  /** By the worker that sent and the one that received. */
  readonly #bytes = new Map<WorkerId, Map<WorkerId, number>>();
  #sinceMs: number;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  add(from: WorkerId, to: WorkerId, bytes: number): void {
    const sent = this.#bytes.get(from) ?? new Map<WorkerId, number>();
    sent.set(to, (sent.get(to) ?? 0) + bytes);
    this.#bytes.set(from, sent);
  }

  /** The picture of what came since the last one, among the workers that are there. */
  take(workers: readonly { readonly id: WorkerId; readonly name: string }[], nowMs: number): PackedFigures {
    const bytes = new Float64Array(workers.length ** 2);
    for (const [i, from] of workers.entries()) {
      const sent = this.#bytes.get(from.id);
      if (sent === undefined) continue;
      for (const [j, to] of workers.entries()) bytes[i * workers.length + j] = sent.get(to.id) ?? 0;
    }
    const overMs = Math.max(1, nowMs - this.#sinceMs);
    this.forget(nowMs);
    return packTransfers({ workers: workers.map(({ name }) => name), bytes, overMs });
  }

  /** Nothing came yet. */
  forget(nowMs: number): void {
    this.#bytes.clear();
    this.#sinceMs = nowMs;
  }
}
