/**
 * Reads what was written to descriptors 1 and 2 (see `descriptors.ts`): looked for often while a cell runs, seldom
 * otherwise, and always before a cell is said to be idle. What was read is cut off the files before they become large.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { writtenNow } from './descriptors.js';
import type { DescriptorFile, Written } from './descriptors.js';

interface Source {
  readonly file: DescriptorFile;
  readonly descriptor: number;
  readonly decoder: StringDecoder;
  position: number;
  /** Its length when it was last looked at to be emptied. */
  lengthBefore: number;
}

const PIECE = 64 * 1024;
/** What of a flood is read at its beginning and its end. */
const KEPT = 256 * 1024;
const FLOOD = 4 * KEPT;
/** From this length on a file is emptied that has been read up to its end and grows no more. */
const EMPTIED_FROM = 1 << 20;
/** From this length on also while somebody writes. */
const EMPTIED_ANYWAY = 64 << 20;

export class DescriptorReader {
  readonly #sources: Source[];
  readonly #onText: (name: 'stdout' | 'stderr', text: string) => void;
  readonly #buffer = Buffer.alloc(PIECE);

  constructor(files: readonly DescriptorFile[], onText: (name: 'stdout' | 'stderr', text: string) => void) {
    this.#onText = onText;
    this.#sources = files.map((file) => ({
      file,
      descriptor: openSync(file.path, 'r+'),
      decoder: new StringDecoder('utf8'),
      position: 0,
      lengthBefore: 0,
    }));
  }

  /** Up to where the files are written now. */
  written(): Written[] {
    return writtenNow(this.#sources.map(({ file }) => file));
  }

  /** Hands over what had been written by then, and nothing that came later. */
  read(until: readonly Written[] = this.written()): void {
    for (const [at, source] of this.#sources.entries()) {
      const written = until[at];
      // What was there before the file was emptied has been read.
      if (written?.emptied === Atomics.load(source.file.emptied, 0)) this.#readSource(source, written.size);
    }
  }

  /**
   * Empties files that have become long; called now and then. Writers append, so they go on at the new beginning, but what one
   * writes between our last look and the cut is lost: so a file is cut when its writer has paused, or in the midst of a flood,
   * of whose midst nobody misses anything.
   */
  tidy(): void {
    for (const source of this.#sources) {
      const { size } = fstatSync(source.descriptor);
      const isQuiet = size === source.position && size === source.lengthBefore;
      source.lengthBefore = size;
      if (source.position < (isQuiet ? EMPTIED_FROM : EMPTIED_ANYWAY)) continue;
      ftruncateSync(source.descriptor, 0);
      Atomics.add(source.file.emptied, 0, 1);
      source.position = 0;
    }
  }

  close(): void {
    for (const { descriptor } of this.#sources.splice(0)) closeSync(descriptor);
  }

  #readSource(source: Source, until: number): void {
    const { size } = fstatSync(source.descriptor);
    // A program has emptied it (`> /dev/stdout` does).
    if (size < source.position) source.position = 0;
    const end = Math.min(size, until);
    if (end - source.position > FLOOD) {
      this.#copy(source, source.position + KEPT);
      const leftOut = end - KEPT - source.position;
      this.#onText(source.file.name, `\n… ${(leftOut / 1e6).toFixed(2)} MB of output were left out here …\n`);
      source.position = end - KEPT;
    }
    this.#copy(source, end);
  }

  #copy(source: Source, end: number): void {
    while (source.position < end) {
      const length = Math.min(PIECE, end - source.position);
      const count = readSync(source.descriptor, this.#buffer, 0, length, source.position);
      if (count === 0) return;
      source.position += count;
      this.#onText(source.file.name, source.decoder.write(this.#buffer.subarray(0, count)));
    }
  }
}
