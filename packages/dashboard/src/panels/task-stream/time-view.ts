/** Which stretch of time is seen: it follows the latest runs, or stands where the user has put it. Pure. */

/** A stretch may be as short as a pixel a microsecond, and as long as a day. */
const LEAST_MS_PER_PIXEL = 0.001;
const MOST_MS_PER_PIXEL = 86_400_000 / 500;
/** What stays free at the right edge while it follows. */
const AHEAD_SHARE = 0.02;
/** Without new runs, it goes on for so long before it stands still. */
const IDLE_MS = 1500;

export class TimeView {
  msPerPixel: number;
  /** Time at the left edge. */
  startMs = 0;
  isFollowing = true;
  /** The scheduler's clock minus ours. */
  #offsetMs: number | undefined;

  constructor(msPerPixel: number) {
    this.msPerPixel = msPerPixel;
  }

  /** Runs have come, the last of which ended then; `nowMs` is our own clock. */
  heard(lastEndMs: number, nowMs: number): void {
    const offset = lastEndMs - nowMs;
    // News come in portions: the newest ends seen lately are nearest to the truth.
    this.#offsetMs =
      this.#offsetMs === undefined || offset > this.#offsetMs || this.#offsetMs - offset > 5000
        ? offset
        : this.#offsetMs * 0.98 + offset * 0.02;
  }

  /** Moves on with time. Whether it will move again without news. */
  advance(lastEndMs: number, nowMs: number, width: number): boolean {
    if (!this.isFollowing || this.#offsetMs === undefined) return false;
    const schedulerNow = nowMs + this.#offsetMs;
    const edge = Math.min(schedulerNow, lastEndMs + IDLE_MS);
    this.startMs = edge - width * this.msPerPixel * (1 - AHEAD_SHARE);
    return edge === schedulerNow;
  }

  /** Scales around a place, given in pixels from the left. */
  zoom(factor: number, at: number): void {
    const msPerPixel = Math.min(MOST_MS_PER_PIXEL, Math.max(LEAST_MS_PER_PIXEL, this.msPerPixel * factor));
    this.startMs += at * (this.msPerPixel - msPerPixel);
    this.msPerPixel = msPerPixel;
  }

  /** Shifts by pixels: to later times when positive. */
  pan(pixels: number): void {
    this.isFollowing = false;
    this.startMs += pixels * this.msPerPixel;
  }

  show(fromMs: number, toMs: number, width: number): void {
    this.isFollowing = false;
    const span = Math.max(toMs - fromMs, LEAST_MS_PER_PIXEL * width);
    this.msPerPixel = Math.min(MOST_MS_PER_PIXEL, (span / Math.max(1, width)) * 1.04);
    this.startMs = fromMs - (this.msPerPixel * width - span) / 2;
  }
}
