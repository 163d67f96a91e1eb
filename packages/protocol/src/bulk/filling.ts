/**
 * Reading a byte stream straight into its destinations. A parser is a generator: it yields a buffer and continues when that is full. The stream asks where
 * the next bytes may go directly, or hands over what it has in a buffer of its own.
 */
import { ProtocolError } from '../errors.js';
import { FirstTouch, TOUCH_BYTES, touchWithZeros } from './first-touch.js';

/** A parser: yields buffers to fill, returns what it read. */
export type Filling<T> = Generator<Uint8Array, T, void>;

/** Destinations with at least so much room are read into directly; smaller ones through a scratch buffer, so that one read serves many. */
const DIRECT_BYTES = 32 * 1024;
/** The scratch buffer. */
export const SCRATCH_BYTES = 64 * 1024;
/** The longest single read; the system's count of bytes is a signed 32-bit integer. */
const MAX_READ_BYTES = 2 ** 30;

export class Filler {
  #parser: Filling<void> | undefined;
  #target: Uint8Array | undefined;
  #filled = 0;
  #touch: FirstTouch | undefined;
  #isBlocked = false;
  readonly #stopped = new AbortController();
  readonly #resume: (() => void) | undefined;
  /** All bytes that were filled in. */
  bytesRead = 0;

  /**
   * @param resume - Given, large destinations are touched on another thread while they are filled. Then the stream must not read any more when it is
   *   {@link isBlocked}, until this is called.
   */
  constructor(resume?: () => void) {
    this.#resume = resume;
  }

  /** Whether nothing may be read for the moment, not even to where {@link direct} says. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Whether something is being read. */
  get busy(): boolean {
    return this.#parser !== undefined;
  }

  /** Begins to read; `done` is called within the {@link feed} or {@link advance} that completes it. */
  begin<T>(parser: Filling<T>, done: (result: T) => void): void {
    if (this.#parser !== undefined) throw new Error('a parser is running already');
    this.bytesRead = 0;
    this.#parser = (function* () {
      done(yield* parser);
    })();
    this.#next();
  }

  /** Where the next bytes may be read to directly, if that is worth it. */
  direct(): Uint8Array | undefined {
    const target = this.#target;
    if (target === undefined || target.length - this.#filled < DIRECT_BYTES) return undefined;
    if (this.#resume !== undefined && target.length >= TOUCH_BYTES) this.#touch ??= this.#touchAhead(target);
    const end = this.#touch?.reserve(this.#filled) ?? target.length;
    return target.subarray(this.#filled, Math.min(end, this.#filled + MAX_READ_BYTES));
  }

  /** So many bytes have been read to where {@link direct} said. */
  advance(bytes: number): void {
    this.bytesRead += bytes;
    this.#filled += bytes;
    if (this.#target !== undefined && this.#filled === this.#target.length) this.#next();
    this.#isBlocked = this.#touch?.blocks(this.#filled) === true;
  }

  /** Bytes that came in a buffer of the stream's own; they are copied. */
  feed(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const target = this.#target;
      if (target === undefined) throw new ProtocolError(`${bytes.length - at} bytes came that nobody asked for`);
      const count = Math.min(target.length - this.#filled, bytes.length - at);
      target.set(bytes.subarray(at, at + count), this.#filled);
      at += count;
      this.advance(count);
    }
  }

  /** Nothing more is read. */
  stop(): void {
    this.#stopped.abort();
  }

  #next(): void {
    this.#target = undefined;
    this.#touch = undefined;
    this.#filled = 0;
    const parser = this.#parser;
    if (parser === undefined) return;
    for (;;) {
      const step = this.#step(parser);
      if (step === undefined) return;
      if (step.length === 0) continue;
      this.#target = step;
      return;
    }
  }

  #touchAhead(target: Uint8Array): FirstTouch {
    const touch = new FirstTouch(target, () => {
      if (!this.#isBlocked) return;
      this.#isBlocked = false;
      this.#resume?.();
    });
    touchWithZeros(touch, this.#stopped.signal);
    return touch;
  }

  #step(parser: Filling<void>): Uint8Array | undefined {
    let finished = true;
    try {
      const { done, value } = parser.next();
      finished = done === true;
      return done === true ? undefined : value;
    } finally {
      // `done` may have begun the next parser, which must stay.
      if (finished && this.#parser === parser) this.#parser = undefined;
    }
  }
}
