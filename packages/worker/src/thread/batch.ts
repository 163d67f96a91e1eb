/**
 * One turn's messages as they travel between threads: packed once, in memory that is transferred, with the shared buffers that they name beside it.
 * Alike on both sides; the layout of the messages inside is in `messages.ts`.
 */
import type { MessagePort } from 'node:worker_threads';
import type { BufferId } from './messages.js';
import { pack, unpack } from './packing.js';

/** As posted: the packed batch alone, or with `ids` and `buffers` of equal length. */
export type PostedBatch = ArrayBuffer | readonly [ArrayBuffer, readonly BufferId[], readonly SharedArrayBuffer[]];

/** A batch as received. Bytes among the fields are views of the received memory. */
export interface ReceivedBatch {
  readonly fields: readonly unknown[];
  readonly nbytes: number;
  readonly ids: readonly BufferId[];
  readonly buffers: readonly SharedArrayBuffer[];
}

const none: readonly never[] = [];

/** Collects what one side says in a turn. */
export class OutgoingBatch {
  /** Messages are appended here by `threadOrders` and `threadReports`. */
  fields: unknown[] = [];
  readonly #buffers = new Map<BufferId, SharedArrayBuffer>();

  /** Lets the buffer travel beside the batch; true when the batch did not have it yet. */
  share(id: BufferId, buffer: SharedArrayBuffer): boolean {
    if (this.#buffers.has(id)) return false;
    this.#buffers.set(id, buffer);
    return true;
  }

  get isEmpty(): boolean {
    return this.fields.length === 0;
  }

  /** Posts what was collected, if anything, and starts anew. */
  post(port: MessagePort): void {
    if (this.fields.length === 0) return;
    const bytes = pack(this.fields);
    this.fields = [];
    if (this.#buffers.size === 0) {
      port.postMessage(bytes, [bytes]);
      return;
    }
    port.postMessage([bytes, [...this.#buffers.keys()], [...this.#buffers.values()]], [bytes]);
    this.#buffers.clear();
  }
}

/** Unpacks what `OutgoingBatch.post` posted. */
export function receiveBatch(posted: PostedBatch): ReceivedBatch {
  const [bytes, ids, buffers] = Array.isArray(posted)
    ? (posted as Exclude<PostedBatch, ArrayBuffer>)
    : ([posted as ArrayBuffer, none, none] as const);
  return { fields: unpack(bytes), nbytes: bytes.byteLength, ids, buffers };
}
