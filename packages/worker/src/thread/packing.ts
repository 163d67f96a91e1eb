/**
 * Flat lists of small things to bytes and back, for batches between threads of one process: several times faster than a general codec for integers, short
 * texts and short bytes, which is what batches consist of. Anything else inside goes through V8's serializer.
 *
 * A hot path: plain loops over one growing buffer, because a call into native code costs more than a dozen bytes do.
 */
import { deserialize, serialize } from 'node:v8';

/** Bytes below it are themselves: the integers from 0 to 127. */
const UINT32 = 0x80;
const FLOAT64 = 0x81;
const NULL = 0x82;
const TRUE = 0x83;
const FALSE = 0x84;
const ASCII = 0x85;
const UTF8 = 0x86;
const BYTES = 0x87;
const LIST = 0x88;
const OTHER = 0x89;

/** Texts and bytes up to this length are copied one by one. */
const LOOP_BELOW = 48;
const FIRST_BYTES = 64 * 1024;
/** A buffer that has grown beyond this for one batch is not kept. */
const KEEP_BYTES = 1024 * 1024;
/** What the longest fixed part of an item needs: a tag and eight bytes. */
const ITEM_BYTES = 16;

let bytes = Buffer.from(new ArrayBuffer(FIRST_BYTES));
let view = new DataView(bytes.buffer);
let position = 0;

/** The list as bytes in memory of its own, that can be transferred. */
export function pack(list: readonly unknown[]): ArrayBuffer {
  position = 0;
  writeItems(list);
  const packed = bytes.buffer.slice(0, position);
  if (bytes.length > KEEP_BYTES) replaceBuffer(FIRST_BYTES, 0);
  return packed;
}

/** What `pack` packed. Bytes in it are views of `packed`. */
export function unpack(packed: ArrayBuffer): unknown[] {
  const reader = new Reader(packed);
  const list: unknown[] = [];
  while (reader.position < reader.end) list.push(reader.read());
  return list;
}

function replaceBuffer(nbytes: number, kept: number): void {
  const grown = Buffer.from(new ArrayBuffer(nbytes));
  grown.set(bytes.subarray(0, kept));
  bytes = grown;
  view = new DataView(grown.buffer);
}

function reserve(count: number): void {
  if (position + count > bytes.length) replaceBuffer(Math.max(bytes.length * 2, position + count), position);
}

function writeItems(list: readonly unknown[]): void {
  for (const item of list) {
    if (position + ITEM_BYTES > bytes.length) reserve(ITEM_BYTES);
    if (typeof item === 'number') writeNumber(item);
    else if (typeof item === 'string') writeText(item);
    else if (item === null || item === undefined) bytes[position++] = NULL;
    else if (item === true) bytes[position++] = TRUE;
    else if (item === false) bytes[position++] = FALSE;
    else if (ArrayBuffer.isView(item)) writeBytes(BYTES, item as Uint8Array);
    else if (Array.isArray(item)) {
      writeLength(LIST, item.length);
      writeItems(item);
    } else writeBytes(OTHER, serialized(item));
  }
}

/** One field that can't be cloned must not cost the batch its other messages: a text that says so takes its place. */
function serialized(item: unknown): Buffer {
  try {
    return serialize(item);
  } catch (error) {
    return serialize(`(not transferable: ${error instanceof Error ? error.message : String(error)})`);
  }
}

function writeNumber(value: number): void {
  if (value >>> 0 === value && !Object.is(value, -0)) {
    if (value < 128) {
      bytes[position++] = value;
      return;
    }
    bytes[position] = UINT32;
    view.setUint32(position + 1, value, true);
    position += 5;
    return;
  }
  bytes[position] = FLOAT64;
  view.setFloat64(position + 1, value, true);
  position += 9;
}

function writeLength(tag: number, length: number): void {
  bytes[position] = tag;
  view.setUint32(position + 1, length, true);
  position += 5;
}

function writeText(text: string): void {
  const { length } = text;
  if (length < LOOP_BELOW) {
    reserve(length + 2);
    const start = position;
    bytes[position++] = ASCII;
    bytes[position++] = length;
    let at = 0;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > 127) break;
      bytes[position++] = code;
    }
    if (at === length) return;
    position = start;
  }
  const nbytes = Buffer.byteLength(text);
  reserve(nbytes + 5);
  writeLength(UTF8, nbytes);
  bytes.write(text, position, 'utf8');
  position += nbytes;
}

function writeBytes(tag: number, item: Uint8Array): void {
  const { length } = item;
  reserve(length + 5);
  writeLength(tag, length);
  if (length < LOOP_BELOW) for (let at = 0; at < length; at++) bytes[position + at] = item[at] as number;
  else bytes.set(item, position);
  position += length;
}

class Reader {
  position = 0;
  readonly end: number;
  readonly #packed: ArrayBuffer;
  readonly #bytes: Buffer;
  readonly #view: DataView;

  constructor(packed: ArrayBuffer) {
    this.#packed = packed;
    this.#bytes = Buffer.from(packed);
    this.#view = new DataView(packed);
    this.end = packed.byteLength;
  }

  read(): unknown {
    const tag = this.#bytes[this.position++] as number;
    if (tag < UINT32) return tag;
    switch (tag) {
      case UINT32:
        return this.#length();
      case FLOAT64:
        this.position += 8;
        return this.#view.getFloat64(this.position - 8, true);
      case NULL:
        return null;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case ASCII: {
        const length = this.#bytes[this.position++] as number;
        this.position += length;
        return this.#ascii(this.position - length, this.position);
      }
      case UTF8: {
        const length = this.#length();
        this.position += length;
        return this.#bytes.toString('utf8', this.position - length, this.position);
      }
      case BYTES:
        return this.#part();
      case LIST: {
        const list: unknown[] = [];
        for (let left = this.#length(); left > 0; left--) list.push(this.read());
        return list;
      }
      case OTHER:
        return deserialize(this.#part());
      default:
        throw new TypeError(`a batch between threads has the unknown tag ${tag}`);
    }
  }

  #length(): number {
    this.position += 4;
    return this.#view.getUint32(this.position - 4, true);
  }

  #part(): Uint8Array {
    const length = this.#length();
    this.position += length;
    return new Uint8Array(this.#packed, this.position - length, length);
  }

  #ascii(start: number, end: number): string {
    if (end - start > 10) return this.#bytes.toString('latin1', start, end);
    let text = '';
    for (let at = start; at < end; at++) text += String.fromCharCode(this.#bytes[at] as number);
    return text;
  }
}
