/**
 * The memory behind typed arrays, on its way in. A segment that came as a buffer of its own is used where it lies when its
 * alignment allows: no copy is made of large data. All views of one buffer share the same memory again.
 */
import { MalformedValueError } from '../errors/function-error.js';
import { bufferKind, isShared, segmentKind } from './buffer-table.js';
import type { ByteReader } from './byte-reader.js';
import { viewKinds } from './tags.js';

interface Segment {
  readonly start: number;
  readonly bytes: Uint8Array;
  /** Where it is used: chosen at first use. */
  memory: { readonly buffer: ArrayBufferLike; readonly offset: number } | undefined;
}

interface Entry {
  /** The buffer itself is part of the value. */
  readonly isWhole: boolean;
  readonly segments: readonly Segment[];
}

type ViewConstructor = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView;

const constructors: readonly ViewConstructor[] = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  DataView,
];

export class BufferReader {
  readonly #entries: Entry[] = [];

  constructor(reader: ByteReader, buffers: readonly Uint8Array[]) {
    let next = 0;
    for (let count = reader.count(); count > 0; count--) {
      const kind = reader.byte();
      const isWhole = kind !== bufferKind.viewed;
      const segments: Segment[] = [];
      for (let left = reader.count(); left > 0; left--) {
        const start = reader.varint();
        const inline = reader.byte() === segmentKind.inline;
        const length = reader.varint();
        const bytes = inline ? reader.raw(length) : buffers[next++];
        if (bytes === undefined || bytes.length !== length) {
          throw new MalformedValueError('A buffer of the encoding is missing or has another length.');
        }
        // What lies in the header would keep the whole header alive, at any alignment: it gets memory of its own.
        const own = isWhole || inline;
        const shared = kind === bufferKind.shared;
        segments.push({
          start,
          bytes,
          memory: own ? { buffer: inline ? copyOf(bytes, shared) : wholeOf(bytes, shared), offset: 0 } : undefined,
        });
      }
      this.#entries.push({ isWhole, segments });
    }
  }

  view(kind: number, index: number, offset: number, length: number): ArrayBufferView {
    const name = viewKinds[kind];
    if (name === undefined) throw new MalformedValueError(`Unknown kind of typed array: ${kind}.`);
    const { segments } = this.#entry(index);
    const constructor = name === 'Buffer' ? Uint8Array : (constructors[kind] as ViewConstructor);
    const size = 'BYTES_PER_ELEMENT' in constructor ? (constructor.BYTES_PER_ELEMENT as number) : 1;
    const segment = segments.find(
      ({ start, bytes }) => offset >= start && offset + length * size <= start + bytes.length,
    );
    if (segment === undefined) throw new MalformedValueError('A typed array lies outside of its buffer.');
    segment.memory ??= placeOf(segment.bytes);
    const at = segment.memory.offset + offset - segment.start;
    if (name === 'Buffer') return Buffer.from(segment.memory.buffer as ArrayBuffer, at, length);
    return new constructor(segment.memory.buffer, at, length);
  }

  /** The buffer itself. */
  whole(index: number): ArrayBufferLike {
    const { isWhole, segments } = this.#entry(index);
    const memory = segments[0]?.memory;
    if (!isWhole || memory === undefined) throw new MalformedValueError('A buffer is not whole.');
    return memory.buffer;
  }

  #entry(index: number): Entry {
    const entry = this.#entries[index];
    if (entry === undefined) throw new MalformedValueError('A typed array refers to a buffer that is not there.');
    return entry;
  }
}

/** Memory that is exactly these bytes, of the wanted kind. */
function wholeOf(bytes: Uint8Array, shared: boolean): ArrayBufferLike {
  const { buffer } = bytes;
  return buffer.byteLength === bytes.length && isShared(buffer) === shared ? buffer : copyOf(bytes, shared);
}

function placeOf(bytes: Uint8Array): { buffer: ArrayBufferLike; offset: number } {
  if (bytes.byteOffset % 8 === 0) return { buffer: bytes.buffer, offset: bytes.byteOffset };
  return { buffer: copyOf(bytes), offset: 0 };
}

function copyOf(bytes: Uint8Array, shared = false): ArrayBufferLike {
  const copy = shared ? new SharedArrayBuffer(bytes.length) : new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}
