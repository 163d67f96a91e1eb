/**
 * The encoded arguments of tasks: each task keeps (chunk, start, end), and a chunk goes when the last task in it does.
 *
 * A large run is a chunk of its own; small ones are copied one behind the other into shared chunks, since a byte array
 * apiece would cost more than its content and often hold a whole network buffer alive.
 */

const SHARED_CHUNK_BYTES = 16 * 1024;
const SMALL_BYTES = 4 * 1024;

export class ArgumentStore {
  readonly #chunks: (Uint8Array | null)[] = [];
  readonly #uses: number[] = [];
  readonly #free: number[] = [];
  #openChunk = -1;
  #openLength = 0;

  /** Where the last `add` put the bytes. */
  chunk = -1;
  start = 0;

  /** How many chunks are alive. */
  get size(): number {
    return this.#chunks.length - this.#free.length;
  }

  /** Takes bytes that `uses` tasks will give back; `chunk` and `start` say where they are. */
  add(bytes: Uint8Array, uses: number): void {
    if (bytes.length <= SMALL_BYTES) {
      if (this.#openChunk === -1 || this.#openLength + bytes.length > SHARED_CHUNK_BYTES) this.#openNext();
      this.chunk = this.#openChunk;
      this.start = this.#openLength;
      this.#chunks[this.chunk]!.set(bytes, this.start);
      this.#openLength += bytes.length;
      this.#uses[this.chunk]! += uses;
      return;
    }
    // A view of something much larger would keep all of that alive.
    // (Not by `slice`: a Node Buffer's is a view.)
    const owned = bytes.length * 2 < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes;
    this.chunk = this.#addChunk(owned, uses);
    this.start = 0;
  }

  /** One task less that needs the chunk. */
  drop(chunk: number): void {
    if (--this.#uses[chunk]! > 0) return;
    this.#chunks[chunk] = null;
    this.#free.push(chunk);
  }

  view(chunk: number, start: number, end: number): Uint8Array {
    const bytes = this.#chunks[chunk]!;
    return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
  }

  /** Whether the bytes of a task equal `other[start, end)`. */
  equals(chunk: number, from: number, to: number, other: Uint8Array, start: number, end: number): boolean {
    if (to - from !== end - start) return false;
    const bytes = this.#chunks[chunk]!;
    for (let i = from, j = start; i < to; i++, j++) if (bytes[i] !== other[j]) return false;
    return true;
  }

  /** Tasks that use chunks, for validation; the open chunk counts itself as one. */
  totalUses(): number {
    let total = this.#openChunk === -1 ? 0 : -1;
    for (const [chunk, bytes] of this.#chunks.entries()) if (bytes !== null) total += this.#uses[chunk]!;
    return total;
  }

  #openNext(): void {
    if (this.#openChunk !== -1) this.drop(this.#openChunk);
    this.#openChunk = this.#addChunk(new Uint8Array(SHARED_CHUNK_BYTES), 1);
    this.#openLength = 0;
  }

  #addChunk(bytes: Uint8Array, uses: number): number {
    const chunk = this.#free.pop() ?? this.#chunks.length;
    this.#chunks[chunk] = bytes;
    this.#uses[chunk] = uses;
    return chunk;
  }
}
