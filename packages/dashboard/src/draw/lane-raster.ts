/**
 * Draws runs of tasks into pixels: a line of pixels a lane, copied to as many rows as the lane is high.
 *
 * Lines are rings over absolute pixel columns. When time moves on, only the columns that come into view are painted,
 * and new runs are painted over what is there, so a frame costs what has changed and one copy into the image.
 * Typed arrays and plain loops, as a hundred thousand runs are painted anew when the scale changes.
 */
import { RunOutcome } from '@covey/protocol/bridge';
import type { RunRing } from '../store/run-ring.js';

export interface RasterColours {
  /** Pixels by number of a name. */
  readonly names: Uint32Array;
  readonly background: number;
  readonly error: number;
  readonly stopped: number;
}

/** What is seen: whole pixel columns from `firstColumn`, and lanes from `firstLane`. */
export interface RasterView {
  readonly msPerPixel: number;
  /** Milliseconds since the epoch by `msPerPixel`, whole. */
  readonly firstColumn: number;
  readonly columns: number;
  readonly firstLane: number;
  readonly lanes: number;
  /** Where each lane is shown, by its number. Another table is another picture. */
  readonly places: Uint16Array;
}

/** Where image rows stand: lanes of so many rows, the last of them empty when there is room; the first shifted up. */
export interface RasterRows {
  readonly laneHeight: number;
  readonly shift: number;
}

/** Pixels that stand for a pattern; no colour is fully transparent. */
const ERRED = 1;
const STOPPED = 2;
const PATTERN_ROWS = 4;
/** Runs at least this wide are followed by an empty column, so that one can be told from the next. */
const GAP_FROM = 5;

export class LaneRaster {
  #view: RasterView | undefined;
  #colours: RasterColours | undefined;
  #lines = new Uint32Array(0);
  #hasPattern = new Uint8Array(0);
  #pattern = new Uint32Array(0);
  #painted = 0;
  #generation = -1;

  /** Brings the lines up to date. False: nothing has changed, the image of last time is right. */
  update(runs: RunRing, view: RasterView, colours: RasterColours): boolean {
    const before = this.#view;
    const isSame =
      before !== undefined &&
      colours === this.#colours &&
      runs.generation === this.#generation &&
      this.#painted >= runs.oldest &&
      view.msPerPixel === before.msPerPixel &&
      view.columns === before.columns &&
      view.places === before.places &&
      view.firstLane === before.firstLane &&
      view.lanes === before.lanes;
    this.#view = view;
    if (!isSame) {
      this.#colours = colours;
      this.#generation = runs.generation;
      this.#clear(view, colours);
      this.#paint(runs, runs.oldest, view.firstColumn, view.firstColumn + view.columns);
    } else {
      const moved = view.firstColumn - before.firstColumn;
      if (moved === 0 && this.#painted === runs.written) return false;
      this.#move(runs, before.firstColumn, moved);
      // What was just exposed is painted with all runs; painting new ones there twice does no harm.
      this.#paint(runs, this.#painted, view.firstColumn, view.firstColumn + view.columns);
    }
    this.#painted = runs.written;
    return true;
  }

  /** Copies the lines into an image of 32-bit pixels, `view.columns` wide. */
  compose(image: Uint32Array, height: number, { laneHeight, shift }: RasterRows): void {
    const view = this.#view;
    const colours = this.#colours;
    if (view === undefined || colours === undefined) return;
    const { columns, lanes } = view;
    const split = modulo(view.firstColumn, columns);
    const filled = laneHeight > 3 ? laneHeight - 1 : laneHeight;
    let y = -shift;
    for (let lane = 0; lane < lanes && y < height; lane++, y += laneHeight) {
      const line = lane * columns;
      const isPatterned = this.#hasPattern[lane] === 1;
      if (isPatterned) this.#fillPattern(line);
      const source = isPatterned ? this.#pattern : this.#lines;
      for (let row = Math.max(0, -y); row < filled && y + row < height; row++) {
        const from = isPatterned ? (row % PATTERN_ROWS) * columns : line;
        const to = (y + row) * columns;
        image.set(source.subarray(from + split, from + columns), to);
        image.set(source.subarray(from, from + split), to + columns - split);
      }
      for (let row = Math.max(filled, -y); row < laneHeight && y + row < height; row++) {
        image.fill(colours.background, (y + row) * columns, (y + row + 1) * columns);
      }
    }
    if (y < height) image.fill(colours.background, Math.max(0, y) * columns, height * columns);
  }

  #clear({ columns, lanes }: RasterView, { background }: RasterColours): void {
    if (this.#lines.length !== columns * lanes) this.#lines = new Uint32Array(columns * lanes);
    this.#lines.fill(background);
    this.#hasPattern = new Uint8Array(lanes);
    this.#pattern = new Uint32Array(columns * PATTERN_ROWS);
  }

  /** Columns that come into view on either side are emptied and painted. */
  #move(runs: RunRing, before: number, moved: number): void {
    if (moved === 0) return;
    const { columns, lanes } = this.#view!;
    const count = Math.min(columns, Math.abs(moved));
    const from = moved > 0 ? before + moved + columns - count : before + moved;
    const first = modulo(from, columns);
    const wrapped = Math.max(0, first + count - columns);
    for (let lane = 0; lane < lanes; lane++) {
      const line = lane * columns;
      this.#lines.fill(this.#colours!.background, line + first, line + first + count - wrapped);
      this.#lines.fill(this.#colours!.background, line, line + wrapped);
    }
    this.#paint(runs, runs.oldest, from, from + count);
  }

  #paint(runs: RunRing, fromRun: number, fromColumn: number, toColumn: number): void {
    const { msPerPixel, columns, firstLane, lanes, places } = this.#view!;
    const { names } = this.#colours!;
    const lines = this.#lines;
    const { capacity, start, duration, lane: laneOf, name, outcome } = runs;
    if (runs.lastEndMs / msPerPixel < fromColumn) return;
    for (let n = fromRun, at = fromRun % capacity; n < runs.written; n++, at = at + 1 === capacity ? 0 : at + 1) {
      const lane = places[laneOf[at]!]! - firstLane;
      if (lane < 0 || lane >= lanes) continue;
      const startMs = start[at]!;
      let left = Math.floor(startMs / msPerPixel);
      if (left >= toColumn) continue;
      let right = Math.floor((startMs + duration[at]!) / msPerPixel);
      if (right < fromColumn) continue;
      if (right - left < GAP_FROM) right = Math.max(right, left + 1);
      else right--;
      if (left < fromColumn) left = fromColumn;
      if (right > toColumn) right = toColumn;
      if (right <= left) continue;
      const how = outcome[at]!;
      let pixel = names[name[at]!]!;
      if (how !== RunOutcome.done) {
        pixel = how === RunOutcome.erred ? ERRED : STOPPED;
        this.#hasPattern[lane] = 1;
      }
      const line = lane * columns;
      const first = modulo(left, columns);
      const end = first + right - left;
      if (end - first === 1) {
        // Failures stay visible among runs that are narrower than a pixel.
        if (lines[line + first] !== ERRED || how === RunOutcome.erred) lines[line + first] = pixel;
      } else if (end <= columns) lines.fill(pixel, line + first, line + end);
      else {
        lines.fill(pixel, line + first, line + columns);
        lines.fill(pixel, line, line + end - columns);
      }
    }
  }

  /** Failures are striped, what was stopped has lines: told apart without their colours. */
  #fillPattern(line: number): void {
    const { columns } = this.#view!;
    const { error, stopped, background } = this.#colours!;
    for (let row = 0; row < PATTERN_ROWS; row++) {
      const to = row * columns;
      for (let i = 0; i < columns; i++) {
        const pixel = this.#lines[line + i]!;
        if (pixel === ERRED) this.#pattern[to + i] = ((i + row) & 3) < 3 ? error : background;
        else if (pixel === STOPPED) this.#pattern[to + i] = (row & 1) === 0 ? stopped : background;
        else this.#pattern[to + i] = pixel;
      }
    }
  }
}

function modulo(number: number, by: number): number {
  return number - Math.floor(number / by) * by;
}
