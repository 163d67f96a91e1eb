/** A layout of plots that somebody arranged: read off the dock, kept in the settings as one place after another. */
import type { PanelDescription } from '@covey/dashboard';
import type { IPlace } from './layout.js';

/** As Lumino's dock describes itself. */
export type DockArea<Widget> =
  | { readonly type: 'tab-area'; readonly widgets: readonly Widget[] }
  | {
      readonly type: 'split-area';
      readonly orientation: 'horizontal' | 'vertical';
      readonly children: readonly DockArea<Widget>[];
      /** Relative to each other. */
      readonly sizes: readonly number[];
    };

/** A dock with nothing in it but plots. */
type Tree =
  | { readonly ids: readonly [string, ...string[]] }
  | { readonly split: 'split-right' | 'split-bottom'; readonly children: readonly [Part, Part, ...Part[]] };

interface Part {
  readonly tree: Tree;
  /** Of one, which is all parts together. */
  readonly share: number;
}

/**
 * How to add the plots of a dock, one after the other, so that they stand as they do there.
 * @param idOf the plot's id; nothing for what is no plot, which is left out.
 */
export function placesIn<Widget>(area: DockArea<Widget>, idOf: (widget: Widget) => string | undefined): IPlace[] {
  const tree = plotsIn(area, idOf);
  if (tree === undefined) return [];
  const places: IPlace[] = [{ id: firstOf(tree), mode: 'tab-after', ref: undefined }];
  expand(tree, places);
  return places;
}

/**
 * The same dock with its plots' sizes as the places say; what else stands there keeps its size, and so do plots of whom
 * nothing is said.
 */
export function withShares<Widget>(
  area: DockArea<Widget>,
  idOf: (widget: Widget) => string | undefined,
  places: readonly IPlace[],
): DockArea<Widget> {
  if (area.type === 'tab-area') return area;
  const children = area.children.map((child) => withShares(child, idOf, places));
  const plots = children.map((child) => plotsIn(child, idOf)).map((tree) => tree && firstOf(tree));
  const [first, ...others] = plots.filter((id) => id !== undefined);
  const shares = new Map(others.map((id) => [id, places.find((place) => place.id === id)?.share ?? NaN]));
  const rest = 1 - [...shares.values()].reduce((sum, share) => sum + share, 0);
  // Nothing is divided, or nothing is left.
  if (first === undefined || others.length === 0 || !(rest > 0)) return { ...area, children };
  shares.set(first, rest);
  const room = area.sizes.reduce((sum, size, index) => (plots[index] === undefined ? sum : sum + size), 0);
  const sizes = area.sizes.map((size, index) => (shares.get(plots[index] ?? '') ?? size / room) * room);
  return { ...area, children, sizes };
}

/** The same dock with so much of the width for plots, where they stand at the right of one thing that is none. */
export function withWidth<Widget>(
  area: DockArea<Widget>,
  idOf: (widget: Widget) => string | undefined,
  share: number,
): DockArea<Widget> {
  if (area.type === 'tab-area') return area;
  const [left, right] = area.children;
  if (area.orientation === 'horizontal' && area.children.length === 2 && left !== undefined && right !== undefined) {
    const isBeside = plotsIn(left, idOf) === undefined && isAllPlots(right, idOf);
    if (isBeside) return { ...area, sizes: [1 - share, share] };
  }
  return { ...area, children: area.children.map((child) => withWidth(child, idOf, share)) };
}

/** What settings hold; nothing when they hold no layout, or one that can't be: people write settings by hand. */
export function readPlaces(written: unknown, panels: readonly Pick<PanelDescription, 'id'>[]): IPlace[] | undefined {
  if (!Array.isArray(written) || written.length === 0) return undefined;
  const known = new Set<string>(panels.map(({ id }) => id));
  const places: IPlace[] = [];
  for (const entry of written as readonly unknown[]) {
    if (typeof entry !== 'object' || entry === null) return undefined;
    const { panel, mode, ref, share } = entry as { panel?: unknown; mode?: unknown; ref?: unknown; share?: unknown };
    if (typeof panel !== 'string' || !known.has(panel) || !isMode(mode)) return undefined;
    const isBeside = typeof ref === 'string' && places.some(({ id }) => id === ref);
    if (!isBeside && places.length > 0) return undefined;
    places.push({ id: panel, mode, ref: isBeside ? ref : undefined, ...(isShare(share) && { share }) });
  }
  return places;
}

function isShare(share: unknown): share is number {
  return typeof share === 'number' && share > 0 && share < 1;
}

function isMode(mode: unknown): mode is IPlace['mode'] {
  return mode === 'tab-after' || mode === 'split-right' || mode === 'split-bottom';
}

function plotsIn<Widget>(area: DockArea<Widget>, idOf: (widget: Widget) => string | undefined): Tree | undefined {
  if (area.type === 'tab-area') {
    const [first, ...others] = area.widgets.flatMap((widget) => idOf(widget) ?? []);
    return first === undefined ? undefined : { ids: [first, ...others] };
  }
  const split = area.orientation === 'horizontal' ? 'split-right' : 'split-bottom';
  const parts = area.children.flatMap((child, index): readonly Part[] => {
    const tree = plotsIn(child, idOf);
    const share = area.sizes[index] ?? 0;
    if (tree === undefined) return [];
    // What is left of a part, without what is no plot, may divide the space as the whole does.
    if (!('split' in tree) || tree.split !== split) return [{ tree, share }];
    return tree.children.map((part) => ({ ...part, share: part.share * share }));
  });
  const total = parts.reduce((sum, { share }) => sum + share, 0);
  const [one, two, ...others] = parts.map((part) => ({ ...part, share: part.share / total }));
  if (one === undefined || two === undefined) return one?.tree;
  return { split, children: [one, two, ...others] };
}

function isAllPlots<Widget>(area: DockArea<Widget>, idOf: (widget: Widget) => string | undefined): boolean {
  return area.type === 'tab-area'
    ? area.widgets.every((widget) => idOf(widget) !== undefined)
    : area.children.every((child) => isAllPlots(child, idOf));
}

function firstOf(tree: Tree): string {
  return 'ids' in tree ? tree.ids[0] : firstOf(tree.children[0].tree);
}

/** Adds all of a part but its first, which stands already: what divides the whole comes before what divides a part of it. */
function expand(tree: Tree, places: IPlace[]): void {
  if ('ids' in tree) {
    tree.ids.slice(1).forEach((id, index) => places.push({ id, mode: 'tab-after', ref: tree.ids[index] }));
    return;
  }
  tree.children.slice(1).forEach(({ tree: part, share }, index) => {
    const before = tree.children[index];
    if (before === undefined) return;
    places.push({ id: firstOf(part), mode: tree.split, ref: firstOf(before.tree), share: rounded(share) });
  });
  for (const { tree: part } of tree.children) expand(part, places);
}

/** People read settings. */
function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}
