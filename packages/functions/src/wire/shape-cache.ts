/**
 * Shapes of objects that were decoded before: the bytes that list an object's names lead to the names as strings, and to
 * an object with that shape to start from. In a `map` over records each item brings the same list.
 */
import type { ByteReader } from './byte-reader.js';
import { tag } from './tags.js';

export interface Shape {
  readonly names: readonly string[];
  /** Has the names in order and nothing in them (or no names, when they are many); copied, then filled. */
  readonly template: Readonly<Record<string, unknown>>;
  readonly hasProto: boolean;
}

interface Entry {
  readonly bytes: Uint8Array;
  readonly shape: Shape;
}

/** An object with more properties is a dictionary to V8: a copy of a template would be filled twice. */
const templateUpTo = 64;
const slots = 1024;
const maximumBytes = 256;
const entries: (Entry | undefined)[] = Array.from({ length: slots });

/** Reads a list of names. */
export function readShape(reader: ByteReader): Shape {
  const start = reader.position;
  const { bytes } = reader;
  const count = reader.count();
  const namesStart = reader.position;
  let at = namesStart;
  let hash = count;
  let left = count;
  for (; left > 0 && at < reader.end; left--) {
    const length = (bytes[at] as number) - tag.shortString;
    if (length < 0 || length >= 32) break;
    for (const end = Math.min(at + length + 1, reader.end); at < end; at++)
      hash = (hash * 31 + (bytes[at] as number)) | 0;
  }
  if (left > 0 || at - start > maximumBytes) return makeShape(reader, count);
  const slot = hash & (slots - 1);
  const known = entries[slot];
  if (known !== undefined && isSame(known.bytes, bytes, start, at)) {
    reader.position = at;
    return known.shape;
  }
  const shape = makeShape(reader, count);
  entries[slot] = { bytes: Uint8Array.prototype.slice.call(bytes, start, at), shape };
  return shape;
}

function makeShape(reader: ByteReader, count: number): Shape {
  const names: string[] = [];
  for (let left = count; left > 0; left--) names.push(reader.text());
  const template: Record<string, unknown> = {};
  if (count <= templateUpTo) for (const name of names) if (name !== '__proto__') template[name] = undefined;
  return { names, template, hasProto: names.includes('__proto__') };
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let index = 0; index < known.length; index++) if (known[index] !== bytes[start + index]) return false;
  return true;
}
