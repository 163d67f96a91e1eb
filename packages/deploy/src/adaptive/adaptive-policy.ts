/**
 * How many workers a cluster should have for what there is to do: enough to be done in a few seconds, never more than could
 * find something to do, and fewer only when that has been right for a while, since a worker that goes has to hand on what it
 * holds. Knows no cluster and no clock.
 */
import type { Demand } from '@covey/protocol/internal';

export interface AdaptiveRange {
  readonly minimum: number;
  readonly maximum: number;
}

export interface AdaptivePolicyOptions extends AdaptiveRange {
  /** In how long the work that there is should be done. Default 5,000. */
  readonly targetMs?: number;
  /** How many looks in a row must find too many workers before some are let go. Default 3. */
  readonly waitCount?: number;
}

/** A larger part of the memory in use asks for more workers. */
const FULL_PART = 0.6;
const MEMORY_FACTOR = 2;

export class AdaptivePolicy {
  readonly #minimum: number;
  readonly #maximum: number;
  readonly #targetMs: number;
  readonly #waitCount: number;
  #threadsPerWorker = 1;
  /** What recent looks wanted, as long as they wanted fewer workers than there are. */
  #fewer: number[] = [];

  constructor({ minimum, maximum, targetMs = 5000, waitCount = 3 }: AdaptivePolicyOptions) {
    this.#minimum = minimum;
    this.#maximum = maximum;
    this.#targetMs = targetMs;
    this.#waitCount = waitCount;
  }

  /**
   * A look at the cluster.
   * @param requested how many workers were asked for; those that are missing are still starting.
   * @returns how many to ask for.
   */
  look(demand: Demand, requested: number): number {
    const wanted = this.#wanted(demand);
    if (wanted >= requested) {
      this.#fewer = [];
      return wanted;
    }
    // Beyond the maximum nobody waits: it is what somebody said.
    if (requested > this.#maximum) return this.#maximum;
    this.#fewer.push(wanted);
    if (this.#fewer.length < this.#waitCount) return requested;
    const most = Math.max(...this.#fewer);
    this.#fewer = [];
    return most;
  }

  #wanted(demand: Demand): number {
    return Math.min(this.#maximum, Math.max(this.#minimum, this.#forWork(demand), forMemory(demand)));
  }

  #forWork({ workMs, ready, workers, threads }: Demand): number {
    if (workers > 0 && threads > 0) this.#threadsPerWorker = threads / workers;
    const busyThreads = Math.min(ready, Math.ceil(workMs / this.#targetMs));
    // Work of which nothing is known yet may be estimated at nothing: somebody has to begin.
    return Math.ceil(Math.max(busyThreads, Math.min(ready, 1)) / this.#threadsPerWorker);
  }
}

function forMemory({ heldBytes, memoryLimit, workers }: Demand): number {
  if (memoryLimit === 0 || heldBytes <= FULL_PART * memoryLimit) {
    // What is held must still fit when workers go.
    return memoryLimit === 0 ? 0 : Math.ceil(heldBytes / (FULL_PART * (memoryLimit / workers)));
  }
  return workers * MEMORY_FACTOR;
}
