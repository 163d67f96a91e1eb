/**
 * Bytes into one growing buffer. A hot path: integers and short strings are written by plain loops, because a call into
 * Node's native string functions costs more than a dozen characters do.
 */
import { tag } from './tags.js';

const loopBelow = 24;
/** Small copies are cut from Node's pool: memory of its own would cost each of them over a microsecond. */
const pooledUpTo = 1024;

export class ByteWriter {
  bytes: Buffer;
  position = 0;
  #view: DataView;

  constructor(initialBytes = 4096) {
    this.bytes = Buffer.from(new ArrayBuffer(initialBytes));
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.position + count;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.from(new ArrayBuffer(Math.max(needed, this.bytes.length * 2)));
    grown.set(this.bytes.subarray(0, this.position));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  byte(value: number): void {
    if (this.position === this.bytes.length) this.reserve(1);
    this.bytes[this.position++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.#view.setUint32(this.position, value, true);
    this.position += 4;
  }

  float64(value: number): void {
    this.reserve(8);
    this.#view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  /** A non-negative integer below 2 ** 53, seven bits a byte. */
  varint(value: number): void {
    if (this.position + 8 > this.bytes.length) this.reserve(8);
    while (value > 0x7fffffff) {
      this.bytes[this.position++] = (value % 128) | 0x80;
      value = Math.floor(value / 128);
    }
    while (value > 127) {
      this.bytes[this.position++] = (value & 127) | 0x80;
      value >>>= 7;
    }
    this.bytes[this.position++] = value;
  }

  raw(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.position);
    this.position += source.length;
  }

  /** A number with its tag. */
  number(value: number): void {
    if ((value | 0) === value && !(value === 0 && 1 / value < 0)) {
      if (value >= 0 && value < 128) {
        this.byte(value);
        return;
      }
      this.byte(tag.int);
      this.varint(((value << 1) ^ (value >> 31)) >>> 0);
      return;
    }
    if (this.position + 9 > this.bytes.length) this.reserve(9);
    this.bytes[this.position] = tag.float;
    this.#view.setFloat64(this.position + 1, value, true);
    this.position += 9;
  }

  /** A string with its tag; lone surrogates survive. */
  string(value: string): void {
    const length = value.length;
    if (length < loopBelow) {
      if (this.position + 1 + length > this.bytes.length) this.reserve(1 + length);
      const bytes = this.bytes;
      let at = this.position + 1;
      let index = 0;
      for (; index < length; index++) {
        const code = value.charCodeAt(index);
        if (code > 255) break;
        bytes[at++] = code;
      }
      if (index === length) {
        bytes[this.position] = tag.shortString + length;
        this.position = at;
        return;
      }
    }
    this.#longString(value);
  }

  #longString(value: string): void {
    const length = value.length;
    this.reserve(length * 3 + 10);
    // UTF-8 first: when it takes a byte a character, the text was ASCII, which decodes fastest as Latin-1.
    const start = this.position;
    const written = this.bytes.write(value, start + 10, 'utf8');
    if (written === length) {
      if (length < 32) {
        this.bytes[start] = tag.shortString + length;
        this.position = start + 1;
      } else {
        this.bytes[start] = tag.latin1;
        this.position = start + 1;
        this.varint(length);
      }
    } else if (isWellFormed(value)) {
      this.bytes[start] = tag.utf8;
      this.position = start + 1;
      this.varint(written);
    } else {
      this.bytes[start] = tag.utf16;
      this.position = start + 1;
      this.varint(length * 2);
      this.position += this.bytes.write(value, this.position, 'utf16le');
      return;
    }
    this.bytes.copyWithin(this.position, start + 10, start + 10 + written);
    this.position += written;
  }

  /** A copy of what was written from `start`. */
  copy(start = 0): Uint8Array {
    const length = this.position - start;
    if (length > pooledUpTo) return new Uint8Array(this.bytes.buffer.slice(start, this.position) as ArrayBuffer);
    const copy = Buffer.allocUnsafe(length);
    if (length > loopBelow * 2) this.bytes.copy(copy, 0, start, this.position);
    else for (let index = 0; index < length; index++) copy[index] = this.bytes[start + index] as number;
    return copy;
  }
}

function isWellFormed(value: string): boolean {
  return (value as string & { isWellFormed(): boolean }).isWellFormed();
}
