/**
 * Has the pulls of a page travel together, since what an answer costs the scheduler is the request. Each topic is still pulled
 * by itself (`topic-loop.ts`); those that wait at a time share one request, which is made anew when another joins them.
 */
import type { FigureBatch, FigureTopic } from '@covey/protocol/bridge';
import { PACE_MS } from './topic-loop.js';

/** Asks for what is newer than these cursors; answers as soon as there is something, not always of each topic. */
export type PullTogether = (
  cursors: ReadonlyMap<FigureTopic, number>,
  signal: AbortSignal,
) => Promise<readonly FigureBatch[]>;

/** Topics that were answered together are back after their loops' pace, and asked for together again. */
const BACK_MS = PACE_MS + 10;

interface Waiting {
  readonly cursor: number;
  readonly resolve: (batch: FigureBatch) => void;
  readonly reject: (reason: Error) => void;
}

export class JoinedPulls {
  readonly #pullTogether: PullTogether;
  readonly #pause: (ms: number) => Promise<void>;
  readonly #waiting = new Map<FigureTopic, Waiting>();
  #isRunning = false;
  #request: AbortController | undefined;

  /** @param pause passes so long; default by a timer */
  constructor(
    pullTogether: PullTogether,
    pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  ) {
    this.#pullTogether = pullTogether;
    this.#pause = pause;
  }

  /** One pull of a topic; a page has one at a time. @throws what the request throws */
  pull(topic: FigureTopic, cursor: number, signal: AbortSignal): Promise<FigureBatch> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (this.#waiting.get(topic) !== waiting) return;
        this.#waiting.delete(topic);
        if (this.#waiting.size === 0) this.#request?.abort();
        reject(signal.reason as Error);
      };
      const waiting = {
        cursor,
        resolve: (batch: FigureBatch) => {
          signal.removeEventListener('abort', leave);
          resolve(batch);
        },
        reject: (reason: Error) => {
          signal.removeEventListener('abort', leave);
          reject(reason);
        },
      };
      signal.throwIfAborted();
      signal.addEventListener('abort', leave);
      this.#waiting.set(topic, waiting);
      this.#request?.abort();
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Timers that end together bring their pulls one after the other: the last is waited for.
    for (let pauseMs = 0; ;) {
      await this.#pause(pauseMs);
      if (this.#waiting.size === 0) break;
      pauseMs = (await this.#once()) ? BACK_MS : 0;
    }
    this.#isRunning = false;
  }

  /** One request. False: it was given up, for others have joined or all have left. */
  async #once(): Promise<boolean> {
    const asked = new Map(this.#waiting);
    const { signal } = (this.#request = new AbortController());
    const ended = (topic: FigureTopic): Waiting | undefined => {
      const waiting = this.#waiting.get(topic);
      if (waiting === undefined || waiting !== asked.get(topic)) return undefined;
      this.#waiting.delete(topic);
      return waiting;
    };
    try {
      const cursors = new Map([...asked].map(([topic, { cursor }]) => [topic, cursor]));
      for (const batch of await this.#pullTogether(cursors, signal)) ended(batch.topic)?.resolve(batch);
    } catch (error) {
      if (signal.aborted) return false;
      for (const topic of asked.keys()) ended(topic)?.reject(error as Error);
    } finally {
      this.#request = undefined;
    }
    return true;
  }
}
