/** When the peer is told what has arrived: with the next frame, or by a frame of its own after so many frames, bytes, or milliseconds. */
import type { Clock, Timer } from '../shared/clock.js';

const AFTER_FRAMES = 32;
const AFTER_BYTES = 2 ** 20;
const AFTER_MS = 100;

export class Acknowledgements {
  readonly #clock: Clock;
  readonly #send: () => void;
  #frames = 0;
  #bytes = 0;
  #timer: Timer | undefined;

  /** `send` sends a frame that only acknowledges; it is called when none went out for long. */
  constructor(clock: Clock, send: () => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Whether so much has arrived that the peer should hear of it at the end of this turn. */
  get due(): boolean {
    return this.#frames >= AFTER_FRAMES || this.#bytes >= AFTER_BYTES;
  }

  /** A frame has arrived. */
  arrived(bytes: number): void {
    this.#frames++;
    this.#bytes += bytes;
    this.#timer ??= this.#clock.setTimer(() => {
      this.#timer = undefined;
      if (this.#frames > 0) this.#send();
    }, AFTER_MS);
  }

  /** A frame goes out, and carries the number of the last that arrived. */
  sent(): void {
    this.#frames = 0;
    this.#bytes = 0;
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
