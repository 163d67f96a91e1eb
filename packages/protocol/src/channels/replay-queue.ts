/** Sequenced frames that the peer has not acknowledged yet, in order: what is sent again when a session resumes. */
import { ProtocolError } from '../errors.js';
import { ahead, following } from './frame.js';

export class ReplayQueue {
  #frames: (Uint8Array | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  /** The number of the last frame that was queued. */
  #last: number;

  constructor(firstSequence = 1) {
    this.#last = (firstSequence - 1) >>> 0;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Frames that are kept. */
  get length(): number {
    return this.#frames.length - this.#head;
  }

  /** The number that the next frame gets. */
  get nextSequence(): number {
    return following(this.#last);
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    this.#last = following(this.#last);
  }

  /**
   * Drops what the peer has received.
   * @throws {ProtocolError} when it claims frames that were never sent, or takes back what it had acknowledged.
   */
  acknowledge(sequence: number): void {
    const pending = ahead(this.#last, sequence);
    const count = this.length - pending;
    if (count === 0) return;
    if (pending < 0 || count < 0) throw new ProtocolError(`the peer acknowledges frame ${sequence} of ${this.#last}`);
    for (let index = 0; index < count; index++) {
      this.#bytes -= (this.#frames[this.#head] as Uint8Array).length;
      this.#frames[this.#head++] = undefined;
    }
    if (this.#head === this.#frames.length) {
      this.#frames = [];
      this.#head = 0;
    } else if (this.#head > 256 && this.#head * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Whether the frames after `sequence` are all here. */
  canResumeAfter(sequence: number): boolean {
    const pending = ahead(this.#last, sequence);
    return pending >= 0 && pending <= this.length;
  }

  /** Each kept frame, oldest first. */
  *[Symbol.iterator](): IterableIterator<Uint8Array> {
    for (let index = this.#head; index < this.#frames.length; index++) yield this.#frames[index] as Uint8Array;
  }

  clear(): void {
    this.#frames = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
