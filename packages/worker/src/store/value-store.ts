/**
 * The results that this worker has, by task: encoded, in this thread, so that serving a peer and counting bytes never wait for a compute thread.
 *
 * Small values are bytes; large ones are ranges of the pool's buffers, which the store holds while it has the value.
 */
import type { TaskId, ValueFrames } from '@covey/protocol/internal';
import type { BufferPool, PoolBuffer } from './buffer-pool.js';
import { TaskMap } from './task-map.js';

/** A range of a shared buffer. */
export interface Part {
  readonly buffer: PoolBuffer;
  readonly byteOffset: number;
  readonly nbytes: number;
}

/** An encoded value. With header 0 the first part is the header. */
export interface StoredValue {
  readonly header: Uint8Array | 0;
  readonly parts: readonly Part[] | null;
  /** Header and parts together. */
  readonly nbytes: number;
  readonly type: string;
}

/** Where values are kept; what later puts some of them on disk keeps to the same. */
export interface ValueStore {
  /** Takes over the value's parts. An earlier value of the same task is dropped. */
  put(taskId: TaskId, value: StoredValue): void;
  get(taskId: TaskId): StoredValue | undefined;
  has(taskId: TaskId): boolean;
  drop(taskId: TaskId): void;
  readonly count: number;
  /** Bytes of all values. */
  readonly nbytes: number;
}

export class MemoryStore implements ValueStore {
  readonly #values = new TaskMap<StoredValue>();
  readonly #pool: BufferPool;
  #nbytes = 0;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  get count(): number {
    return this.#values.size;
  }

  get nbytes(): number {
    return this.#nbytes;
  }

  get(taskId: TaskId): StoredValue | undefined {
    return this.#values.get(taskId);
  }

  has(taskId: TaskId): boolean {
    return this.#values.get(taskId) !== undefined;
  }

  put(taskId: TaskId, value: StoredValue): void {
    if (value.parts !== null) for (const part of value.parts) this.#pool.hold(part.buffer);
    // Held first: the new value may share buffers with the old one.
    const before = this.#values.set(taskId, value);
    this.#nbytes += value.nbytes;
    if (before !== undefined) this.#dropped(before);
  }

  drop(taskId: TaskId): void {
    const value = this.#values.take(taskId);
    if (value !== undefined) this.#dropped(value);
  }

  #dropped(value: StoredValue): void {
    this.#nbytes -= value.nbytes;
    if (value.parts !== null) for (const part of value.parts) this.#pool.unhold(part.buffer);
  }
}

/** The value as bulk connections send it. */
export function framesOf(value: StoredValue): ValueFrames {
  const views = (value.parts ?? []).map((part) => viewOf(part));
  if (value.header !== 0) return { header: value.header, buffers: views };
  const [header = new Uint8Array(0), ...buffers] = views;
  return { header, buffers };
}

/** The bytes of a part. */
export function viewOf(part: Part): Uint8Array {
  return new Uint8Array(part.buffer.memory, part.byteOffset, part.nbytes);
}
