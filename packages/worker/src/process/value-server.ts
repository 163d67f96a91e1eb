/** Serves the store's values to peers and clients, and takes what clients scatter. What is being sent is leased, so that its memory isn't used again meanwhile. */
import { valueBytes } from '@covey/protocol/internal';
import type { BulkContext, BulkSource, TaskId, ValueFrames } from '@covey/protocol/internal';
import type { BufferPool } from '../store/buffer-pool.js';
import { framesOf } from '../store/value-store.js';
import type { StoredValue, ValueStore } from '../store/value-store.js';
import { importValue } from './value-transfer.js';

/** The state that belongs to the current registration: replaced when the worker registers anew. */
export interface ServedStore {
  readonly store: ValueStore;
  readonly pool: BufferPool;
  /** Takes an uploaded value. */
  onstored(taskId: TaskId, value: StoredValue): void;
}

export class ValueServer implements BulkSource {
  readonly #current: () => ServedStore;
  /** A connection has one request at a time. */
  readonly #sending = new WeakMap<BulkContext, { readonly pool: BufferPool; readonly lease: symbol }>();
  readonly #uploading = new WeakSet<BulkContext>();
  bytesSent = 0;

  constructor(current: () => ServedStore) {
    this.#current = current;
  }

  get(ids: readonly number[], context: BulkContext): (ValueFrames | undefined)[] {
    const { store, pool } = this.#current();
    const lease = Symbol('sending');
    this.#sending.set(context, { pool, lease });
    return ids.map((id) => {
      const value = store.get(id as TaskId);
      if (value === undefined) return undefined;
      for (const part of value.parts ?? []) pool.lease(part.buffer, lease);
      this.bytesSent += value.nbytes;
      return framesOf(value);
    });
  }

  release(_ids: readonly number[], context: BulkContext): void {
    const sending = this.#sending.get(context);
    this.#sending.delete(context);
    sending?.pool.unleaseAll(sending.lease);
  }

  put(id: number, frames: ValueFrames, context: BulkContext): void {
    const current = this.#current();
    const { pool } = current;
    const value = importValue(frames, '', pool);
    const small =
      value.header !== 0 && valueBytes(frames) === value.header.length ? value.header.slice() : value.header;
    current.onstored(id as TaskId, { ...value, header: small });
    pool.unleaseAll(frames);
    pool.unleaseAll(context);
  }

  allocate(bytes: number, context: BulkContext): Uint8Array {
    const { pool } = this.#current();
    // An upload that breaks off never gets to `put`.
    if (!this.#uploading.has(context)) {
      this.#uploading.add(context);
      context.signal.addEventListener('abort', () => pool.unleaseAll(context), { once: true });
    }
    return new Uint8Array(pool.allocate(bytes, context).memory, 0, bytes);
  }
}
