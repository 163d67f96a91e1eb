/** The functions that the scheduler sent, encoded, until it releases them; and which of them a thread has been given. */
import type { FunctionBlob, FunctionId } from '@covey/protocol/internal';
import type { BufferPool } from '../store/buffer-pool.js';
import type { StoredValue } from '../store/value-store.js';
import { threadOrders } from '../thread/messages.js';
import type { ThreadHandle } from './compute-threads.js';
import { importValue, threadValue } from './value-transfer.js';

interface KnownBlob {
  readonly blob: FunctionBlob;
  readonly value: StoredValue;
}

export class FunctionBlobs {
  readonly #known = new Map<FunctionId, KnownBlob>();
  readonly #pool: BufferPool;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  get size(): number {
    return this.#known.size;
  }

  add(id: FunctionId, blob: FunctionBlob): void {
    if (this.#known.has(id)) return;
    const value = importValue(blob, blob.name, this.#pool);
    // The bytes came as views of a received frame, which they would keep.
    const header = value.header === 0 ? 0 : value.header.slice();
    for (const part of value.parts ?? []) this.#pool.hold(part.buffer);
    this.#pool.unleaseAll(blob);
    this.#known.set(id, { blob: { ...blob, header: new Uint8Array(0), buffers: [] }, value: { ...value, header } });
  }

  has(id: FunctionId): boolean {
    return this.#known.has(id);
  }

  /** Tells the thread the function, unless it knows it. */
  ensure(id: FunctionId, thread: ThreadHandle): void {
    if (thread.functions.has(id)) return;
    const known = this.#known.get(id);
    if (known === undefined) throw new TypeError(`function ${id} was not sent before the first task that names it`);
    thread.functions.add(id);
    threadOrders.function(thread.batch.fields, id, known.blob, threadValue(known.value, thread, this.#pool));
  }

  release(ids: readonly FunctionId[], threads: Iterable<ThreadHandle>): void {
    for (const id of ids) {
      const known = this.#known.get(id);
      if (known === undefined) continue;
      this.#known.delete(id);
      for (const part of known.value.parts ?? []) this.#pool.unhold(part.buffer);
    }
    for (const thread of threads) {
      const told = ids.filter((id) => thread.functions.delete(id));
      if (told.length > 0) threadOrders.releaseFunctions(thread.batch.fields, told);
    }
  }
}
