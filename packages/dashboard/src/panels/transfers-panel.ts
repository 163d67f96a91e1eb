/** Who sends how much to whom: a square a pair of workers, the darker the more. */
import { formatBytes } from '@covey/protocol/bridge';
import type { TransferMatrix } from '@covey/protocol/bridge';
import type { Panel, PanelContext } from '../context.js';
import { contrast, cssOf, mix } from '../draw/palette.js';
import type { Rgb } from '../draw/palette.js';
import { Surface } from '../draw/surface.js';
import { cutMiddle, h } from '../view/dom.js';
import { formatRate } from '../view/format.js';
import { PanelShell } from '../view/panel-shell.js';
import { Tooltip } from '../view/tooltip.js';

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly rate: number;
}

const LABEL_WIDTH = 132;
const LABEL_HEIGHT = 96;
const MOST_CELL = 52;
/** Cells hold their amounts in figures from this size on. */
const TEXT_CELL = 40;
const NAME_CELL = 11;

export function createTransfers(host: HTMLElement, context: PanelContext): Panel {
  const { translate: trans } = context;
  /** Amounts of one portion come and go; what is shown is their mean over some seconds. */
  let smooth: { readonly workers: readonly string[]; readonly rates: Float64Array } | undefined;
  let taken: TransferMatrix | undefined;
  let pointed: { readonly from: number; readonly to: number } | undefined;

  const shell: PanelShell<Pair> = new PanelShell<Pair>(host, context, {
    title: trans.__('Bandwidth'),
    name: 'transfers',
    topics: ['transfers'],
    hasData: ({ transfers }) => (transfers?.workers.length ?? 0) > 0,
    emptyText: trans.__('No workers. What they send to each other appears here.'),
    summary: ({ transfers }) => {
      take(transfers);
      const pairs = pairsOf();
      const total = pairs.reduce((sum, { rate }) => sum + rate, 0);
      const most = pairs.reduce<Pair | undefined>(
        (best, pair) => (pair.rate > (best?.rate ?? 0) ? pair : best),
        undefined,
      );
      if (most === undefined) return trans.__('Nothing passes between workers now.');
      return trans.__(
        '%1 between workers; the most from %2 to %3: %4.',
        formatRate(total),
        most.from,
        most.to,
        formatRate(most.rate),
      );
    },
    draw: ({ transfers }) => {
      take(transfers);
      draw();
      return undefined;
    },
    table: {
      columns: [
        { id: 'from', label: trans.__('From'), width: 'minmax(160px, 1fr)', value: ({ from }) => from },
        { id: 'to', label: trans.__('To'), width: 'minmax(160px, 1fr)', value: ({ to }) => to },
        {
          id: 'rate',
          label: trans.__('Bytes a second'),
          width: '140px',
          end: true,
          value: ({ rate }) => rate,
          text: ({ rate }) => formatRate(rate),
        },
      ],
      sort: { column: 'rate', descending: true },
      rows: ({ transfers }) => {
        take(transfers);
        return pairsOf();
      },
    },
    disposed: () => surface.dispose(),
  });

  const chart = h('div', {
    class: 'covey-Chart covey-mod-fill',
    role: 'img',
    'aria-label': trans.__(
      'Bytes a second from each worker, by rows, to each other worker, by columns. The table has them in figures.',
    ),
  });
  chart.style.height = '100%';
  shell.plot.append(chart);
  const surface = new Surface(chart, shell.invalidate);
  const tooltip = new Tooltip(chart);
  chart.addEventListener('pointermove', (event) => {
    const { left, top } = chart.getBoundingClientRect();
    point(event.clientX - left, event.clientY - top);
  });
  chart.addEventListener('pointerleave', () => point(-1, -1));

  function take(transfers: TransferMatrix | undefined): void {
    if (transfers === undefined || transfers === taken) return;
    taken = transfers;
    const { workers, bytes, overMs } = transfers;
    const isSame =
      smooth !== undefined &&
      smooth.workers.length === workers.length &&
      workers.every((name, i) => smooth!.workers[i] === name);
    const rates = isSame ? smooth!.rates : new Float64Array(bytes.length);
    const share = isSame ? Math.min(1, overMs / 3000) : 1;
    for (let i = 0; i < rates.length; i++) {
      const rate = rates[i]! + ((bytes[i]! / Math.max(1, overMs)) * 1000 - rates[i]!) * share;
      rates[i] = rate < 1 ? 0 : rate;
    }
    smooth = { workers, rates };
  }

  function pairsOf(): Pair[] {
    const pairs: Pair[] = [];
    const { workers, rates } = smooth ?? { workers: [], rates: new Float64Array(0) };
    for (let i = 0; i < rates.length; i++) {
      if (rates[i] === 0) continue;
      const from = workers[Math.floor(i / workers.length)]!;
      pairs.push({ from, to: workers[i % workers.length]!, rate: rates[i]! });
    }
    return pairs;
  }

  function layout() {
    const count = Math.max(1, smooth?.workers.length ?? 1);
    const cell = Math.min(
      MOST_CELL,
      (surface.width - LABEL_WIDTH - 130) / count,
      (surface.height - LABEL_HEIGHT - 20) / count,
    );
    return { cell: Math.max(0.25, cell), left: LABEL_WIDTH, top: LABEL_HEIGHT };
  }

  function draw(): void {
    if (!surface.isThere || smooth === undefined) return;
    const context2d = surface.begin();
    const { workers, rates } = smooth;
    const { cell, left, top } = layout();
    const { theme } = shell;
    const largest = rates.reduce((most, rate) => Math.max(most, rate), 0);
    const gap = cell > 5 ? 1 : 0;
    const extent = cell * workers.length;
    context2d.fillStyle = cssOf(mix(theme.line, theme.background, 0.4));
    context2d.fillRect(left, top, extent, extent);
    context2d.font = `11px ${theme.font}`;
    context2d.textBaseline = 'middle';
    for (let i = 0; i < rates.length; i++) {
      const rate = rates[i]!;
      const [from, to] = [Math.floor(i / workers.length), i % workers.length];
      if (rate === 0 && (gap === 0 || workers.length > 100)) continue;
      const colour = rate === 0 ? theme.background : shade(rate / largest);
      const [x, y] = [left + to * cell, top + from * cell];
      context2d.fillStyle = cssOf(colour);
      context2d.fillRect(x + gap, y + gap, Math.max(1, cell - gap), Math.max(1, cell - gap));
      if (cell >= TEXT_CELL && rate > 0) {
        context2d.fillStyle =
          contrast(colour, theme.text) >= contrast(colour, theme.background)
            ? cssOf(theme.text)
            : cssOf(theme.background);
        context2d.textAlign = 'center';
        context2d.font = `10px ${theme.font}`;
        const text = formatRate(rate);
        // Without “a second” where that has no room.
        const fits = context2d.measureText(text).width <= cell - 4;
        context2d.fillText(fits ? text : formatBytes(rate), x + cell / 2 + 0.5, y + cell / 2 + 0.5);
        context2d.font = `11px ${theme.font}`;
      }
    }
    drawNames(context2d, workers, cell, left, top);
    drawScale(context2d, left + extent + 30, top, largest);
    if (pointed !== undefined) {
      context2d.strokeStyle = cssOf(theme.text);
      context2d.lineWidth = 2;
      context2d.strokeRect(left + pointed.to * cell + 0.5, top + pointed.from * cell + 0.5, cell, cell);
    }
  }

  /** Amounts differ by orders of magnitude: shades go by the cube root. */
  function shade(share: number): Rgb {
    return mix(shell.theme.brand, shell.theme.background, 0.12 + 0.88 * Math.cbrt(Math.max(0, share)));
  }

  function drawNames(
    context2d: CanvasRenderingContext2D,
    workers: readonly string[],
    cell: number,
    left: number,
    top: number,
  ): void {
    context2d.fillStyle = cssOf(shell.theme.quiet);
    const every = Math.max(1, Math.ceil(NAME_CELL / cell));
    for (let i = 0; i < workers.length; i += every) {
      const name = workers[i]!;
      const middle = (i + 0.5) * cell;
      context2d.textAlign = 'right';
      context2d.fillText(cutMiddle(name, 19), left - 8, top + middle);
      context2d.save();
      context2d.translate(left + middle, top - 8);
      context2d.rotate(-Math.PI / 4);
      context2d.textAlign = 'left';
      context2d.fillText(cutMiddle(name, 15), 0, 0);
      context2d.restore();
    }
    context2d.textAlign = 'right';
    context2d.fillText(trans.__('from ↓  to →'), left - 8, top - 12);
  }

  function drawScale(context2d: CanvasRenderingContext2D, x: number, y: number, largest: number): void {
    context2d.textAlign = 'left';
    const steps = 5;
    for (let step = 0; step < steps; step++) {
      const share = ((steps - step) / steps) ** 3;
      context2d.fillStyle = cssOf(shade(share));
      context2d.fillRect(x, y + step * 20, 12, 20);
      context2d.fillStyle = cssOf(shell.theme.quiet);
      if (largest > 0) context2d.fillText(formatRate(share * largest), x + 18, y + step * 20 + 10);
    }
  }

  function point(x: number, y: number): void {
    const { cell, left, top } = layout();
    const [to, from] = [Math.floor((x - left) / cell), Math.floor((y - top) / cell)];
    const { workers, rates } = smooth ?? { workers: [], rates: new Float64Array(0) };
    const isInside = to >= 0 && from >= 0 && to < workers.length && from < workers.length;
    pointed = isInside ? { from, to } : undefined;
    shell.invalidate();
    if (!isInside) tooltip.hide();
    else {
      tooltip.show(x, y, formatRate(rates[from * workers.length + to] ?? 0), [
        { label: trans.__('from'), value: workers[from]! },
        { label: trans.__('to'), value: workers[to]! },
      ]);
    }
  }
  return shell;
}
