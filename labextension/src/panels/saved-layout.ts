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
    };

/** A dock with nothing in it but plots. */
type Tree =
  | { readonly ids: readonly [string, ...string[]] }
  | { readonly split: 'split-right' | 'split-bottom'; readonly children: readonly [Tree, Tree, ...Tree[]] };

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

/** What settings hold; nothing when they hold no layout, or one that can't be: people write settings by hand. */
export function readPlaces(written: unknown, panels: readonly Pick<PanelDescription, 'id'>[]): IPlace[] | undefined {
  if (!Array.isArray(written) || written.length === 0) return undefined;
  const known = new Set<string>(panels.map(({ id }) => id));
  const places: IPlace[] = [];
  for (const entry of written as readonly unknown[]) {
    if (typeof entry !== 'object' || entry === null) return undefined;
    const { panel, mode, ref } = entry as { panel?: unknown; mode?: unknown; ref?: unknown };
    if (typeof panel !== 'string' || !known.has(panel) || !isMode(mode)) return undefined;
    const isBeside = typeof ref === 'string' && places.some(({ id }) => id === ref);
    if (!isBeside && places.length > 0) return undefined;
    places.push({ id: panel, mode, ref: isBeside ? ref : undefined });
  }
  return places;
}

function isMode(mode: unknown): mode is IPlace['mode'] {
  return mode === 'tab-after' || mode === 'split-right' || mode === 'split-bottom';
}

function plotsIn<Widget>(area: DockArea<Widget>, idOf: (widget: Widget) => string | undefined): Tree | undefined {
  if (area.type === 'tab-area') {
    const [first, ...others] = area.widgets.flatMap((widget) => idOf(widget) ?? []);
    return first === undefined ? undefined : { ids: [first, ...others] };
  }
  const [one, two, ...others] = area.children.flatMap((child) => plotsIn(child, idOf) ?? []);
  if (one === undefined || two === undefined) return one;
  return { split: area.orientation === 'horizontal' ? 'split-right' : 'split-bottom', children: [one, two, ...others] };
}

function firstOf(tree: Tree): string {
  return 'ids' in tree ? tree.ids[0] : firstOf(tree.children[0]);
}

/** Adds all of a part but its first, which stands already: what divides the whole comes before what divides a part of it. */
function expand(tree: Tree, places: IPlace[]): void {
  if ('ids' in tree) {
    tree.ids.slice(1).forEach((id, index) => places.push({ id, mode: 'tab-after', ref: tree.ids[index] }));
    return;
  }
  tree.children.slice(1).forEach((child, index) => {
    const before = tree.children[index];
    if (before !== undefined) places.push({ id: firstOf(child), mode: tree.split, ref: firstOf(before) });
  });
  for (const child of tree.children) expand(child, places);
}
