/**
 * Draws a graph that is laid out: lines first, then a symbol a task. States differ by shape as well as by colour.
 * What is outside is left out; with thousands of tasks in view the symbols are plain squares.
 */
import type { GraphState } from '@covey/protocol/bridge';
import { cssOf, mix } from '../draw/palette.js';
import { Surface } from '../draw/surface.js';
import type { Theme } from '../draw/theme.js';
import type { GraphStore, PlacedNode } from '../store/graph-store.js';
import { cutMiddle, h } from '../view/dom.js';

/** In the order in which tasks go through them. */
export const GRAPH_STATES: readonly GraphState[] = [
  'waiting',
  'no-worker',
  'queued',
  'processing',
  'memory',
  'released',
  'erred',
];

/** Distances of columns and rows when nothing is scaled. */
const COLUMN = 46;
const ROW = 18;
const MARGIN = 24;
const RADIUS = 6;
const MOST_SCALE = 3;
/** Symbols smaller than this are squares. */
const LEAST_SHAPE = 2.4;
/** Names are written beside tasks from this scale on. */
const LABEL_SCALE = 1.35;

export class GraphPainter {
  readonly chart = h('div', { class: 'covey-Chart', tabindex: 0, role: 'group' });
  /** Whether everything is kept in view as the graph grows. */
  isFitted = true;
  pointed: PlacedNode | undefined;
  readonly #graph: GraphStore;
  readonly #surface: Surface;
  #theme: Theme;
  /** Pixels a unit across and down: graphs are much higher than wide, or the other way round. */
  #scaleX = 1;
  #scaleY = 1;
  #left = 0;
  #top = 0;

  constructor(graph: GraphStore, theme: Theme, resized: () => void) {
    this.#graph = graph;
    this.#theme = theme;
    this.#surface = new Surface(this.chart, resized);
  }

  get width(): number {
    return this.#surface.width;
  }

  get height(): number {
    return this.#surface.height;
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
  }

  pan(x: number, y: number): void {
    this.isFitted = false;
    this.#left -= x;
    this.#top -= y;
  }

  zoom(factor: number, x: number, y: number): void {
    this.isFitted = false;
    const scale = (now: number) => Math.min(MOST_SCALE, Math.max(0.002, now * factor));
    const [before, beforeY] = [this.#scaleX, this.#scaleY];
    this.#scaleX = scale(before);
    this.#scaleY = scale(beforeY);
    this.#left = (this.#left + x) * (this.#scaleX / before) - x;
    this.#top = (this.#top + y) * (this.#scaleY / beforeY) - y;
  }

  nodeAt(x: number, y: number): PlacedNode | undefined {
    let nearest: PlacedNode | undefined;
    let distance = Math.max(7, this.#radius + 3);
    for (const placed of this.#graph.nodes.values()) {
      const away = Math.hypot(this.#x(placed) - x, this.#y(placed) - y);
      if (away >= distance) continue;
      distance = away;
      nearest = placed;
    }
    return nearest;
  }

  /** The nearest task in a direction from the one that has the focus; without one, the first of all. */
  nextNode(x: number, y: number): PlacedNode | undefined {
    const from = this.pointed;
    let nearest: PlacedNode | undefined;
    let distance = Infinity;
    for (const placed of this.#graph.nodes.values()) {
      if (from === undefined) return placed;
      const across = (placed.column - from.column) * COLUMN;
      const down = (placed.row - from.row) * ROW;
      const ahead = across * x + down * y;
      const aside = Math.abs(across * y) + Math.abs(down * x);
      if (ahead <= 0 || ahead + 2 * aside >= distance) continue;
      distance = ahead + 2 * aside;
      nearest = placed;
    }
    return nearest;
  }

  bringIntoView(placed: PlacedNode): { readonly x: number; readonly y: number } {
    const [x, y] = [this.#x(placed), this.#y(placed)];
    if (x < 0 || y < 0 || x > this.width || y > this.height) this.pan(this.width / 2 - x, this.height / 2 - y);
    return { x: this.#x(placed), y: this.#y(placed) };
  }

  draw(): void {
    if (!this.#surface.isThere) return;
    if (this.isFitted) this.#fit();
    const context = this.#surface.begin();
    this.#drawLines(context);
    this.#drawTasks(context);
  }

  dispose(): void {
    this.#surface.dispose();
  }

  get #radius(): number {
    return Math.min(RADIUS * 1.5, Math.max(1, RADIUS * Math.min(this.#scaleX * 1.4, this.#scaleY)));
  }

  #x({ column }: PlacedNode): number {
    return column * COLUMN * this.#scaleX - this.#left;
  }

  #y({ row }: PlacedNode): number {
    return row * ROW * this.#scaleY - this.#top;
  }

  #fit(): void {
    let [columns, rows] = [0, 0];
    for (const { column, row } of this.#graph.nodes.values()) {
      if (column > columns) columns = column;
      if (row > rows) rows = row;
    }
    const scale = (room: number, extent: number, most: number) =>
      Math.min(most, Math.max(0.001, (room - 2 * MARGIN) / Math.max(1, extent)));
    this.#scaleX = scale(this.width, columns * COLUMN, 2.6);
    this.#scaleY = scale(this.height, rows * ROW, 1.3);
    this.#left = -Math.max(MARGIN, (this.width - columns * COLUMN * this.#scaleX) / 2);
    this.#top = -Math.max(MARGIN, (this.height - rows * ROW * this.#scaleY) / 2);
  }

  #drawLines(context: CanvasRenderingContext2D): void {
    const { nodes } = this.#graph;
    const { width, height, pointed } = this;
    context.beginPath();
    for (const placed of nodes.values()) {
      const [x, y] = [this.#x(placed), this.#y(placed)];
      for (const id of placed.node.dependencies) {
        const needed = nodes.get(id);
        if (needed === undefined) continue;
        const [fromX, fromY] = [this.#x(needed), this.#y(needed)];
        if (x < 0 || fromX > width || (y < 0 && fromY < 0) || (y > height && fromY > height)) continue;
        context.moveTo(fromX, fromY);
        context.lineTo(x, y);
      }
    }
    context.lineWidth = 1;
    const share = nodes.size > 1000 ? 0.22 : 0.45;
    context.strokeStyle = cssOf(mix(this.#theme.quiet, this.#theme.background, share));
    context.stroke();
    if (pointed !== undefined) this.#drawLinesOf(context, pointed);
  }

  /** What the task that is pointed at needs, and what needs it. */
  #drawLinesOf(context: CanvasRenderingContext2D, pointed: PlacedNode): void {
    context.beginPath();
    const line = (from: PlacedNode, to: PlacedNode) => {
      context.moveTo(this.#x(from), this.#y(from));
      context.lineTo(this.#x(to), this.#y(to));
    };
    for (const placed of this.#graph.nodes.values()) {
      if (placed.node.dependencies.includes(pointed.node.id)) line(pointed, placed);
      else if (pointed.node.dependencies.includes(placed.node.id)) line(placed, pointed);
    }
    context.lineWidth = 2;
    context.strokeStyle = cssOf(this.#theme.brand);
    context.stroke();
  }

  #drawTasks(context: CanvasRenderingContext2D): void {
    const radius = this.#radius;
    const byState = new Map<GraphState, PlacedNode[]>(GRAPH_STATES.map((state) => [state, []]));
    for (const placed of this.#graph.nodes.values()) {
      const [x, y] = [this.#x(placed), this.#y(placed)];
      if (x < -20 || y < -20 || x > this.width + 20 || y > this.height + 20) continue;
      byState.get(placed.node.state)?.push(placed);
    }
    for (const [state, placed] of byState) {
      const colour = cssOf(stateColour(state, this.#theme));
      context.fillStyle = isHollow(state) ? cssOf(this.#theme.background) : colour;
      context.strokeStyle = colour;
      context.lineWidth = 1.4;
      if (radius < LEAST_SHAPE) {
        context.fillStyle = colour;
        const side = Math.max(2, radius * 2);
        for (const node of placed) context.fillRect(this.#x(node) - side / 2, this.#y(node) - side / 2, side, side);
        continue;
      }
      context.beginPath();
      for (const node of placed) traceShape(context, state, this.#x(node), this.#y(node), radius);
      context.fill();
      context.stroke();
    }
    if (this.#scaleY >= LABEL_SCALE && this.#scaleX >= LABEL_SCALE) this.#drawLabels(context, byState);
    if (this.pointed === undefined) return;
    context.beginPath();
    context.arc(this.#x(this.pointed), this.#y(this.pointed), radius + 4, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = cssOf(this.#theme.text);
    context.stroke();
  }

  #drawLabels(context: CanvasRenderingContext2D, byState: ReadonlyMap<GraphState, readonly PlacedNode[]>): void {
    context.font = `11px ${this.#theme.font}`;
    context.textBaseline = 'middle';
    context.fillStyle = cssOf(this.#theme.text);
    const letters = Math.floor((COLUMN * this.#scaleX - this.#radius * 2 - 10) / 6.2);
    if (letters < 4) return;
    for (const nodes of byState.values()) {
      for (const placed of nodes) {
        context.fillText(cutMiddle(placed.node.name, letters), this.#x(placed) + this.#radius + 4, this.#y(placed));
      }
    }
  }
}

/** A state's symbol for a legend. */
export function stateSymbol(state: GraphState, theme: Theme): HTMLElement {
  const canvas = document.createElement('canvas');
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = canvas.height = 16 * ratio;
  canvas.style.width = canvas.style.height = '16px';
  canvas.setAttribute('aria-hidden', 'true');
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  const colour = cssOf(stateColour(state, theme));
  context.beginPath();
  traceShape(context, state, 8, 8, 5);
  context.fillStyle = isHollow(state) ? cssOf(theme.background) : colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.4;
  context.fill();
  context.stroke();
  return canvas;
}

function isHollow(state: GraphState): boolean {
  return state === 'waiting' || state === 'no-worker' || state === 'released';
}

function stateColour(state: GraphState, theme: Theme) {
  switch (state) {
    case 'waiting':
    case 'released':
      return theme.quiet;
    case 'no-worker':
      return theme.warning;
    case 'queued':
      return mix(theme.quiet, theme.background, 0.7);
    case 'processing':
      return theme.brand;
    case 'memory':
      return theme.success;
    case 'erred':
      return theme.error;
  }
}

function traceShape(context: CanvasRenderingContext2D, state: GraphState, x: number, y: number, radius: number): void {
  const path = (...points: readonly (readonly [number, number])[]) => {
    for (const [i, [across, down]] of points.entries()) {
      if (i === 0) context.moveTo(x + across * radius, y + down * radius);
      else context.lineTo(x + across * radius, y + down * radius);
    }
    context.closePath();
  };
  switch (state) {
    case 'processing':
      return path([-0.8, -1], [1.1, 0], [-0.8, 1]);
    case 'erred':
      return path([0, -1.1], [1.1, 0.9], [-1.1, 0.9]);
    case 'queued':
      return path([-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]);
    case 'no-worker':
      return path([0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]);
    case 'released':
      return path([-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]);
    case 'waiting':
    case 'memory':
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
  }
}
