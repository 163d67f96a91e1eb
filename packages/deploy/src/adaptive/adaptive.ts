/** Makes a cluster larger and smaller by what there is to do, for as long as it runs or until it is closed. */
import { anObject, anything, checkOptions, someMilliseconds, systemClock, whole } from '@covey/protocol/internal';
import type { Clock, Demand, Kinds, Timer } from '@covey/protocol/internal';
import { silentLogger } from '@covey/protocol';
import type { Logger } from '@covey/protocol';
import { ConfigurationError } from '../errors.js';
import { AdaptivePolicy } from './adaptive-policy.js';
import type { AdaptivePolicyOptions, AdaptiveRange } from './adaptive-policy.js';

/** What is scaled. */
export interface ScaledCluster {
  readonly name: string;
  readonly requested: number;
  readonly demand: () => Promise<Demand>;
  readonly scale: (workers: number) => Promise<void>;
}

export interface AdaptiveOptions extends AdaptivePolicyOptions {
  /** How often it looks. Default 1,000. */
  readonly intervalMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

const adaptiveKinds: Kinds<AdaptiveOptions> = {
  minimum: anything,
  maximum: anything,
  targetMs: someMilliseconds,
  waitCount: whole(1),
  intervalMs: someMilliseconds,
  clock: anObject('a Clock'),
  logger: anObject('a Logger'),
};

export class Adaptive {
  readonly range: AdaptiveRange;
  readonly #cluster: ScaledCluster;
  readonly #policy: AdaptivePolicy;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #intervalMs: number;
  #timer: Timer | undefined;
  #isClosed = false;
  #isFailing = false;

  /** @throws {ConfigurationError} when the range is none. */
  constructor(cluster: ScaledCluster, options: AdaptiveOptions) {
    checkOptions(options, adaptiveKinds, 'adapt', ConfigurationError);
    const { minimum, maximum, intervalMs = 1000, clock = systemClock, logger = silentLogger } = options;
    this.range = checkRange({ minimum, maximum });
    this.#cluster = cluster;
    this.#policy = new AdaptivePolicy(options);
    this.#clock = clock;
    this.#logger = logger;
    this.#intervalMs = intervalMs;
    void this.#look();
  }

  /** From now on the cluster stays as it is. Safe to call again. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
  }

  /** One look after the other: a cluster that is being made smaller is not judged meanwhile. */
  async #look(): Promise<void> {
    try {
      const demand = await this.#cluster.demand();
      if (this.#isClosed) return;
      const { name, requested } = this.#cluster;
      const workers = this.#policy.look(demand, requested);
      if (workers !== requested) {
        this.#logger.info(`'${name}' is scaled by what there is to do`, { from: requested, to: workers, ...demand });
        await this.#cluster.scale(workers);
      }
      this.#isFailing = false;
    } catch (error) {
      // A scheduler that is busy answers again later; one that is gone ends the cluster, which ends this.
      if (!this.#isFailing && !this.#isClosed) {
        this.#logger.warn(`'${this.#cluster.name}' could not be scaled by what there is to do`, { error });
      }
      this.#isFailing = true;
    }
    if (!this.#isClosed) this.#timer = this.#clock.setTimer(() => void this.#look(), this.#intervalMs);
  }
}

/** @throws {ConfigurationError} when it is no range of whole numbers. */
function checkRange(range: AdaptiveRange): AdaptiveRange {
  const { minimum, maximum } = range;
  const areWhole = [minimum, maximum].every((bound) => Number.isSafeInteger(bound) && bound >= 0);
  if (areWhole && minimum <= maximum && maximum > 0) return range;
  throw new ConfigurationError(
    `a cluster is scaled between two whole numbers of workers, of which the second is not 0 and not the smaller: not ${String(minimum)} and ${String(maximum)}`,
  );
}
