/**
 * Reads what was written to descriptors 1 and 2 (see `descriptors.ts`): looked for often while a cell runs, seldom
 * otherwise, and always before a cell is said to be idle. What was read is cut off the file, so it never grows.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { DescriptorFile } from './descriptors.js';

interface Source {
  readonly name: 'stdout' | 'stderr';
  readonly descriptor: number;
  readonly decoder: StringDecoder;
  position: number;
}

const PIECE = 64 * 1024;
/** What of a flood is read at its beginning and its end. */
const KEPT = 256 * 1024;
const FLOOD = 4 * KEPT;
/** A file that is read up to its end is emptied from this length on. */
const EMPTIED_FROM = 1 << 20;

export class DescriptorReader {
  readonly #sources: Source[];
  readonly #onText: (name: 'stdout' | 'stderr', text: string) => void;
  readonly #buffer = Buffer.alloc(PIECE);

  constructor(files: readonly DescriptorFile[], onText: (name: 'stdout' | 'stderr', text: string) => void) {
    this.#onText = onText;
    this.#sources = files.map(({ name, path }) => ({
      name,
      descriptor: openSync(path, 'r+'),
      decoder: new StringDecoder('utf8'),
      position: 0,
    }));
  }

  /** Hands over all that has been written so far. */
  read(): void {
    for (const source of this.#sources) this.#readSource(source);
  }

  close(): void {
    for (const { descriptor } of this.#sources.splice(0)) closeSync(descriptor);
  }

  #readSource(source: Source): void {
    const { size } = fstatSync(source.descriptor);
    // A program has emptied it (`> /dev/stdout` does).
    if (size < source.position) source.position = 0;
    if (size === source.position) return;
    if (size - source.position > FLOOD) {
      this.#copy(source, source.position + KEPT);
      const leftOut = size - KEPT - source.position;
      this.#onText(source.name, `\n… ${(leftOut / 1e6).toFixed(2)} MB of output were left out here …\n`);
      source.position = size - KEPT;
    }
    this.#copy(source, size);
    if (source.position < EMPTIED_FROM) return;
    // Writers append, so they go on at the new end. What one wrote meanwhile is lost: of so much, nobody misses it.
    ftruncateSync(source.descriptor, 0);
    source.position = 0;
  }

  #copy(source: Source, end: number): void {
    while (source.position < end) {
      const length = Math.min(PIECE, end - source.position);
      const count = readSync(source.descriptor, this.#buffer, 0, length, source.position);
      if (count === 0) return;
      source.position += count;
      this.#onText(source.name, source.decoder.write(this.#buffer.subarray(0, count)));
    }
  }
}
