/** The worker's time: milliseconds since the Unix epoch that never go back, alike in all of its threads. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
