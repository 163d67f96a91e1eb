/**
 * Many argument lists in one blob: what `map` sends. Each list is an encoding of its own, found by its end offset, so that
 * a scheduler cuts the blob without reading it and a thread decodes each slice alone.
 */
import { borrowEncoder, returnEncoder } from './encoder.js';
import type { EncodeOptions, Encoder } from './encoder.js';

/**
 * @example
 * ```ts
 * const writer = new ChunkWriter();
 * const ends = items.map((item) => writer.append([item]));
 * const blob = writer.take();
 * const second = decode({ header: blob.subarray(ends[0], ends[1]), buffers: [] });
 * ```
 */
export class ChunkWriter {
  #encoder: Encoder | undefined;
  readonly #none: Uint8Array[] = [];

  /** Bytes so far. */
  get length(): number {
    return this.#encoder?.out.position ?? 0;
  }

  /**
   * Adds one list. Large buffers stay inside of the slice. A list that can't be encoded leaves nothing behind.
   *
   * @returns the offset at which it ends
   */
  append(args: readonly unknown[], options?: EncodeOptions): number {
    const encoder = (this.#encoder ??= borrowEncoder());
    const start = encoder.out.position;
    encoder.start(
      options === undefined
        ? inline
        : options.outOfBandBytes === Infinity
          ? options
          : { ...options, outOfBandBytes: Infinity },
    );
    try {
      encoder.encode(args, this.#none);
    } catch (error) {
      encoder.out.position = start;
      throw error;
    } finally {
      encoder.reset();
    }
    return encoder.out.position;
  }

  /** Takes back what was appended beyond an offset that {@link append} gave, or 0. */
  truncate(position: number): void {
    if (this.#encoder !== undefined && position <= this.#encoder.out.position) this.#encoder.out.position = position;
  }

  /** The blob; the writer is empty afterwards. */
  take(): Uint8Array {
    const encoder = this.#encoder;
    if (encoder === undefined) return new Uint8Array(0);
    const blob = encoder.out.copy();
    this.#encoder = undefined;
    returnEncoder(encoder);
    return blob;
  }
}

const inline: EncodeOptions = { outOfBandBytes: Infinity };
