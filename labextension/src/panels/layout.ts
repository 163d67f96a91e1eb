/** Where panels stand when all of them are opened at once: what is wide, what is beside it, what is below. */
import type { PanelDescription } from '@covey/dashboard';

export interface IPlace {
  readonly id: string;
  readonly mode: 'tab-after' | 'split-right' | 'split-bottom';
  /** The panel beside which it stands; none for the first. */
  readonly ref: string | undefined;
  /** Of what divides the space: how much of all of it this gets; the first in it has the rest. */
  readonly share?: number;
}

export interface IRoom {
  /** There is little height. */
  readonly isLow: boolean;
  /** Something else, a notebook say, has the other half of the width. */
  readonly isBeside: boolean;
}

type Area = PanelDescription['area'];

/** Of the width that they share with a notebook plots have so much: at 1280 pixels their titles can be read. */
export const BESIDE = 0.55;

/** How much an area has of what it divides. */
const SHARES = {
  whole: { side: 0.42, bottom: 0.42 },
  beside: { side: 0.32, bottom: 0.32 },
} as const;

/**
 * The first of each area opens the area, the others are tabs behind it. The bottom stands under the main area, the side at its
 * right, or between the two where the width is shared. The side's stand below each other, or beside each other in what is
 * wide; where there is little height they are tabs too.
 */
export function layoutOf(panels: readonly Pick<PanelDescription, 'id' | 'area'>[], room: IRoom): IPlace[] {
  const of = (area: Area): string[] =>
    panels.flatMap((panel) => (panel.area === area && panel.id !== 'task' ? [panel.id] : []));
  const [[main, ...mainTabs], [side, ...sides], [bottom, ...bottomTabs]] = [of('main'), of('side'), of('bottom')];
  const shares = room.isBeside ? SHARES.beside : SHARES.whole;
  const [across, along] = room.isBeside
    ? (['split-bottom', 'split-right'] as const)
    : (['split-right', 'split-bottom'] as const);
  const places: IPlace[] = [];
  const open = (id: string | undefined, mode: IPlace['mode'], share: number): void => {
    if (id === undefined) return;
    const [first] = places;
    places.push(first === undefined ? { id, mode: 'tab-after', ref: undefined } : { id, mode, ref: first.id, share });
  };
  const follow = (ids: readonly string[], before: string | undefined, next: Pick<IPlace, 'mode' | 'share'>): void => {
    let ref = before;
    for (const id of ids) {
      places.push({ id, ref, ...next });
      ref = id;
    }
  };
  const areTabs = room.isLow && !room.isBeside;
  // What splits the whole comes before what is put behind something.
  open(main, 'tab-after', 1);
  open(bottom, 'split-bottom', shares.bottom);
  open(side, across, shares.side);
  follow(sides, side, areTabs ? { mode: 'tab-after' } : { mode: along, share: 1 / (sides.length + 1) });
  follow(mainTabs, main, { mode: 'tab-after' });
  follow(bottomTabs, bottom, { mode: 'tab-after' });
  return places;
}
