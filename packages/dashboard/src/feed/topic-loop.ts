/**
 * Pulls one topic while somebody looks: one pull at a time, whatever the number of viewers, and none when nobody does.
 * Knows neither what figures mean nor where they come from; time is passed in.
 */
import type { FigureBatch } from '@covey/protocol/bridge';

/** How a topic stands. What was shown before stays known in every phase. */
export type FeedStatus =
  | { readonly phase: 'loading' }
  | { readonly phase: 'live' }
  /** Pulls fail; they are tried again after `retryMs`, and at once by {@link TopicLoop.retry}. */
  | { readonly phase: 'interrupted'; readonly reason: string; readonly retryMs: number };

export interface TopicLoopParts {
  pull(cursor: number, signal: AbortSignal): Promise<FigureBatch>;
  /** Takes a batch in. False: it belongs to another life of the scheduler, and everything starts anew. */
  take(batch: FigureBatch): boolean;
  /** Resolves after so long; rejects when the signal is aborted. */
  delay(ms: number, signal: AbortSignal): Promise<void>;
  changed(): void;
}

/** A source that answers at once is asked no more often than this. */
export const PACE_MS = 50;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

export class TopicLoop {
  readonly #parts: TopicLoopParts;
  #cursor = 0;
  #viewers = 0;
  #running: AbortController | undefined;
  #failures = 0;
  #status: FeedStatus = { phase: 'loading' };

  constructor(parts: TopicLoopParts) {
    this.#parts = parts;
  }

  get status(): FeedStatus {
    return this.#status;
  }

  /** Pulls until the returned function was called as often as this one. */
  retain(): () => void {
    if (this.#viewers++ === 0) this.#start();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      if (--this.#viewers === 0) this.#stop();
    };
  }

  /** Starts from nothing. */
  reset(): void {
    this.#cursor = 0;
    this.retry();
  }

  /** Does not wait for the next try. */
  retry(): void {
    this.#failures = 0;
    if (this.#running === undefined) return;
    this.#stop();
    this.#start();
  }

  #start(): void {
    this.#running = new AbortController();
    void this.#run(this.#running.signal);
  }

  #stop(): void {
    this.#running?.abort(new Error('nobody looks'));
    this.#running = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wait = await this.#once(signal);
      if (signal.aborted) return;
      this.#parts.changed();
      // Aborted: the loop's condition ends it.
      await this.#parts.delay(wait, signal).catch(() => undefined);
    }
  }

  /** One pull; the milliseconds until the next. */
  async #once(signal: AbortSignal): Promise<number> {
    try {
      const batch = await this.#parts.pull(this.#cursor, signal);
      if (signal.aborted || !this.#parts.take(batch)) return 0;
      this.#cursor = batch.cursor;
      this.#failures = 0;
      this.#status = { phase: 'live' };
      return PACE_MS;
    } catch (error) {
      if (signal.aborted) return 0;
      const retryMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
      const reason = error instanceof Error ? error.message : String(error);
      this.#status = { phase: 'interrupted', reason, retryMs };
      return retryMs;
    }
  }
}
