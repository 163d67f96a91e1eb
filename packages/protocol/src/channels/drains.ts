/** Who waits until the peer has taken in what was written. */
import { deferred, type Deferred } from '../shared/deferred.js';

export class Drains {
  #waiting: { readonly belowBytes: number; readonly done: Deferred }[] = [];

  /** Resolves when at most `belowBytes` are left. */
  wait(belowBytes: number): Promise<void> {
    const done = deferred();
    this.#waiting.push({ belowBytes, done });
    return done.promise;
  }

  /** So many bytes are left now. */
  left(bytes: number): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter(({ belowBytes, done }) => {
      if (bytes > belowBytes) return true;
      done.resolve();
      return false;
    });
  }

  /** Nothing will be taken in any more. */
  fail(error: Error): void {
    for (const { done } of this.#waiting.splice(0)) done.reject(error);
  }
}
