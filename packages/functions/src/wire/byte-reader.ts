/**
 * Bytes back out. Every length is checked against what is there before anything is allocated: the bytes come from
 * another process.
 */
import { MalformedValueError } from '../errors/function-error.js';
import { tag } from './tags.js';

const { fromCharCode } = String;
/** Up to this length V8 copies a part of a string; a longer part would keep the whole in memory. */
const COPIED_UP_TO = 12;
/** After so many short strings the next ones are cut from text that is made of many bytes at a time: several times faster. */
const CHUNK_AFTER = 16;
const CHUNK_BYTES = 8192;
/** Doubles pass through here: a view for each encoding would cost more than the rest of it. */
const eightBytes = new Uint8Array(8);
const eightView = new DataView(eightBytes.buffer);

export class ByteReader {
  readonly bytes: Uint8Array;
  position: number;
  readonly end: number;
  #buffer: Buffer | undefined;
  #shorts = 0;
  /** Latin-1 text of the bytes from `#chunkStart`. */
  #chunk = '';
  #chunkStart = 0;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  byte(): number {
    if (this.position >= this.end) throw cut();
    return this.bytes[this.position++] as number;
  }

  uint32(): number {
    this.need(4);
    const { bytes, position } = this;
    this.position += 4;
    let value = 0;
    for (let index = 3; index >= 0; index--) value = value * 256 + (bytes[position + index] as number);
    return value;
  }

  float64(): number {
    this.need(8);
    const { bytes, position } = this;
    this.position += 8;
    for (let index = 0; index < 8; index++) eightBytes[index] = bytes[position + index] as number;
    return eightView.getFloat64(0, true);
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
      if (factor > 2 ** 49) throw new MalformedValueError('A length in the encoding is too large.');
    }
  }

  /** A count of items that take at least `bytesEach` bytes each. */
  count(bytesEach = 1): number {
    const value = this.varint();
    if (value * bytesEach > this.end - this.position) throw cut();
    return value;
  }

  signed(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  raw(length: number): Uint8Array {
    this.need(length);
    const bytes = this.bytes.subarray(this.position, this.position + length);
    this.position += length;
    return bytes;
  }

  /** The text of a string whose tag was read. */
  string(kind: number): string {
    if (kind >= tag.shortString && kind < tag.shortArray) return this.#short(kind - tag.shortString);
    const length = this.count();
    const start = this.position;
    this.position += length;
    switch (kind) {
      case tag.latin1:
        return this.#text.toString('latin1', start, this.position);
      case tag.utf8:
        return this.#text.toString('utf8', start, this.position);
      case tag.utf16:
        return this.#text.toString('utf16le', start, this.position);
      default:
        throw new MalformedValueError(`Expected a string in the encoding, found 0x${kind.toString(16)}.`);
    }
  }

  text(): string {
    return this.string(this.byte());
  }

  #short(length: number): string {
    this.need(length);
    const bytes = this.bytes;
    let at = this.position;
    const end = at + length;
    this.position = end;
    if (length > COPIED_UP_TO) return this.#text.toString('latin1', at, end);
    const from = at - this.#chunkStart;
    if (from >= 0 && from + length <= this.#chunk.length) return this.#chunk.substring(from, from + length);
    if (this.#shorts++ >= CHUNK_AFTER) return this.#cutFromNextChunk(at, length);
    let text = '';
    for (; at + 4 <= end; at += 4) {
      text += fromCharCode(
        bytes[at] as number,
        bytes[at + 1] as number,
        bytes[at + 2] as number,
        bytes[at + 3] as number,
      );
    }
    for (; at < end; at++) text += fromCharCode(bytes[at] as number);
    return text;
  }

  #cutFromNextChunk(at: number, length: number): string {
    this.#chunk = this.#text.toString('latin1', at, Math.min(this.end, at + CHUNK_BYTES));
    this.#chunkStart = at;
    // Where short strings are rare, such text is made for few of them.
    this.#shorts = 0;
    return this.#chunk.substring(0, length);
  }

  need(length: number): void {
    if (length > this.end - this.position) throw cut();
  }

  get #text(): Buffer {
    return (this.#buffer ??= Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength));
  }
}

function cut(): MalformedValueError {
  return new MalformedValueError('The encoding ends in the middle of a value.');
}
