/**
 * The bytes of bulk connections, after the handshake. One request at a time; everything has its length up front.
 *
 * request   op u8 · 3 unused · count u32 · body bytes f64 · body
 *           get: body = count ids (f64).  put: body = directory, payload follows
 * response  status u8 · 3 unused · count u32 · body bytes f64 · body
 *           values: body = directory, payload follows.  stored: empty.  failed: body = an error record
 * directory per value: present u8 · 3 unused · number of buffers u32 · id f64 · header bytes f64 · bytes of each buffer f64
 * payload   per present value: header, then its buffers
 *
 * Numbers are big-endian; lengths are doubles, since they pass 2^32.
 */
import { ProtocolError } from '../errors.js';
import { decode, encode } from '../channels/codec.js';
import { readErrorRecord } from '../channels/calls.js';
import { toErrorRecord, type ErrorRecord } from '../errors.js';
import type { Filling } from './filling.js';
import type { ValueFrames } from './value-frames.js';

export const OP = { get: 1, put: 2 } as const;
export const STATUS = { values: 1, stored: 2, failed: 3 } as const;

const PREFIX_BYTES = 16;
const ENTRY_BYTES = 24;

/** Bounds of what a peer may announce. */
export interface BulkLimits {
  /** Longest request list or directory, in bytes. Default 64 MiB. */
  readonly maxBodyBytes: number;
  /** Longest header of a value. Default 256 MiB. */
  readonly maxHeaderBytes: number;
  /** Longest single buffer. Default what Node can hold. */
  readonly maxBufferBytes: number;
}

/** One value's place in a directory. */
export interface Entry {
  readonly id: number;
  readonly present: boolean;
  readonly headerBytes: number;
  readonly bufferBytes: readonly number[];
}

/** The first bytes of a request or response. */
export interface Prefix {
  readonly code: number;
  readonly count: number;
  readonly bodyBytes: number;
}

export function encodeGet(ids: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + 8 * ids.length);
  writePrefix(bytes, OP.get, ids.length, 8 * ids.length);
  for (let index = 0; index < ids.length; index++) bytes.writeDoubleBE(ids[index] as number, PREFIX_BYTES + 8 * index);
  return bytes;
}

/** Prefix and directory of values that are sent; `undefined` says that a value is not here. */
export function encodeDirectory(
  code: number,
  ids: readonly number[],
  values: readonly (ValueFrames | undefined)[],
): Buffer {
  let bodyBytes = 0;
  for (const value of values) bodyBytes += ENTRY_BYTES + 8 * (value?.buffers.length ?? 0);
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + bodyBytes);
  writePrefix(bytes, code, ids.length, bodyBytes);
  let at = PREFIX_BYTES;
  for (let index = 0; index < ids.length; index++) {
    const value = values[index];
    bytes.writeUInt32BE(value === undefined ? 0 : 0x0100_0000, at);
    bytes.writeUInt32BE(value?.buffers.length ?? 0, at + 4);
    bytes.writeDoubleBE(ids[index] as number, at + 8);
    bytes.writeDoubleBE(value?.header.length ?? 0, at + 16);
    at += ENTRY_BYTES;
    for (const buffer of value?.buffers ?? []) at = bytes.writeDoubleBE(buffer.length, at);
  }
  return bytes;
}

export function encodeStored(): Buffer {
  const bytes = Buffer.alloc(PREFIX_BYTES);
  writePrefix(bytes, STATUS.stored, 0, 0);
  return bytes;
}

export function encodeFailed(error: unknown): Buffer {
  const record = encode([...toErrorRecord(error)]);
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + record.length);
  writePrefix(bytes, STATUS.failed, 0, record.length);
  bytes.set(record, PREFIX_BYTES);
  return bytes;
}

/** Reads a prefix. */
export function* readPrefix(limits: BulkLimits): Filling<Prefix> {
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES);
  yield bytes;
  const prefix = { code: bytes[0] as number, count: bytes.readUInt32BE(4), bodyBytes: bytes.readDoubleBE(8) };
  if (!isLength(prefix.bodyBytes, limits.maxBodyBytes))
    throw new ProtocolError('a bulk message announces an impossible length');
  return prefix;
}

/** Reads the ids of a get. */
export function* readIds(prefix: Prefix): Filling<number[]> {
  if (prefix.bodyBytes !== 8 * prefix.count) throw new ProtocolError('a bulk request is not as long as it says');
  const bytes = Buffer.allocUnsafe(prefix.bodyBytes);
  yield bytes;
  const ids: number[] = [];
  for (let at = 0; at < bytes.length; at += 8) ids.push(bytes.readDoubleBE(at));
  return ids;
}

/** Reads a directory. */
export function* readDirectory(prefix: Prefix, limits: BulkLimits): Filling<Entry[]> {
  if (prefix.count * ENTRY_BYTES > prefix.bodyBytes)
    throw new ProtocolError('a bulk directory is shorter than its entries');
  const bytes = Buffer.allocUnsafe(prefix.bodyBytes);
  yield bytes;
  const entries: Entry[] = [];
  let at = 0;
  for (let index = 0; index < prefix.count; index++) {
    if (at + ENTRY_BYTES > bytes.length) throw new ProtocolError('a bulk directory ends too early');
    const present = bytes[at] === 1;
    const bufferCount = bytes.readUInt32BE(at + 4);
    const id = bytes.readDoubleBE(at + 8);
    const headerBytes = bytes.readDoubleBE(at + 16);
    at += ENTRY_BYTES;
    if (at + 8 * bufferCount > bytes.length) throw new ProtocolError('a bulk directory ends too early');
    if (!isLength(headerBytes, limits.maxHeaderBytes))
      throw new ProtocolError(`a header of ${headerBytes} bytes is above the limit`);
    const bufferBytes: number[] = [];
    for (let buffer = 0; buffer < bufferCount; buffer++, at += 8) {
      const length = bytes.readDoubleBE(at);
      if (!isLength(length, limits.maxBufferBytes))
        throw new ProtocolError(`a buffer of ${length} bytes is above the limit`);
      bufferBytes.push(length);
    }
    entries.push({ id, present, headerBytes, bufferBytes });
  }
  if (at !== bytes.length) throw new ProtocolError('a bulk directory is longer than its entries');
  return entries;
}

/** Reads the value of an entry into memory of its own. */
export function* readValue(entry: Entry, allocate: (bytes: number) => Uint8Array): Filling<ValueFrames> {
  const header = allocateBytes(entry.headerBytes);
  yield header;
  const buffers: Uint8Array[] = [];
  for (const bytes of entry.bufferBytes) {
    const buffer = allocate(bytes);
    if (buffer.length !== bytes) throw new RangeError(`${bytes} bytes were to be allocated, not ${buffer.length}`);
    yield buffer;
    buffers.push(buffer);
  }
  return { header, buffers };
}

/** Memory of its own, not zeroed, since it is filled at once; a plain array, whose `slice` copies. */
export function allocateBytes(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}

/** Reads the record of an error. */
export function* readFailure(prefix: Prefix): Filling<ErrorRecord> {
  const bytes = Buffer.allocUnsafe(prefix.bodyBytes);
  yield bytes;
  return readErrorRecord(decode(bytes));
}

function writePrefix(bytes: Buffer, code: number, count: number, bodyBytes: number): void {
  bytes.writeUInt32BE(code << 24, 0);
  bytes.writeUInt32BE(count, 4);
  bytes.writeDoubleBE(bodyBytes, 8);
}

function isLength(value: number, limit: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= limit;
}
