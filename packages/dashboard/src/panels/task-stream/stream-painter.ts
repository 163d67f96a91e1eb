/** Draws the task stream: lanes of runs, names within wide ones, lanes' names at the left, the time below. */
import { RunOutcome } from '@covey/protocol/bridge';
import { cssOf, luminance, mix, pixelOf } from '../../draw/palette.js';
import { LaneRaster } from '../../draw/lane-raster.js';
import type { RasterColours } from '../../draw/lane-raster.js';
import { Surface } from '../../draw/surface.js';
import { NamePixels } from '../../draw/theme.js';
import type { Theme } from '../../draw/theme.js';
import { tickLabel, timeStep } from '../../draw/ticks.js';
import type { RunRing } from '../../store/run-ring.js';
import { cutMiddle, h } from '../../view/dom.js';
import { LaneOrder } from './lane-order.js';
import { TimeView } from './time-view.js';

const LEAST_LANE_HEIGHT = 3;
const MOST_LANE_HEIGHT = 22;
const LEAST_LABEL_WIDTH = 44;
const LEAST_LABEL_HEIGHT = 12;
/** Text is what takes long to draw. */
const LABELS_MAX = 80;

export class StreamPainter {
  readonly view = new TimeView(30_000 / 1000);
  readonly order = new LaneOrder();
  readonly chart = h('div', { class: 'covey-Chart covey-Stream-chart', tabindex: 0, role: 'group' });
  readonly lanes = h('div', { class: 'covey-Stream-lanes', 'aria-hidden': true });
  readonly axis = h('div', { class: 'covey-Stream-axis', 'aria-hidden': true });
  /** Height of a lane, and how far lanes are scrolled up; both in CSS pixels. */
  laneHeight = LEAST_LANE_HEIGHT;
  scrollTop = 0;
  /** The place in the columns of the run that is pointed at; -1 for none. */
  pointed = -1;
  readonly #runs: RunRing;
  readonly #raster = new LaneRaster();
  readonly #image: Surface;
  readonly #overlay: Surface;
  readonly #gutter: Surface;
  readonly #scale: Surface;
  #pixels: { readonly data: ImageData; readonly words: Uint32Array } | undefined;
  #theme: Theme;
  #names: NamePixels;
  #colours: RasterColours | undefined;
  #generation = -1;
  #isStale = true;

  constructor(runs: RunRing, theme: Theme, resized: () => void) {
    this.#runs = runs;
    this.#theme = theme;
    this.#names = new NamePixels(theme);
    const again = () => {
      this.#isStale = true;
      resized();
    };
    this.#image = new Surface(this.chart, again, { pixels: true });
    this.#overlay = new Surface(this.chart, again);
    this.#gutter = new Surface(this.lanes, again);
    this.#scale = new Surface(this.axis, again);
  }

  get width(): number {
    return this.#image.width;
  }

  get height(): number {
    return this.#image.height;
  }

  /** Height of all lanes. */
  get fullHeight(): number {
    return this.order.shown.length * this.laneHeight;
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#names = new NamePixels(theme);
    this.#colours = undefined;
    this.#isStale = true;
  }

  /** Draws again even what has not moved. */
  refresh(): void {
    this.#isStale = true;
  }

  /** The first drawing has no width to scale by: a minute is shown at first. */
  draw(): void {
    const runs = this.#runs;
    if (!this.#image.isThere) return;
    if (runs.generation !== this.#generation) {
      this.#generation = runs.generation;
      this.#names = new NamePixels(this.#theme);
      this.#colours = undefined;
      this.order.forget();
      this.pointed = -1;
    }
    if (this.order.update(runs.lanes)) this.#isStale = true;
    this.#layOut();
    const isNew = this.#drawRuns(runs);
    if (isNew || this.#isStale) {
      this.#drawOverlay(runs);
      this.#drawAxis();
    }
    if (this.#isStale) this.#drawGutter(runs);
    this.#isStale = false;
  }

  /** The run at a place of the chart; -1 for none. */
  runAt(x: number, y: number): number {
    const lane = this.order.shown[Math.floor((y + this.scrollTop) / this.laneHeight)];
    if (lane === undefined) return -1;
    const { startMs, msPerPixel } = this.view;
    return this.#runs.find(lane, startMs + x * msPerPixel, 3 * msPerPixel);
  }

  /** Where a run stands in the chart. */
  boxOf(at: number): { readonly x: number; readonly y: number; readonly width: number } {
    const { startMs, msPerPixel } = this.view;
    const place = this.order.places[this.#runs.lane[at]!] ?? 0;
    const x = (this.#runs.start[at]! - startMs) / msPerPixel;
    return { x, y: place * this.laneHeight - this.scrollTop, width: this.#runs.duration[at]! / msPerPixel };
  }

  dispose(): void {
    for (const surface of [this.#image, this.#overlay, this.#gutter, this.#scale]) surface.dispose();
  }

  #layOut(): void {
    const lanes = Math.max(1, this.order.shown.length);
    const height = Math.floor(this.#image.height / lanes);
    const laneHeight = Math.min(MOST_LANE_HEIGHT, Math.max(LEAST_LANE_HEIGHT, height));
    if (laneHeight !== this.laneHeight) this.#isStale = true;
    this.laneHeight = laneHeight;
    this.scrollTop = Math.max(0, Math.min(this.scrollTop, this.fullHeight - this.#image.height));
  }

  /** Whether the image has changed. */
  #drawRuns(runs: RunRing): boolean {
    const { ratio, pixelWidth, pixelHeight, context } = this.#image;
    const words = this.#imageOf(pixelWidth, pixelHeight);
    const names = this.#names.of(runs.names);
    if (this.#colours?.names !== names) this.#colours = this.#coloursWith(names);
    const rowHeight = Math.round(this.laneHeight * ratio);
    const scrolled = Math.round(this.scrollTop * ratio);
    const firstLane = Math.floor(scrolled / rowHeight);
    const msPerPixel = this.view.msPerPixel / ratio;
    const hasChanged = this.#raster.update(
      runs,
      {
        msPerPixel,
        firstColumn: Math.floor(this.view.startMs / msPerPixel),
        columns: pixelWidth,
        firstLane,
        lanes: Math.min(this.order.shown.length - firstLane, Math.ceil(pixelHeight / rowHeight) + 1),
        places: this.order.places,
      },
      this.#colours,
    );
    if (!hasChanged && !this.#isStale) return false;
    this.#raster.compose(words, pixelHeight, { laneHeight: rowHeight, shift: scrolled - firstLane * rowHeight });
    context.putImageData(this.#pixels!.data, 0, 0);
    return true;
  }

  #imageOf(width: number, height: number): Uint32Array {
    if (this.#pixels?.data.width !== width || this.#pixels.data.height !== height) {
      const data = new ImageData(width, height);
      this.#pixels = { data, words: new Uint32Array(data.data.buffer) };
    }
    return this.#pixels.words;
  }

  #coloursWith(names: Uint32Array): RasterColours {
    const { background, error, text } = this.#theme;
    return {
      names,
      background: pixelOf(background),
      error: pixelOf(error),
      stopped: pixelOf(mix(text, background, 0.6)),
    };
  }

  #drawOverlay(runs: RunRing): void {
    const context = this.#overlay.begin();
    if (this.laneHeight >= LEAST_LABEL_HEIGHT) this.#drawLabels(context, runs);
    if (this.pointed < 0) return;
    const { x, y, width } = this.boxOf(this.pointed);
    context.strokeStyle = cssOf(this.#theme.text);
    context.lineWidth = 2;
    context.strokeRect(x - 1, y, Math.max(3, width + 1), this.laneHeight - 1);
  }

  #drawLabels(context: CanvasRenderingContext2D, runs: RunRing): void {
    const { startMs, msPerPixel } = this.view;
    const endMs = startMs + this.width * msPerPixel;
    const leastMs = LEAST_LABEL_WIDTH * msPerPixel;
    context.font = `11px ${this.#theme.font}`;
    context.textBaseline = 'middle';
    let labels = 0;
    for (let n = runs.written - 1; n >= runs.oldest && labels < LABELS_MAX; n--) {
      const at = n % runs.capacity;
      const duration = runs.duration[at]!;
      if (duration < leastMs) continue;
      const start = runs.start[at]!;
      if (start > endMs || start + duration < startMs || runs.outcome[at] !== RunOutcome.done) continue;
      const { y } = this.boxOf(at);
      if (y < -this.laneHeight || y > this.height) continue;
      const from = Math.max(0, (start - startMs) / msPerPixel);
      const width = Math.min(this.width, (start + duration - startMs) / msPerPixel) - from - 8;
      if (width < LEAST_LABEL_WIDTH - 8) continue;
      const name = runs.names[runs.name[at]!] ?? '…';
      context.fillStyle = luminance(this.#theme.functionColour(name)) > 0.3 ? '#000' : '#fff';
      context.fillText(cutMiddle(name, Math.floor(width / 6.2)), from + 4, y + (this.laneHeight - 1) / 2 + 0.5);
      labels++;
    }
  }

  #drawAxis(): void {
    const context = this.#scale.begin();
    const { startMs, msPerPixel } = this.view;
    const step = timeStep(msPerPixel, 86);
    context.font = `11px ${this.#theme.font}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.strokeStyle = cssOf(this.#theme.line);
    context.fillStyle = cssOf(this.#theme.quiet);
    context.beginPath();
    for (let ms = Math.ceil(startMs / step) * step; ms < startMs + this.width * msPerPixel; ms += step) {
      const x = Math.round((ms - startMs) / msPerPixel) + 0.5;
      context.moveTo(x, 0);
      context.lineTo(x, 5);
      if (x > 30 && x < this.width - 30) context.fillText(tickLabel(ms, step), x, 14);
    }
    context.stroke();
  }

  /** A worker's name once, beside its first lane that has room for it. */
  #drawGutter(runs: RunRing): void {
    const context = this.#gutter.begin();
    const { width, height } = this.#gutter;
    context.font = `11px ${this.#theme.font}`;
    context.textBaseline = 'middle';
    context.lineWidth = 1;
    context.strokeStyle = cssOf(this.#theme.line);
    let worker: string | undefined;
    let free = 0;
    for (const [place, lane] of this.order.shown.entries()) {
      const y = place * this.laneHeight - this.scrollTop;
      const { worker: name } = runs.lanes[lane]!;
      if (name === worker || y < -this.laneHeight) {
        if (y >= -this.laneHeight) continue;
        worker = undefined;
        continue;
      }
      if (y > height) break;
      worker = name;
      if (y < free) continue;
      context.fillStyle = cssOf(this.#theme.quiet);
      context.fillText(cutMiddle(name, Math.floor((width - 18) / 6)), 12, y + Math.max(7, this.laneHeight / 2));
      context.beginPath();
      context.moveTo(0, Math.round(y) - 0.5);
      context.lineTo(width, Math.round(y) - 0.5);
      if (place > 0) context.stroke();
      free = y + 15;
    }
  }
}
