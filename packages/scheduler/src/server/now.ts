/** The time that the core and its stories see: milliseconds since the Unix epoch that never go back, whatever is done to the system's clock. */
import type { Clock } from '@covey/protocol/internal';

export type Now = () => number;

/** Reads the date once, and counts on from there by the clock. */
export function epochNow(clock: Clock, dateMs: number = Date.now()): Now {
  const offsetMs = dateMs - clock.now();
  return () => offsetMs + clock.now();
}
