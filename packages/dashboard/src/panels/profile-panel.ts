/** Where compute threads spend their time: a flame graph, callers above what they call. */
import type { ProfileNode } from '@covey/protocol/bridge';
import type { Panel, PanelContext } from '../context.js';
import { cssOf, luminance, mix } from '../draw/palette.js';
import { Surface } from '../draw/surface.js';
import { cutMiddle, h } from '../view/dom.js';
import { formatDuration, formatShare } from '../view/format.js';
import { icons } from '../view/icons.js';
import { PanelShell } from '../view/panel-shell.js';
import { Tooltip } from '../view/tooltip.js';
import { frameTotals, layOutFlame } from './flame-layout.js';
import type { FlameBox, FrameTotal } from './flame-layout.js';

const ROW = 20;
/** Narrower boxes are not drawn. */
const LEAST_WIDTH = 0.6;

export function createProfile(host: HTMLElement, context: PanelContext): Panel {
  const { translate: trans } = context;
  /** What fills the width: names and places from the root down. */
  let zoomed: readonly string[] = [];
  let laidOut:
    | {
        readonly of: ProfileNode;
        readonly zoomed: readonly string[];
        readonly boxes: readonly FlameBox[];
        readonly depth: number;
      }
    | undefined;
  let pointed: FlameBox | undefined;

  const shell: PanelShell<FrameTotal> = new PanelShell<FrameTotal>(host, context, {
    title: trans.__('Profile'),
    name: 'profile',
    topics: ['profile'],
    hasData: ({ profile }) => (profile?.totalMs ?? 0) > 0,
    emptyText: trans.__(
      'Nothing computes now. While tasks run, their threads are watched for as long as this is open.',
    ),
    summary: ({ profile }) => {
      if (profile === undefined) return '';
      const [most] = frameTotals(profile).sort((a, b) => b.selfMs - a.selfMs);
      const hottest =
        most === undefined
          ? ''
          : ` ${trans.__('Most of it in %1 (%2).', most.name, formatShare(most.selfMs, profile.totalMs))}`;
      return `${trans.__('%1 of computing watched.', formatDuration(profile.totalMs))}${hottest}`;
    },
    draw: () => {
      draw();
      return undefined;
    },
    table: {
      columns: [
        { id: 'name', label: trans.__('Function'), width: 'minmax(160px, 1fr)', value: ({ name }) => name },
        { id: 'place', label: trans.__('Place'), width: 'minmax(200px, 2fr)', value: ({ place }) => place },
        {
          id: 'self',
          label: trans.__('Itself'),
          width: '110px',
          end: true,
          value: ({ selfMs }) => selfMs,
          text: ({ selfMs }) => formatDuration(selfMs),
        },
        {
          id: 'total',
          label: trans.__('With calls'),
          width: '110px',
          end: true,
          value: ({ totalMs }) => totalMs,
          text: ({ totalMs }) => formatDuration(totalMs),
        },
      ],
      sort: { column: 'self', descending: true },
      rows: ({ profile }) => (profile === undefined ? [] : frameTotals(profile)),
    },
    disposed: () => surface.dispose(),
  });

  const search = h('input', {
    class: 'covey-Field',
    type: 'search',
    placeholder: trans.__('Highlight'),
    'aria-label': trans.__('Highlight functions'),
  });
  search.addEventListener('input', shell.invalidate);
  const path = h('span', {});
  const scroller = h('div', { class: 'covey-Split-rest' });
  scroller.style.overflow = 'auto';
  scroller.tabIndex = 0;
  scroller.setAttribute('role', 'group');
  scroller.setAttribute(
    'aria-label',
    trans.__(
      'Flame graph: callers above what they call, wide what takes long. Arrow keys move, Enter widens, Escape shows everything.',
    ),
  );
  const chart = h('div', { class: 'covey-Chart' });
  scroller.append(chart);
  const back = shell.addButton(trans.__('Show everything'), icons.fit, () => zoomTo([]));
  shell.plot.append(h('div', { class: 'covey-Split' }, h('div', { class: 'covey-Split-bar' }, search, path), scroller));
  const surface = new Surface(chart, shell.invalidate);
  const tooltip = new Tooltip(chart);
  chart.style.minHeight = '100%';
  listen();

  function draw(): void {
    const { profile } = shell.store;
    if (profile === undefined) return;
    if (laidOut?.of !== profile || laidOut.zoomed !== zoomed) {
      const flame = layOutFlame(profile, zoomed);
      laidOut = { of: profile, zoomed, ...flame };
      chart.style.height = `${flame.depth * ROW + 8}px`;
    }
    back.disabled = zoomed.length === 0;
    path.textContent = zoomed.map((frame) => frame.split('\n')[0]).join(' › ');
    if (!surface.isThere) return;
    const context2d = surface.begin();
    context2d.font = `11px ${shell.theme.font}`;
    context2d.textBaseline = 'middle';
    const wanted = search.value.trim().toLowerCase();
    for (const box of laidOut.boxes) drawBox(context2d, box, wanted);
  }

  function drawBox(context2d: CanvasRenderingContext2D, box: FlameBox, wanted: string): void {
    const { theme } = shell;
    const width = box.width * surface.width;
    if (width < LEAST_WIDTH) return;
    const [x, y] = [box.left * surface.width, box.depth * ROW];
    const own = box.depth === 0 ? theme.line : theme.functionColour(box.node.place || box.node.name);
    const isMatch =
      wanted === '' || box.node.name.toLowerCase().includes(wanted) || box.node.place.toLowerCase().includes(wanted);
    const colour = mix(own, theme.background, isMatch ? (box.isAbove ? 0.45 : 0.85) : 0.18);
    context2d.fillStyle = cssOf(colour);
    context2d.fillRect(x, y, Math.max(LEAST_WIDTH, width - 1), ROW - 1);
    if (box === pointed) {
      context2d.strokeStyle = cssOf(theme.text);
      context2d.lineWidth = 2;
      context2d.strokeRect(x + 1, y + 1, Math.max(1, width - 3), ROW - 3);
    }
    const letters = Math.floor((width - 10) / 6.2);
    if (letters < 3) return;
    context2d.fillStyle = luminance(colour) > 0.22 ? '#000' : '#fff';
    context2d.fillText(cutMiddle(box.node.name, letters), x + 5, y + ROW / 2);
  }

  function point(box: FlameBox | undefined, x = 0, y = 0): void {
    if (box !== pointed) shell.invalidate();
    pointed = box;
    if (box === undefined) tooltip.hide();
    else {
      const total = shell.store.profile?.totalMs ?? 0;
      tooltip.show(x, y, box.node.name, [
        ...(box.node.place === '' ? [] : [{ label: trans.__('in'), value: box.node.place }]),
        {
          label: trans.__('took'),
          value: `${formatDuration(box.node.totalMs)}, ${formatShare(box.node.totalMs, total)}`,
        },
      ]);
    }
  }

  function zoomTo(frames: readonly string[]): void {
    zoomed = frames;
    point(undefined);
    shell.invalidate();
  }

  function boxAt(x: number, y: number): FlameBox | undefined {
    const depth = Math.floor(y / ROW);
    const at = x / surface.width;
    return laidOut?.boxes.find((box) => box.depth === depth && at >= box.left && at < box.left + box.width);
  }

  function listen(): void {
    const placeOf = (event: MouseEvent) => {
      const { left, top } = chart.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    chart.addEventListener('pointermove', (event) => {
      const { x, y } = placeOf(event);
      point(boxAt(x, y), x, y);
    });
    chart.addEventListener('pointerleave', () => point(undefined));
    chart.addEventListener('click', (event) => {
      const { x, y } = placeOf(event);
      const box = boxAt(x, y);
      if (box !== undefined) zoomTo(box.path);
    });
    scroller.addEventListener('keydown', (event) => {
      const boxes = laidOut?.boxes ?? [];
      const from = pointed ?? boxes[0];
      if (from === undefined) return;
      const act: Readonly<Record<string, () => FlameBox | undefined>> = {
        ArrowDown: () => boxes.find((box) => box.depth === from.depth + 1 && box.left >= from.left - 1e-9),
        ArrowUp: () => boxes.findLast((box) => box.depth === from.depth - 1 && box.left <= from.left + 1e-9),
        ArrowRight: () => boxes.find((box) => box.depth === from.depth && box.left > from.left),
        ArrowLeft: () => boxes.findLast((box) => box.depth === from.depth && box.left < from.left),
      };
      if (event.key === 'Enter') zoomTo(from.path);
      else if (event.key === 'Escape') zoomTo([]);
      else if (act[event.key] === undefined) return;
      else {
        const next = act[event.key]?.() ?? from;
        point(next, next.left * surface.width, next.depth * ROW + ROW);
        shell.announce(`${next.node.name}, ${formatDuration(next.node.totalMs)}`);
      }
      event.preventDefault();
    });
  }
  return shell;
}
