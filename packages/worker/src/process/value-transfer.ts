/** Values between the store, compute threads and connections: the same bytes, named in different ways. */
import type { ValueFrames } from '@covey/protocol/internal';
import type { BufferPool, PoolBuffer } from '../store/buffer-pool.js';
import type { Part, StoredValue } from '../store/value-store.js';
import { SHARED_FROM_BYTES } from '../thread/messages.js';
import type { Parts, ThreadValue } from '../thread/messages.js';
import type { ThreadHandle } from './compute-threads.js';

const NO_PARTS = null;

/** A value as a batch for the thread names it: its buffers travel beside the batch, leased to the thread. */
export function threadValue(value: StoredValue, thread: ThreadHandle, pool: BufferPool): ThreadValue {
  return { header: value.header, parts: value.parts === null ? NO_PARTS : shareParts(value.parts, thread, pool) };
}

/** Lets the buffers of these parts travel to the thread. */
export function shareParts(parts: readonly Part[], thread: ThreadHandle, pool: BufferPool): number[] {
  const named: number[] = [];
  for (const { buffer, byteOffset, nbytes } of parts) {
    named.push(buffer.id, byteOffset, nbytes);
    if (thread.batch.share(buffer.id, buffer.memory)) pool.lease(buffer, thread);
  }
  return named;
}

/** A result as a thread names it. @throws Error for a buffer that the pool does not have. */
export function resultValue(
  header: Uint8Array | 0,
  parts: Parts,
  nbytes: number,
  type: string,
  pool: BufferPool,
): StoredValue {
  if (parts === null) return { header, parts: NO_PARTS, nbytes, type };
  const found: Part[] = [];
  for (let at = 0; at < parts.length; at += 3) {
    const buffer = pool.get(parts[at] as number);
    if (buffer === undefined)
      throw new TypeError(`a result names the shared buffer ${parts[at]}, which is not in the pool`);
    found.push({ buffer, byteOffset: parts[at + 1] as number, nbytes: parts[at + 2] as number });
  }
  return { header, parts: found, nbytes, type };
}

/**
 * A value that came over a connection. Buffers that were not received into the pool's memory are copied there, and a large header too. The pool's buffers are
 * leased to `frames` itself where this function allocates them: whoever calls holds them and ends that lease.
 */
export function importValue(frames: ValueFrames, type: string, pool: BufferPool): StoredValue {
  const parts: Part[] = [];
  let nbytes = frames.header.length;
  const isLarge = frames.header.length >= SHARED_FROM_BYTES;
  if (isLarge) parts.push(partOf(frames.header, frames, pool));
  for (const buffer of frames.buffers) {
    nbytes += buffer.length;
    parts.push(partOf(buffer, frames, pool));
  }
  return { header: isLarge ? 0 : frames.header, parts: parts.length === 0 ? NO_PARTS : parts, nbytes, type };
}

function partOf(bytes: Uint8Array, borrower: unknown, pool: BufferPool): Part {
  const known: PoolBuffer | undefined = pool.of(bytes);
  if (known !== undefined) return { buffer: known, byteOffset: bytes.byteOffset, nbytes: bytes.length };
  const buffer = pool.allocate(bytes.length, borrower);
  new Uint8Array(buffer.memory).set(bytes);
  return { buffer, byteOffset: 0, nbytes: bytes.length };
}

/** Small bytes of their own, when they would keep a large piece of received memory alive. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 64 * 1024 && bytes.length < bytes.buffer.byteLength / 4 ? Buffer.from(bytes) : bytes;
}
