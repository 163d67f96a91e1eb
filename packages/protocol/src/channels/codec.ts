/**
 * One codec for everything that channels carry: msgpack without records, so that a batch is one flat array of plain values.
 *
 * Bytes are walked before they are decoded: counts, lengths and depth must fit what is really there, since a decoder allocates what a length promises.
 */
import { Packr, Unpackr } from 'msgpackr';
import { ProtocolError } from '../errors.js';

/** How deep values may nest. */
export const MAX_DEPTH = 64;
/** msgpackr's flag by which the low byte of the option says how many bytes to leave free at the start. */
const RESERVE_START_SPACE = 2048;

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });

/** Packs a value into bytes of its own, with `headerBytes` free bytes before it. */
export function encode(value: unknown, headerBytes = 0): Uint8Array {
  return packr.pack(value, RESERVE_START_SPACE | headerBytes);
}

/**
 * Reads a value that starts at `start`. Binary parts are views of `bytes`: who keeps a small one for long copies it (`slice()`: they are plain
 * `Uint8Array`s, whatever `bytes` is, since a `Buffer`'s own `slice` copies nothing).
 * @throws {ProtocolError} when the bytes are not one well-formed value.
 */
export function decode(bytes: Uint8Array, start = 0): unknown {
  checkEncoded(bytes, start);
  try {
    return unpackr.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.length - start));
  } catch (cause) {
    throw new ProtocolError(`undecodable value: ${(cause as Error).message}`, { cause });
  }
}

/** What follows each first byte: ≥ 0 so many bytes; below, see {@link checkEncoded}. */
const NEXT = new Int8Array(256);
const ARRAY = -1;
const MAP = -2;
const SIZED_8 = -3;
const SIZED_16 = -4;
const SIZED_32 = -5;
const ARRAY_16 = -6;
const ARRAY_32 = -7;
const MAP_16 = -8;
const MAP_32 = -9;
const EXTENSION = -10;
const FORBIDDEN = -11;

for (let first = 0x80; first < 0x90; first++) NEXT[first] = MAP;
for (let first = 0x90; first < 0xa0; first++) NEXT[first] = ARRAY;
for (let first = 0xa0; first < 0xc0; first++) NEXT[first] = first - 0xa0;
NEXT[0xc1] = FORBIDDEN;
for (const [first, kind] of [
  [0xc4, SIZED_8],
  [0xc5, SIZED_16],
  [0xc6, SIZED_32],
  [0xc7, FORBIDDEN],
  [0xc8, FORBIDDEN],
  [0xc9, FORBIDDEN],
] as const)
  NEXT[first] = kind;
for (const [first, length] of [
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
] as const)
  NEXT[first] = length;
for (let first = 0xd4; first <= 0xd8; first++) NEXT[first] = EXTENSION;
for (const [first, kind] of [
  [0xd9, SIZED_8],
  [0xda, SIZED_16],
  [0xdb, SIZED_32],
  [0xdc, ARRAY_16],
  [0xdd, ARRAY_32],
  [0xde, MAP_16],
  [0xdf, MAP_32],
] as const)
  NEXT[first] = kind;

/** Open containers: how many values each still lacks. Reused, since a walk never suspends. */
const lacking = new Float64Array(MAX_DEPTH + 1);

/**
 * Checks that bytes from `start` are exactly one value of the kinds that the protocol uses, no deeper than {@link MAX_DEPTH}, without allocating.
 * @throws {ProtocolError} when not.
 */
export function checkEncoded(bytes: Uint8Array, start = 0): void {
  const end = bytes.length;
  let at = start;
  let depth = 0;
  let left = 1;
  for (;;) {
    while (left === 0) {
      if (depth === 0) {
        if (at !== end) throw new ProtocolError(`${end - at} bytes after the end of a value`);
        return;
      }
      left = lacking[--depth] as number;
    }
    if (at >= end) throw new ProtocolError('a value ends too early');
    left--;
    const first = bytes[at++] as number;
    if (first < 0x80) continue; // A small number: what there is most of.
    const next = NEXT[first] as number;
    if (next >= 0) {
      at += next;
      continue;
    }
    let count: number;
    switch (next) {
      case ARRAY:
        count = first & 15;
        break;
      case MAP:
        count = 2 * (first & 15);
        break;
      case SIZED_8:
        at += 1 + readLength(bytes, at, 1);
        continue;
      case SIZED_16:
        at += 2 + readLength(bytes, at, 2);
        continue;
      case SIZED_32:
        at += 4 + readLength(bytes, at, 4);
        continue;
      case ARRAY_16:
      case MAP_16:
        count = readLength(bytes, at, 2) * (next === MAP_16 ? 2 : 1);
        at += 2;
        break;
      case ARRAY_32:
      case MAP_32:
        count = readLength(bytes, at, 4) * (next === MAP_32 ? 2 : 1);
        at += 4;
        break;
      case EXTENSION: {
        // Type 0 is undefined, type 255 a date; msgpackr's others build objects that the protocol has no use for.
        const type = bytes[at];
        if (type !== 0 && type !== 255)
          throw new ProtocolError(`values of extension type ${type} are not part of the protocol`);
        at += 1 + (1 << (first - 0xd4));
        continue;
      }
      default:
        throw new ProtocolError(`byte 0x${first.toString(16)} begins no value of the protocol`);
    }
    if (count > end - at) throw new ProtocolError(`a value of ${count} parts in ${end - at} bytes`);
    if (depth >= MAX_DEPTH) throw new ProtocolError(`values nest deeper than ${MAX_DEPTH}`);
    lacking[depth++] = left;
    left = count;
  }
}

function readLength(bytes: Uint8Array, at: number, size: 1 | 2 | 4): number {
  if (at + size > bytes.length) throw new ProtocolError('a value ends too early');
  let length = 0;
  for (let index = 0; index < size; index++) length = length * 256 + (bytes[at + index] as number);
  return length;
}
