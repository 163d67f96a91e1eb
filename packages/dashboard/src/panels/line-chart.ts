/** One plot of lines over time, by uPlot: told apart by their dashes as well as their colours. */
import uPlot from 'uplot';
import { cssOf } from '../draw/palette.js';
import type { Rgb } from '../draw/palette.js';
import type { Theme } from '../draw/theme.js';
import type { OverviewSample } from '../store/overview-history.js';
import { h } from '../view/dom.js';
import { formatTime } from '../view/format.js';

export interface LineSeries {
  readonly amount: Exclude<keyof OverviewSample, 'timeMs'>;
  readonly label: string;
  readonly colour: (theme: Theme) => Rgb;
  readonly dash?: readonly number[];
  readonly filled?: boolean;
}

export interface LineChartOptions {
  readonly title: string;
  readonly format: (amount: number) => string;
  readonly isBytes?: boolean;
  /** Half of one means nothing: it would be told as one. */
  readonly isWhole?: boolean;
  readonly series: readonly LineSeries[];
}

/** What is seen at once. */
const SPAN_SECONDS = 300;
/** What is free at the right of a plot. */
const RIGHT_PIXELS = 8;
/** Half of what a time is wide. */
const TIME_PIXELS = 28;
/** Round numbers, ascending. */
const WHOLE_STEPS = Array.from({ length: 45 }, (_, i) => [1, 2, 5][i % 3]! * 10 ** Math.floor(i / 3));

export class LineChart {
  readonly #options: LineChartOptions;
  readonly #plotHost = h('div', { class: 'covey-Lines-plot', 'aria-hidden': true });
  readonly #heading: HTMLElement;
  readonly #element: HTMLElement;
  readonly #observer: ResizeObserver;
  readonly #values: HTMLElement[] = [];
  #theme: Theme;
  #plot: uPlot | undefined;
  #samples: readonly OverviewSample[] = [];
  #length = -1;

  constructor(host: HTMLElement, theme: Theme, options: LineChartOptions) {
    this.#options = options;
    this.#theme = theme;
    this.#heading = h('h2', { text: options.title });
    this.#element = h('div', { class: 'covey-Lines' }, this.#heading, this.#plotHost);
    host.append(this.#element);
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(this.#plotHost);
    this.#nameSeries();
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#nameSeries();
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#length = -1;
  }

  setSamples(samples: readonly OverviewSample[]): void {
    this.#samples = samples;
    this.#plot ??= this.#make();
    const last = samples.at(-1);
    if (this.#plot === undefined || last === undefined || this.#length === last.timeMs) return;
    this.#length = last.timeMs;
    const end = last.timeMs / 1000;
    this.#plot.setData(this.#data(), false);
    this.#plot.setScale('x', {
      min: Math.max(end - SPAN_SECONDS, Math.min(samples[0]!.timeMs / 1000, end - 30)),
      max: end,
    });
    if (this.#plot.cursor.idx == null) this.#showValues(samples.length - 1);
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#plot?.destroy();
    this.#element.remove();
  }

  #data(): uPlot.AlignedData {
    const amounts = this.#options.series.map(({ amount }) => this.#samples.map((sample) => sample[amount]));
    return [this.#samples.map(({ timeMs }) => timeMs / 1000), ...amounts];
  }

  #nameSeries(): void {
    this.#values.length = 0;
    const items = this.#options.series.map(({ label, colour, dash = [] }) => {
      const value = h('b');
      this.#values.push(value);
      const template = document.createElement('template');
      template.innerHTML = `<svg aria-hidden="true"><line x1="0" y1="4" x2="22" y2="4" stroke-dasharray="${dash.join(' ')}"/></svg>`;
      const item = h('span', {}, template.content.firstElementChild!, `${label} `, value);
      item.style.setProperty('--covey-swatch', cssOf(colour(this.#theme)));
      return item;
    });
    this.#heading.replaceChildren(this.#options.title, ...items);
  }

  #showValues(index: number): void {
    const sample = this.#samples[index];
    for (const [i, { amount }] of this.#options.series.entries()) {
      const value = sample?.[amount];
      this.#values[i]!.textContent = value == null ? '–' : this.#options.format(value);
    }
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#plotHost;
    if (width > 0 && height > 0) this.#plot?.setSize({ width, height });
  }

  #make(): uPlot | undefined {
    const { clientWidth: width, clientHeight: height } = this.#plotHost;
    if (width === 0 || height === 0) return undefined;
    const theme = this.#theme;
    const { series, format, isBytes, isWhole } = this.#options;
    const axis = {
      stroke: cssOf(theme.quiet),
      font: `11px ${theme.font}`,
      grid: { stroke: cssOf(theme.line), width: 1 },
      ticks: { stroke: cssOf(theme.line), width: 1, size: 4 },
    };
    const ySize = isBytes === true ? 66 : 48;
    const options: uPlot.Options = {
      width,
      height,
      padding: [8, RIGHT_PIXELS, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.08 : 1] } },
      axes: [
        { ...axis, space: 80, size: 30, values: timesThatFit },
        {
          ...axis,
          size: ySize,
          values: (_plot, ticks) => ticks.map(format),
          ...((isBytes === true || isWhole === true) && { incrs: WHOLE_STEPS }),
        },
      ],
      series: [
        {},
        ...series.map(({ label, colour, dash, filled }): uPlot.Series => {
          const rgb = colour(theme);
          return {
            label,
            stroke: cssOf(rgb),
            width: 1.6,
            points: { show: false },
            spanGaps: false,
            ...(dash !== undefined && { dash: [...dash] }),
            ...(filled === true && { fill: cssOf(rgb, 0.13) }),
          };
        }),
      ],
      hooks: { setCursor: [(plot) => this.#showValues(plot.cursor.idx ?? this.#samples.length - 1)] },
    };
    return new uPlot(options, this.#data(), this.#plotHost);
  }
}

/** Times stand below the middle of their ticks: where that is too near to the edge, they would be cut off. */
function timesThatFit(plot: uPlot, ticks: readonly number[]): string[] {
  const edge = plot.valToPos(plot.scales['x']?.max ?? Infinity, 'x') + RIGHT_PIXELS;
  return ticks.map((seconds) => (plot.valToPos(seconds, 'x') + TIME_PIXELS > edge ? '' : formatTime(seconds * 1000)));
}
