/** Waiting for the state to become something: conditions are looked at again after every change, by whoever made it. */
import { CallTimeoutError } from '@covey/protocol';
import type { Clock } from '@covey/protocol/internal';

export interface UntilOptions {
  readonly signal?: AbortSignal;
  /** Undefined waits for ever. */
  readonly timeoutMs?: number | undefined;
  /** For the error's message: 'waiting for 4 workers'. */
  readonly what: string;
}

interface Waiting {
  readonly holds: () => boolean;
  readonly done: () => void;
}

export class Conditions {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves as soon as the condition holds.
   * @throws {CallTimeoutError} when time is up; the signal's reason.
   */
  until(holds: () => boolean, { signal, timeoutMs, what }: UntilOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (holds()) {
        resolve();
        return;
      }
      const end = () => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener('abort', aborted);
        if (timer !== undefined) this.#clock.clearTimer(timer);
      };
      const aborted = () => {
        end();
        reject(signal?.reason as Error);
      };
      const late = () => {
        end();
        reject(new CallTimeoutError(`${what}: not within ${timeoutMs} ms`));
      };
      const waiting: Waiting = {
        holds,
        done: () => {
          end();
          resolve();
        },
      };
      const timer = timeoutMs === undefined ? undefined : this.#clock.setTimer(late, timeoutMs);
      signal?.addEventListener('abort', aborted, { once: true });
      this.#waiting.add(waiting);
    });
  }

  /** Something changed. Costs nothing while nobody waits. */
  recheck(): void {
    for (const waiting of this.#waiting) if (waiting.holds()) waiting.done();
  }
}
