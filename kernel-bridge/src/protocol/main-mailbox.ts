/**
 * Messages to the main thread, in order. One may have to wait (a cell whose breakpoints are being set), and holds up what
 * is behind it.
 */
import type { ToMain } from '../channel/messages.js';

export class MainMailbox {
  readonly #post: (message: ToMain) => void;
  readonly #waiting: { readonly message: ToMain; readonly until: Promise<void> | undefined }[] = [];
  #isHeldUp = false;

  constructor(post: (message: ToMain) => void) {
    this.#post = post;
  }

  /** @param until what to wait for, whatever comes of it. */
  send(message: ToMain, until?: Promise<void>): void {
    this.#waiting.push({ message, until });
    if (!this.#isHeldUp) this.#drain();
  }

  #drain(): void {
    this.#isHeldUp = false;
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const { message, until } = next;
      if (until === undefined) {
        this.#post(message);
        continue;
      }
      this.#isHeldUp = true;
      const goOn = (): void => {
        this.#post(message);
        this.#drain();
      };
      until.then(goOn, goOn);
      return;
    }
  }
}
