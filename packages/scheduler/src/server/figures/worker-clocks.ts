/** How far the clocks of workers are from the scheduler's, as heartbeats tell. */
import type { WorkerId } from '@covey/protocol/internal';

/** A clock that seems this near is taken to be the same one: what differs is the way of the message. */
const SAME_MS = 50;

export class WorkerClocks {
  readonly #offsets = new Map<WorkerId, number>();

  /** A heartbeat that was written at `sentMs`, on its worker's clock, is here. The fastest one told most. */
  heard(worker: WorkerId, sentMs: number, nowMs: number): void {
    const offset = nowMs - sentMs;
    this.#offsets.set(worker, Math.min(this.#offsets.get(worker) ?? Infinity, offset));
  }

  /** To be added to a time of the worker's; milliseconds. */
  offsetOf(worker: WorkerId): number {
    const offset = this.#offsets.get(worker) ?? 0;
    return Math.abs(offset) < SAME_MS ? 0 : offset;
  }

  forget(worker: WorkerId): void {
    this.#offsets.delete(worker);
  }
}
