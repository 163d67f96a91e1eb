/**
 * When a worker that died is started again. A worker that never gets ready is given up after some tries: something is
 * wrong that another try doesn't mend. One that worked is always started again, later each time it dies young.
 */
import { backoffMs } from '@covey/protocol/internal';
import type { BackoffOptions } from '@covey/protocol/internal';

export interface RestartPolicyOptions {
  /** Deaths in a row before the worker was ready, after which it is given up. Default 4. */
  readonly startsAllowed?: number;
  /** A life of this length makes earlier deaths forgotten. Default 30,000. */
  readonly settledMs?: number;
  /** Default: 50 ms, doubling to 10 s. */
  readonly backoff?: BackoffOptions;
}

/** How a worker's life ended. */
export interface LifeSummary {
  /** It had said that it is ready. */
  readonly wasReady: boolean;
  readonly lifeMs: number;
  /** It said itself that another start would not help. */
  readonly permanent: boolean;
}

export type RestartDecision = { readonly restart: true; readonly delayMs: number } | { readonly restart: false };

/** Decides for one worker, over all its lives. */
export class RestartPolicy {
  readonly #startsAllowed: number;
  readonly #settledMs: number;
  readonly #backoff: BackoffOptions;
  #failedStarts = 0;
  #youngDeaths = 0;

  constructor(options: RestartPolicyOptions = {}) {
    this.#startsAllowed = options.startsAllowed ?? 4;
    this.#settledMs = options.settledMs ?? 30_000;
    this.#backoff = { firstMs: 50, maxMs: 10_000, ...options.backoff };
  }

  afterDeath(life: LifeSummary): RestartDecision {
    this.#failedStarts = life.wasReady ? 0 : this.#failedStarts + 1;
    if (life.permanent || this.#failedStarts >= this.#startsAllowed) return { restart: false };
    this.#youngDeaths = life.lifeMs >= this.#settledMs ? 0 : this.#youngDeaths + 1;
    return { restart: true, delayMs: backoffMs(Math.max(0, this.#youngDeaths - 1), this.#backoff) };
  }
}
