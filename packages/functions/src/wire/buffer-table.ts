/**
 * The memory behind typed arrays, on its way out. Views of one buffer keep sharing it, while a small view of a huge buffer
 * takes along only its own range: the ranges that overlap are merged to *segments* when everything was seen. A segment is
 * written into the trailer, or, when it is large, leaves as a buffer of its own without a copy.
 *
 * Segments begin at a multiple of eight, so that any typed array in them can be made in place on the other side.
 */
import type { ByteWriter } from './byte-writer.js';

interface Entry {
  readonly buffer: ArrayBufferLike;
  /** Start and end of what is needed, in pairs. */
  readonly ranges: number[];
  /** The buffer itself is part of the value, not only views of it. */
  whole: boolean;
}

/** Only views of it travel, or the buffer itself does, which may be shared memory. */
export const bufferKind = { viewed: 0, whole: 1, shared: 2 } as const;

export const segmentKind = { inline: 0, outOfBand: 1 } as const;

export class BufferTable {
  readonly #entries: Entry[] = [];
  readonly #indices = new Map<ArrayBufferLike, number>();

  /** The number of the buffer behind a view. */
  addView(view: ArrayBufferView): number {
    const index = this.#add(view.buffer);
    (this.#entries[index] as Entry).ranges.push(view.byteOffset, view.byteOffset + view.byteLength);
    return index;
  }

  addWhole(buffer: ArrayBufferLike): number {
    const index = this.#add(buffer);
    (this.#entries[index] as Entry).whole = true;
    return index;
  }

  #add(buffer: ArrayBufferLike): number {
    const known = this.#indices.get(buffer);
    if (known !== undefined) return known;
    const index = this.#entries.push({ buffer, ranges: [], whole: false }) - 1;
    this.#indices.set(buffer, index);
    return index;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Writes all segments; those of `outOfBandBytes` and more are appended to `buffers` instead. */
  write(out: ByteWriter, buffers: Uint8Array[], outOfBandBytes: number): void {
    out.varint(this.#entries.length);
    for (const entry of this.#entries) {
      const segments = segmentsOf(entry);
      out.byte(!entry.whole ? bufferKind.viewed : isShared(entry.buffer) ? bufferKind.shared : bufferKind.whole);
      out.varint(segments.length);
      for (const [start, end] of segments) {
        const bytes = new Uint8Array(entry.buffer, start, end - start);
        out.varint(start);
        if (bytes.length >= outOfBandBytes) {
          out.byte(segmentKind.outOfBand);
          out.varint(bytes.length);
          buffers.push(bytes);
        } else {
          out.byte(segmentKind.inline);
          out.varint(bytes.length);
          out.raw(bytes);
        }
      }
    }
  }
}

/** Whether it is a `SharedArrayBuffer`, of any realm. */
export function isShared(buffer: ArrayBufferLike): boolean {
  return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';
}

function segmentsOf({ buffer, ranges, whole }: Entry): [number, number][] {
  if (whole) return [[0, buffer.byteLength]];
  const pairs: [number, number][] = [];
  for (let index = 0; index < ranges.length; index += 2) {
    pairs.push([alignDown(ranges[index] as number), ranges[index + 1] as number]);
  }
  if (pairs.length > 1) pairs.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [start, end] of pairs) {
    const last = merged.at(-1);
    if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

function alignDown(offset: number): number {
  return offset - (offset % 8);
}
