/** Waiting longer between attempts, with jitter so that a thousand workers do not return in the same millisecond. */

/** How delays grow. */
export interface BackoffOptions {
  /** First delay. Default 50 ms. */
  readonly firstMs?: number;
  /** Longest delay. Default 5000 ms. */
  readonly maxMs?: number;
  /** Growth per attempt. Default 2. */
  readonly factor?: number;
  /** Uniform random number in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** The delay before attempt `attempt` (0 is the first repetition): between half and the whole of the exponential delay. */
export function backoffMs(attempt: number, options: BackoffOptions = {}): number {
  const { firstMs = 50, maxMs = 5000, factor = 2, random = Math.random } = options;
  const whole = Math.min(maxMs, firstMs * factor ** attempt);
  return whole * (0.5 + random() / 2);
}
