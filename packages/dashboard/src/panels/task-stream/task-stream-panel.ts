/** What ran where and when: a lane a thread, a rectangle a run of a task. */
import { RunOutcome } from '@covey/protocol/bridge';
import type { Panel, PanelContext } from '../../context.js';
import { cssOf } from '../../draw/palette.js';
import { h } from '../../view/dom.js';
import { formatCount, formatDuration, formatTime } from '../../view/format.js';
import { icons } from '../../view/icons.js';
import { fillName, legendItem } from '../../view/name-cell.js';
import { PanelShell } from '../../view/panel-shell.js';
import { Tooltip } from '../../view/tooltip.js';
import { listenToStream } from './stream-input.js';
import { StreamPainter } from './stream-painter.js';
import { totalsByName } from './totals.js';
import type { NameTotal } from './totals.js';

const LEGEND_MS = 1000;
const LEGEND_ITEMS = 14;
const FIRST_SPAN_MS = 30_000;
/** With motion reduced, the picture moves on in steps of this much. */
const CALM_STEP_MS = 1000;

export function createTaskStream(host: HTMLElement, context: PanelContext): Panel {
  const { translate: trans } = context;
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  let legendMs = -Infinity;
  let heardMs = 0;
  let movedMs = -Infinity;
  let isPlaced = false;

  const shell: PanelShell<NameTotal> = new PanelShell<NameTotal>(host, context, {
    title: trans.__('Task stream'),
    name: 'task-stream',
    topics: ['task-stream'],
    hasData: ({ runs }) => runs.size > 0,
    emptyText: trans.__('No task has run since this was opened. Runs appear here as soon as they end.'),
    summary: ({ runs }) => {
      const missed = runs.missed > 0 ? ` ${trans.__('%1 came too fast to be shown.', formatCount(runs.missed))}` : '';
      const text = trans._n('The last run', 'The last %1 runs', runs.runs, formatCount(runs.runs));
      const shown = runs.runs > 999 ? trans.__('The last %1 runs', formatCount(runs.runs)) : text;
      return `${shown} ${trans._n('on one thread', 'on %1 threads', runs.lanes.length)}.${missed}`;
    },
    draw: ({ runs }) => {
      // Just shown, it has no size yet; it is drawn again once it has.
      if (painter.width === 0) return false;
      const nowMs = Date.now();
      const { view } = painter;
      if (!isPlaced) {
        isPlaced = true;
        view.msPerPixel = FIRST_SPAN_MS / painter.width;
      }
      if (runs.lastEndMs > heardMs || runs.lastEndMs === 0) {
        heardMs = runs.lastEndMs;
        view.heard(heardMs, nowMs);
      }
      const isStep = !calm.matches || nowMs - movedMs >= CALM_STEP_MS || nowMs < movedMs;
      const willMove = isStep ? view.advance(runs.lastEndMs, nowMs, painter.width) : view.isFollowing;
      if (isStep) movedMs = nowMs;
      painter.draw();
      showFollowing();
      if (nowMs - legendMs >= LEGEND_MS || nowMs < legendMs) {
        legendMs = nowMs;
        drawLegend();
      }
      return willMove && !calm.matches;
    },
    table: {
      columns: [
        {
          id: 'name',
          label: trans.__('Function'),
          width: 'minmax(180px, 3fr)',
          value: ({ name }) => name,
          fill: (cell, { name }) => fillName(cell, name, shell.theme),
        },
        {
          id: 'runs',
          label: trans.__('Runs'),
          width: '90px',
          end: true,
          value: ({ runs }) => runs,
          text: ({ runs }) => formatCount(runs),
        },
        {
          id: 'total',
          label: trans.__('Total'),
          width: '110px',
          end: true,
          value: ({ totalMs }) => totalMs,
          text: ({ totalMs }) => formatDuration(totalMs),
        },
        {
          id: 'mean',
          label: trans.__('Mean'),
          width: '90px',
          end: true,
          value: (row) => row.totalMs / row.runs,
          text: (row) => formatDuration(row.totalMs / row.runs),
        },
        {
          id: 'longest',
          label: trans.__('Longest'),
          width: '90px',
          end: true,
          value: ({ longestMs }) => longestMs,
          text: ({ longestMs }) => formatDuration(longestMs),
        },
        {
          id: 'erred',
          label: trans.__('Failed'),
          width: '80px',
          end: true,
          value: ({ erred }) => erred,
          text: ({ erred }) => formatCount(erred),
        },
        {
          id: 'stopped',
          label: trans.__('Stopped'),
          width: '80px',
          end: true,
          value: ({ stopped }) => stopped,
          text: ({ stopped }) => formatCount(stopped),
        },
      ],
      sort: { column: 'total', descending: true },
      rows: ({ runs }) => totalsByName(runs),
    },
    themeChanged: (theme) => {
      painter.setTheme(theme);
      legendMs = -Infinity;
    },
    disposed: () => {
      stopListening();
      painter.dispose();
    },
  });

  const { runs } = shell.store;
  const painter = new StreamPainter(runs, shell.theme, shell.invalidate);
  const help = h('span', {
    class: 'covey-Announcer',
    id: `covey-stream-help-${Math.random().toString(36).slice(2)}`,
    text: trans.__(
      'Arrow keys move, plus and minus zoom, 0 shows everything, F follows. With Shift, arrow keys go from run to run; Enter opens the task.',
    ),
  });
  painter.chart.setAttribute('aria-label', trans.__('Task stream: time to the right, a lane a thread'));
  painter.chart.setAttribute('aria-describedby', help.id);
  const legend = h('ul', { class: 'covey-Legend', 'aria-label': trans.__('Functions in view') });
  const stream = h('div', { class: 'covey-Stream' }, painter.lanes, painter.chart, painter.axis, legend);
  shell.plot.append(stream, help);
  const tooltip = new Tooltip(painter.chart);

  const zoomBy = (factor: number) => () => {
    painter.view.zoom(factor, painter.view.isFollowing ? painter.width : painter.width / 2);
    shell.invalidate();
  };
  const fit = () => {
    painter.view.show(runs.firstStartMs(), runs.lastEndMs, painter.width);
    shell.invalidate();
  };
  const follow = () => {
    painter.view.isFollowing = true;
    shell.invalidate();
  };
  shell.addButton(trans.__('Zoom in'), icons.zoomIn, zoomBy(1 / 1.6));
  shell.addButton(trans.__('Zoom out'), icons.zoomOut, zoomBy(1.6));
  shell.addButton(trans.__('Show everything'), icons.fit, fit);
  const followButton = shell.addButton(trans.__('Follow the latest'), icons.follow, follow, true);

  const stopListening = listenToStream(painter, {
    changed: shell.invalidate,
    pointed: (place) => point(place === undefined ? -1 : painter.runAt(place.x, place.y), place),
    opened: () => {
      if (painter.pointed >= 0) context.openTask?.({ taskId: runs.task[painter.pointed]! });
    },
    moved: (how) => {
      const at = nextRun(how);
      if (at < 0) return;
      bringIntoView(at);
      const { x, y } = painter.boxOf(at);
      point(at, { x: Math.max(0, x), y });
      shell.announce(
        `${runs.names[runs.name[at]!] ?? ''}: ${factsOf(at)
          .map(({ label, value }) => `${label} ${value}`)
          .join(', ')}`,
      );
    },
    fit,
    follow,
  });

  function point(at: number, place: { readonly x: number; readonly y: number } | undefined): void {
    if (at !== painter.pointed) {
      painter.pointed = at;
      painter.refresh();
      shell.invalidate();
    }
    if (at < 0 || place === undefined) tooltip.hide();
    else tooltip.show(place.x, place.y, runs.names[runs.name[at]!] ?? '…', factsOf(at));
  }

  function factsOf(at: number) {
    const { worker, thread } = runs.lanes[runs.lane[at]!] ?? { worker: '…', thread: 0 };
    const outcome = runs.outcome[at];
    const how =
      outcome === RunOutcome.erred
        ? trans.__('failed')
        : outcome === RunOutcome.stopped
          ? trans.__('stopped')
          : trans.__('done');
    const took = formatDuration(runs.duration[at]!);
    const count = runs.count[at]!;
    const which = count === 1 ? took : trans.__('%1 (%2 runs, one after the other)', took, formatCount(count));
    return [
      { label: trans.__('took'), value: `${which}, ${how}` },
      { label: trans.__('from'), value: formatTime(runs.start[at]!, true) },
      { label: trans.__('on'), value: trans.__('%1, thread %2', worker, thread) },
    ];
  }

  /** The run that the keyboard's focus goes to. */
  function nextRun(how: 'before' | 'after' | 'up' | 'down'): number {
    const { shown } = painter.order;
    const middle = painter.view.startMs + (painter.width * painter.view.msPerPixel) / 2;
    if (painter.pointed < 0) return shown.length === 0 ? -1 : runs.find(shown[0]!, middle, Infinity);
    if (how === 'before' || how === 'after') return runs.neighbour(painter.pointed, how === 'after' ? 1 : -1);
    const place = (painter.order.places[runs.lane[painter.pointed]!] ?? 0) + (how === 'down' ? 1 : -1);
    const lane = shown[place];
    return lane === undefined ? -1 : runs.find(lane, runs.start[painter.pointed]!, Infinity);
  }

  function bringIntoView(at: number): void {
    painter.view.isFollowing = false;
    const { x, y, width } = painter.boxOf(at);
    if (x < 0 || x > painter.width - 20) painter.view.pan(x - painter.width / 2 + Math.min(width, painter.width) / 2);
    if (y < 0 || y > painter.height - painter.laneHeight) painter.scrollTop += y - painter.height / 2;
    painter.refresh();
    shell.invalidate();
  }

  function showFollowing(): void {
    const pressed = String(painter.view.isFollowing);
    if (followButton.getAttribute('aria-pressed') !== pressed) followButton.setAttribute('aria-pressed', pressed);
  }

  function drawLegend(): void {
    const { startMs, msPerPixel } = painter.view;
    const totals = totalsByName(runs, startMs, startMs + painter.width * msPerPixel);
    totals.sort((a, b) => b.totalMs - a.totalMs);
    const items = totals
      .slice(0, LEGEND_ITEMS)
      .map(({ name }) => legendItem(name, cssOf(shell.theme.functionColour(name))));
    if (totals.some(({ erred }) => erred > 0)) items.unshift(legendItem(trans.__('failed'), '', 'covey-mod-erred'));
    if (totals.length > LEGEND_ITEMS)
      items.push(h('li', { text: trans.__('and %1 more', totals.length - LEGEND_ITEMS) }));
    const text = items.map(({ textContent }) => textContent).join('\n');
    if (legend.dataset['text'] === text && legend.dataset['dark'] === String(shell.theme.isDark)) return;
    legend.dataset['text'] = text;
    legend.dataset['dark'] = String(shell.theme.isDark);
    legend.replaceChildren(...items);
  }

  return shell;
}
