/** Other workers: where they are, and results fetched from them into the store's memory. */
import type { BulkClient, TaskId, WorkerId } from '@covey/protocol/internal';
import type { FetchId } from '../core/output.js';
import type { BufferPool } from '../store/buffer-pool.js';
import type { StoredValue } from '../store/value-store.js';
import { importValue, ownBytes } from './value-transfer.js';

/** What comes of a fetch. */
export interface FetchEvents {
  onvalue(fetch: FetchId, taskId: TaskId, value: StoredValue): void;
  onabsent(fetch: FetchId, taskId: TaskId): void;
  /** Last; with the error, if there was one. */
  onend(fetch: FetchId, peer: WorkerId, error: unknown): void;
}

/** How much the newest transfer counts in the mean bandwidth. */
const WEIGHT = 0.2;
/** Smaller transfers measure the latency. */
const MEASURED_FROM_BYTES = 256 * 1024;

export class Peers {
  readonly #client: BulkClient;
  readonly #pool: BufferPool;
  readonly #events: FetchEvents;
  readonly #addresses = new Map<WorkerId, string>();
  readonly #fetches = new Map<FetchId, { readonly peer: WorkerId; readonly stop: AbortController }>();
  /** Bytes a second; 0 when nothing was measured yet. */
  bandwidth = 0;
  bytesReceived = 0;
  #fetched = new Map<WorkerId, number>();

  constructor(client: BulkClient, pool: BufferPool, events: FetchEvents) {
    this.#client = client;
    this.#pool = pool;
    this.#events = events;
  }

  setAddress(peer: WorkerId, address: string): void {
    this.#addresses.set(peer, address);
  }

  /** Starts a fetch; all that comes of it comes in a later turn. */
  fetch(fetch: FetchId, peer: WorkerId, taskIds: readonly TaskId[]): void {
    const stop = new AbortController();
    this.#fetches.set(fetch, { peer, stop });
    this.#run(fetch, peer, taskIds, stop.signal).then(
      () => this.#events.onend(fetch, peer, undefined),
      (error: unknown) => this.#events.onend(fetch, peer, error),
    );
  }

  /** Bytes by the peer they came from, since the last call. */
  takeFetched(): readonly (readonly [peer: WorkerId, bytes: number])[] {
    if (this.#fetched.size === 0) return [];
    const fetched = [...this.#fetched];
    this.#fetched = new Map();
    return fetched;
  }

  /** The peer is gone: what is under way from it ends. */
  drop(peer: WorkerId): void {
    this.#addresses.delete(peer);
    for (const fetch of this.#fetches.values()) {
      if (fetch.peer === peer) fetch.stop.abort(new Error(`worker ${peer} is gone`));
    }
  }

  close(): void {
    for (const { stop } of this.#fetches.values()) stop.abort(new Error('the worker forgets what it fetched'));
  }

  async #run(fetch: FetchId, peer: WorkerId, taskIds: readonly TaskId[], signal: AbortSignal): Promise<void> {
    // The lease on what is being filled: theirs who look into the buffers until the store holds them.
    const filling = Symbol('filling');
    const pool = this.#pool;
    const allocate = (bytes: number) => new Uint8Array(pool.allocate(bytes, filling).memory, 0, bytes);
    const startMs = performance.now();
    try {
      const address = this.#addresses.get(peer);
      if (address === undefined) throw new Error(`the address of worker ${peer} is not known`);
      const values = await this.#client.fetch(address, taskIds, { allocate, signal });
      let received = 0;
      for (const [index, taskId] of taskIds.entries()) {
        const frames = values[index];
        if (frames === undefined) {
          this.#events.onabsent(fetch, taskId);
          continue;
        }
        const value = importValue(frames, '', pool);
        received += value.nbytes;
        this.#events.onvalue(fetch, taskId, value.header === 0 ? value : { ...value, header: ownBytes(value.header) });
        pool.unleaseAll(frames);
      }
      this.#fetched.set(peer, (this.#fetched.get(peer) ?? 0) + received);
      this.#measure(received, performance.now() - startMs);
    } finally {
      pool.unleaseAll(filling);
      this.#fetches.delete(fetch);
    }
  }

  #measure(bytes: number, durationMs: number): void {
    this.bytesReceived += bytes;
    if (bytes < MEASURED_FROM_BYTES || durationMs <= 0) return;
    const measured = (bytes / durationMs) * 1000;
    this.bandwidth = this.bandwidth === 0 ? measured : this.bandwidth + WEIGHT * (measured - this.bandwidth);
  }
}
