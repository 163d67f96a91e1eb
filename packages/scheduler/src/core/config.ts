/** The numbers by which the core decides, with their defaults and units. */

/** All of them may be left out. */
export interface SchedulerConfig {
  /** Estimated work sent ahead to each thread of a worker, milliseconds. Default 5. */
  readonly windowMs?: number;
  /** Tasks sent to a worker per thread however long they take (one runs, the others wait there). Default 2. */
  readonly windowTasks?: number;
  /** No more than this many tasks per thread are sent ahead however short they are. Default 1,000. */
  readonly maxWindowTasks?: number;
  /** Assumed for functions nothing is known of, milliseconds. Default 500. */
  readonly unknownDurationMs?: number;
  /** Assumed for peers until a worker has measured, bytes a second. Default 100 MB/s. */
  readonly bandwidth?: number;
  /** Assumed for a fetch from a peer beside the bytes, milliseconds. Default 1. */
  readonly fetchLatencyMs?: number;
  /** Bytes of small results kept at hand, overhead included. Default 32 MiB. */
  readonly resultCacheBytes?: number;
  /** How many deaths of its worker a task may be suspected of and still be tried again. Default 3. */
  readonly allowedFailures?: number;
  /** Transitions kept for stories; rounded up to a power of two. Default 65,536. */
  readonly storyLength?: number;
  /** What was sent ahead to a worker that completes nothing for so long is asked back, milliseconds. Default 25. */
  readonly recallAfterMs?: number;
  /** A task for which there is no worker errs after this time, milliseconds; 0 is never. Default 0. */
  readonly noWorkerTimeoutMs?: number;
}

/** With every default filled in. */
export type ResolvedConfig = Required<SchedulerConfig>;

/** Fills the defaults in. */
export function resolveConfig(config: SchedulerConfig): ResolvedConfig {
  return {
    windowMs: 5,
    windowTasks: 2,
    maxWindowTasks: 1000,
    unknownDurationMs: 500,
    bandwidth: 100e6,
    fetchLatencyMs: 1,
    resultCacheBytes: 32 * 1024 * 1024,
    allowedFailures: 3,
    storyLength: 65_536,
    recallAfterMs: 25,
    noWorkerTimeoutMs: 0,
    ...config,
  };
}
