/**
 * Lanes as they are shown: by worker and thread, whatever the order in which they came. Runs carry the numbers in
 * which lanes came, so a table leads from the one to the other.
 */
import type { Lane } from '../../store/run-ring.js';

export class LaneOrder {
  /** Numbers of lanes, in the order shown. */
  shown: readonly number[] = [];
  /** Places by number of a lane. */
  places = new Uint16Array(0);
  #known = -1;

  /** Whether it has changed. */
  update(lanes: readonly Lane[]): boolean {
    if (lanes.length === this.#known) return false;
    this.#known = lanes.length;
    const compare = new Intl.Collator('en', { numeric: true }).compare;
    this.shown = lanes
      .map((_lane, i) => i)
      .sort((a, b) => compare(lanes[a]!.worker, lanes[b]!.worker) || lanes[a]!.thread - lanes[b]!.thread);
    this.places = new Uint16Array(lanes.length);
    for (const [place, lane] of this.shown.entries()) this.places[lane] = place;
    return true;
  }

  forget(): void {
    this.#known = -1;
  }
}
