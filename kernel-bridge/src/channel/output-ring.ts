/**
 * The one way from user code to the protocol thread: an ordered, bounded ring in shared memory. Writing is synchronous
 * and needs no event loop, so output from a busy loop arrives while the loop runs; when the ring is full the writer
 * waits, so a flood never grows. An interrupt may end the writer at any point: what was not committed is overwritten,
 * and a message whose later pieces never come is dropped when the next one begins.
 */

const CAPACITY = 1 << 20;
const PIECE_MAX = 64 * 1024;
const HEADER = 4;
/** No piece: the rest up to the end of the ring is skipped. */
const PADDING = 0xffffffff;

const enum Slot {
  Head,
  Tail,
  Signalled,
  Closed,
  Length,
}

const FIRST = 1;
const LAST = 2;

export interface RingMemory {
  readonly control: SharedArrayBuffer;
  readonly data: SharedArrayBuffer;
}

export function createRingMemory(): RingMemory {
  return {
    control: new SharedArrayBuffer(Slot.Length * Int32Array.BYTES_PER_ELEMENT),
    data: new SharedArrayBuffer(CAPACITY),
  };
}

export class RingWriter {
  readonly #control: Int32Array;
  readonly #bytes: Buffer;
  readonly #wake: () => void;

  /** @param wake tells the reader's event loop that there is something; called rarely. */
  constructor(memory: RingMemory, wake: () => void) {
    this.#control = new Int32Array(memory.control);
    this.#bytes = Buffer.from(memory.data);
    this.#wake = wake;
  }

  /** Waits while the ring is full. What is written after the reader has closed it is dropped. */
  write(...parts: readonly (string | Uint8Array)[]): void {
    const [only] = parts;
    if (parts.length === 1 && typeof only === 'string' && only.length * 3 <= PIECE_MAX) this.#writeText(only);
    else this.#writePieces(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))));
    if (Atomics.exchange(this.#control, Slot.Signalled, 1) === 0) this.#wake();
  }

  #writeText(text: string): void {
    const at = this.#reserve(text.length * 3);
    if (at === undefined) return;
    const length = this.#bytes.write(text, at + HEADER, 'utf8');
    this.#commit(at, length, FIRST | LAST);
  }

  #writePieces(message: Buffer): void {
    let start = 0;
    do {
      const end = Math.min(start + PIECE_MAX, message.length);
      const at = this.#reserve(end - start);
      if (at === undefined) return;
      message.copy(this.#bytes, at + HEADER, start, end);
      this.#commit(at, end - start, (start === 0 ? FIRST : 0) | (end === message.length ? LAST : 0));
      start = end;
    } while (start < message.length);
  }

  /** Where a piece of at most so many bytes may be written, once there is room. Nothing when nobody reads any more. */
  #reserve(length: number): number | undefined {
    const needed = aligned(length);
    for (;;) {
      if (Atomics.load(this.#control, Slot.Closed) === 1) return undefined;
      const head = Atomics.load(this.#control, Slot.Head) >>> 0;
      const tailRaw = Atomics.load(this.#control, Slot.Tail);
      const free = CAPACITY - ((head - (tailRaw >>> 0)) >>> 0);
      const at = head % CAPACITY;
      const toEnd = CAPACITY - at;
      if (toEnd >= needed) {
        if (free >= needed) return at;
      } else if (free >= toEnd + needed) {
        this.#bytes.writeUInt32LE(PADDING, at);
        Atomics.store(this.#control, Slot.Head, (head + toEnd) | 0);
        continue;
      }
      if (Atomics.exchange(this.#control, Slot.Signalled, 1) === 0) this.#wake();
      Atomics.wait(this.#control, Slot.Tail, tailRaw, 1000);
    }
  }

  #commit(at: number, length: number, flags: number): void {
    this.#bytes.writeUInt32LE((length << 2) | flags, at);
    const head = Atomics.load(this.#control, Slot.Head) >>> 0;
    Atomics.store(this.#control, Slot.Head, (head + aligned(length)) | 0);
  }
}

export class RingReader {
  readonly #control: Int32Array;
  readonly #bytes: Buffer;
  #pieces: Buffer[] = [];

  constructor(memory: RingMemory) {
    this.#control = new Int32Array(memory.control);
    this.#bytes = Buffer.from(memory.data);
  }

  /**
   * Hands over whole messages, in order; each is the receiver's own.
   * @returns whether there is more: it stops after about so many bytes, for other work to have its turn.
   */
  drain(onMessage: (message: Buffer) => void, bytesMax = 256 * 1024): boolean {
    Atomics.store(this.#control, Slot.Signalled, 0);
    let taken = 0;
    for (;;) {
      const head = Atomics.load(this.#control, Slot.Head) >>> 0;
      const tail = Atomics.load(this.#control, Slot.Tail) >>> 0;
      if (head === tail) return false;
      if (taken >= bytesMax) {
        // Whoever is to come back needs no waking.
        Atomics.store(this.#control, Slot.Signalled, 1);
        return true;
      }
      const at = tail % CAPACITY;
      const word = this.#bytes.readUInt32LE(at);
      if (word === PADDING) {
        this.#release(tail + CAPACITY - at);
        continue;
      }
      const length = word >>> 2;
      const piece = Buffer.from(this.#bytes.subarray(at + HEADER, at + HEADER + length));
      this.#release(tail + aligned(length));
      taken += aligned(length);
      if ((word & FIRST) !== 0) this.#pieces = [];
      this.#pieces.push(piece);
      if ((word & LAST) === 0) continue;
      const message = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces);
      this.#pieces = [];
      onMessage(message);
    }
  }

  /** A writer that waits goes on, and all that it writes is dropped. */
  close(): void {
    Atomics.store(this.#control, Slot.Closed, 1);
    Atomics.notify(this.#control, Slot.Tail);
  }

  #release(tail: number): void {
    Atomics.store(this.#control, Slot.Tail, tail | 0);
    Atomics.notify(this.#control, Slot.Tail);
  }
}

function aligned(length: number): number {
  return (length + HEADER + 3) & ~3;
}
