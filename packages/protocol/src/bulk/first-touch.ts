/**
 * Touching fresh memory on another thread. Each page of 4 KiB that a program uses for the first time costs it a fault of 2 to 3 µs: more than twice what it
 * takes to copy the bytes that come into it. So while a reader fills a large buffer from its beginning, a thread of Node's pool touches it from its end, by
 * reading zeros into it, until the two meet. What the reader may be writing to is reserved, and never touched.
 */
import { closeSync, open, read } from 'node:fs';

/** Shorter buffers are not worth a thread's waking. */
export const TOUCH_BYTES = 8 * 2 ** 20;
/** Touched at a time: some 500 faults, or the one of a large page. The reader may have to wait for one of them, where the two meet. */
const PIECE_BYTES = 2 * 2 ** 20;
/** Reserved at a time; several times what one read brings. */
const RESERVED_BYTES = 2 * 2 ** 20;

/** Looked at to tell whether a piece was used before: as long as a number. */
const SAMPLE_BYTES = 8;
/** Whether the C library was told to ask for large pages, as workers and kernels are started: a byte touches as much of them as a piece. */
const HAS_LARGE_PAGES = process.env['GLIBC_TUNABLES']?.includes('glibc.malloc.hugetlb=1') === true;

/** Writes something to each page of a part of memory, and nothing outside of it. */
export type Touch = (memory: Uint8Array, offset: number, length: number) => Promise<void>;

export class FirstTouch {
  readonly #memory: Uint8Array;
  readonly #onmeet: () => void;
  /** From here on all is touched, or is being touched; the end of memory once nothing more is. */
  #border: number;
  #reservedTo = 0;

  /** `onmeet` is told when nothing is touched any more. */
  constructor(memory: Uint8Array, onmeet: () => void) {
    this.#memory = memory;
    this.#onmeet = onmeet;
    this.#border = memory.length;
  }

  /** Reserves what begins at `from` for the reader, in place of what it had reserved before; says where it ends. */
  reserve(from: number): number {
    const end = this.blocks(from) ? this.#memory.length : this.#border;
    this.#reservedTo = Math.min(end, from + RESERVED_BYTES);
    return this.#reservedTo;
  }

  /** Whether what begins at `from` is being touched just now: then nothing may be written there before they have met. */
  blocks(from: number): boolean {
    return from === this.#border && from < this.#memory.length;
  }

  /** Touches piece after piece until it meets the reader, or until the signal aborts. */
  async run(touch: Touch, signal: AbortSignal): Promise<void> {
    try {
      while (this.#border - PIECE_BYTES >= this.#reservedTo && !signal.aborted) {
        this.#border -= PIECE_BYTES;
        if (isWritten(this.#memory, this.#border)) continue;
        await touch(this.#memory, this.#border, PIECE_BYTES);
      }
    } finally {
      this.#border = this.#memory.length;
      this.#onmeet();
    }
  }
}

/** Whether something lies there already: memory that is used again has all its pages. */
function isWritten(memory: Uint8Array, offset: number): boolean {
  for (let at = offset; at < offset + SAMPLE_BYTES; at++) if (memory[at] !== 0) return true;
  return false;
}

/**
 * Runs it with a thread of the pool. Nothing is touched before the pool has answered once: when all its threads are held by something else, the reader must
 * not come to wait for them. What is not touched here (not every system has zeros to read) the reader touches itself, as it would have.
 */
export function touchWithZeros(memory: FirstTouch, signal: AbortSignal): void {
  open('/dev/zero', 'r', (error, zeros) => {
    if (error !== null) return;
    const touch: Touch = (bytes, offset, length) =>
      new Promise((resolve) => void read(zeros, bytes, offset, HAS_LARGE_PAGES ? 1 : length, null, () => resolve()));
    void memory.run(touch, signal).finally(() => closeSync(zeros));
  });
}
