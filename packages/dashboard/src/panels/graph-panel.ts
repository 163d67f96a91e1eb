/** The task graph as it changes: what needs what, and how far each task is. */
import type { GraphState } from '@covey/protocol/bridge';
import type { Panel, PanelContext } from '../context.js';
import { h } from '../view/dom.js';
import { formatCount } from '../view/format.js';
import { icons } from '../view/icons.js';
import { fillName } from '../view/name-cell.js';
import { PanelShell } from '../view/panel-shell.js';
import { Tooltip } from '../view/tooltip.js';
import type { PlacedNode } from '../store/graph-store.js';
import { GraphPainter, GRAPH_STATES, stateSymbol } from './graph-painter.js';

const ZOOM_STEP = 1.4;

export function createGraph(host: HTMLElement, context: PanelContext): Panel {
  const { translate: trans } = context;
  const names: Readonly<Record<GraphState, string>> = {
    waiting: trans.__('waiting'),
    queued: trans.__('queued'),
    'no-worker': trans.__('no worker'),
    processing: trans.__('processing'),
    memory: trans.__('in memory'),
    erred: trans.__('failed'),
    released: trans.__('released'),
  };
  const shell: PanelShell<PlacedNode> = new PanelShell<PlacedNode>(host, context, {
    title: trans.__('Task graph'),
    name: 'graph',
    topics: ['graph'],
    hasData: ({ graph }) => graph.nodes.size > 0,
    emptyText: trans.__(
      'There are no tasks now. Those that somebody holds or waits for appear here, with what they need.',
    ),
    summary: ({ graph }) => {
      const counts = new Map<GraphState, number>();
      for (const { node } of graph.nodes.values()) counts.set(node.state, (counts.get(node.state) ?? 0) + 1);
      const states = GRAPH_STATES.filter((state) => counts.has(state)).map(
        (state) => `${formatCount(counts.get(state)!)} ${names[state]}`,
      );
      const more = graph.leftOut > 0 ? ` ${trans.__('%1 more are not shown.', formatCount(graph.leftOut))}` : '';
      return `${trans._n('One task', '%1 tasks', graph.nodes.size)}: ${states.join(', ')}.${more}`;
    },
    draw: () => {
      painter.draw();
      return undefined;
    },
    table: {
      columns: [
        { id: 'key', label: trans.__('Key'), width: 'minmax(200px, 2fr)', value: ({ node }) => node.key },
        {
          id: 'name',
          label: trans.__('Function'),
          width: 'minmax(120px, 1fr)',
          value: ({ node }) => node.name,
          fill: (cell, { node }) => fillName(cell, node.name, shell.theme),
        },
        {
          id: 'state',
          label: trans.__('State'),
          width: '120px',
          value: ({ node }) => node.state,
          text: ({ node }) => names[node.state],
        },
        {
          id: 'dependencies',
          label: trans.__('Needs'),
          width: '80px',
          end: true,
          value: ({ node }) => node.dependencies.length,
        },
        { id: 'depth', label: trans.__('Depth'), width: '80px', end: true, value: ({ column }) => column },
      ],
      sort: { column: 'depth', descending: false },
      ...(context.openTask !== undefined && {
        open: ({ node }: PlacedNode) => context.openTask?.({ taskId: node.id }),
      }),
      rows: ({ graph }) => [...graph.nodes.values()],
    },
    themeChanged: (theme) => {
      painter.setTheme(theme);
      drawLegend();
    },
    disposed: () => painter.dispose(),
  });

  const painter: GraphPainter = new GraphPainter(shell.store.graph, shell.theme, shell.invalidate);
  const { chart } = painter;
  chart.setAttribute(
    'aria-label',
    trans.__(
      'Task graph: tasks stand right of what they need. Arrow keys move, plus and minus zoom, 0 shows everything; with Shift, arrow keys go from task to task.',
    ),
  );
  const legend = h('ul', { class: 'covey-Legend', 'aria-label': trans.__('States') });
  shell.plot.append(h('div', { class: 'covey-Split' }, legend, chart));
  const tooltip = new Tooltip(chart);
  shell.addButton(trans.__('Zoom in'), icons.zoomIn, () => zoom(ZOOM_STEP));
  shell.addButton(trans.__('Zoom out'), icons.zoomOut, () => zoom(1 / ZOOM_STEP));
  shell.addButton(trans.__('Show everything'), icons.fit, fit);
  drawLegend();
  listen();

  function drawLegend(): void {
    legend.replaceChildren(
      ...GRAPH_STATES.map((state) => h('li', {}, stateSymbol(state, shell.theme), h('span', { text: names[state] }))),
    );
  }

  function zoom(factor: number, x = painter.width / 2, y = painter.height / 2): void {
    painter.zoom(factor, x, y);
    shell.invalidate();
  }

  function fit(): void {
    painter.isFitted = true;
    shell.invalidate();
  }

  function point(placed: PlacedNode | undefined, x = 0, y = 0): void {
    if (painter.pointed !== placed) {
      painter.pointed = placed;
      shell.invalidate();
    }
    if (placed === undefined) tooltip.hide();
    else {
      const { key, state, dependencies } = placed.node;
      tooltip.show(x, y, key, [
        { label: trans.__('function'), value: placed.node.name },
        { label: trans.__('state'), value: names[state] },
        { label: trans.__('needs'), value: trans._n('one task', '%1 tasks', dependencies.length) },
      ]);
    }
  }

  function listen(): void {
    let last: { x: number; y: number; moved: number } | undefined;
    const placeOf = (event: MouseEvent) => {
      const { left, top } = chart.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    chart.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const { x, y } = placeOf(event);
        zoom(Math.exp(-Math.max(-200, Math.min(200, event.deltaY)) / 300), x, y);
      },
      { passive: false },
    );
    chart.addEventListener('pointerdown', (event) => {
      last = { ...placeOf(event), moved: 0 };
      chart.setPointerCapture(event.pointerId);
    });
    chart.addEventListener('pointermove', (event) => {
      const { x, y } = placeOf(event);
      if (last === undefined) {
        point(painter.nodeAt(x, y), x, y);
        return;
      }
      painter.pan(x - last.x, y - last.y);
      last = { x, y, moved: last.moved + Math.abs(x - last.x) + Math.abs(y - last.y) };
      point(undefined);
      shell.invalidate();
    });
    chart.addEventListener('pointerup', (event) => {
      const { x, y } = placeOf(event);
      const placed = (last?.moved ?? 0) < 4 ? painter.nodeAt(x, y) : undefined;
      last = undefined;
      if (placed !== undefined) context.openTask?.({ taskId: placed.node.id });
    });
    chart.addEventListener('pointercancel', () => (last = undefined));
    chart.addEventListener('pointerleave', () => point(undefined));
    chart.addEventListener('blur', () => point(undefined));
    chart.addEventListener('keydown', (event) => {
      const act = keys(event);
      if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
  }

  function keys({ key, shiftKey }: KeyboardEvent): (() => void) | undefined {
    const directions: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const direction = directions[key];
    if (direction !== undefined && shiftKey) return () => moveFocus(...direction);
    if (direction !== undefined) {
      return () => {
        painter.pan(-60 * direction[0], -60 * direction[1]);
        shell.invalidate();
      };
    }
    if (key === '+' || key === '=') return () => zoom(ZOOM_STEP);
    if (key === '-') return () => zoom(1 / ZOOM_STEP);
    if (key === '0' || key === 'Home') return fit;
    if (key === 'Enter') return () => painter.pointed && context.openTask?.({ taskId: painter.pointed.node.id });
    return key === 'Escape' ? () => point(undefined) : undefined;
  }

  function moveFocus(x: number, y: number): void {
    const next = painter.nextNode(x, y);
    if (next === undefined) return;
    const place = painter.bringIntoView(next);
    point(next, place.x, place.y);
    shell.announce(`${next.node.key}, ${names[next.node.state]}`);
  }
  return shell;
}
