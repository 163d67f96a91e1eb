/** Round places on an axis. */

const TIME_STEPS_MS = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * 3_600_000),
];

/** The step at which labels stand at least `leastPixels` apart. */
export function timeStep(msPerPixel: number, leastPixels: number): number {
  return TIME_STEPS_MS.find((step) => step / msPerPixel >= leastPixels) ?? TIME_STEPS_MS.at(-1)!;
}

/** The label of a tick: the time of day down to the step's precision. */
export function tickLabel(ms: number, stepMs: number): string {
  const date = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (stepMs >= 60_000) return minutes;
  const seconds = `${minutes}:${two(date.getSeconds())}`;
  if (stepMs >= 1000) return seconds;
  const fraction = ms - Math.floor(ms / 1000) * 1000;
  const digits = stepMs >= 1 ? 0 : stepMs >= 0.1 ? 1 : stepMs >= 0.01 ? 2 : 3;
  return `${two(date.getSeconds())}.${fraction
    .toFixed(digits)
    .padStart(digits === 0 ? 3 : 4 + digits, '0')
    .replace('.', ' ')}`;
}
