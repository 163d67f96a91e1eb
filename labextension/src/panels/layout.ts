/** Where panels stand when all of them are opened at once: what is wide, what is beside it, what is below. */
import type { PanelDescription } from '@covey/dashboard';

export interface IPlace {
  readonly id: string;
  readonly mode: 'tab-after' | 'split-right' | 'split-bottom';
  /** The panel beside which it stands; none for the first. */
  readonly ref: string | undefined;
}

/**
 * The first of each area opens the area; the main area's others, and the bottom's, are tabs behind it, the side's stand below
 * each other, or behind each other where there is little height.
 */
export function layoutOf(panels: readonly Pick<PanelDescription, 'id' | 'area'>[], isLow: boolean): IPlace[] {
  const of = (area: PanelDescription['area']): string[] =>
    panels.flatMap((panel) => (panel.area === area && panel.id !== 'task' ? [panel.id] : []));
  const [main, side, bottom] = [of('main'), of('side'), of('bottom')];
  const places: IPlace[] = [];
  const first = main[0] ?? side[0] ?? bottom[0];
  const open = (ids: readonly string[], begin: IPlace['mode'], next: IPlace['mode']): void => {
    let before: string | undefined;
    for (const id of ids) {
      const isFirst = id === first;
      places.push({
        id,
        mode: isFirst ? 'tab-after' : before === undefined ? begin : next,
        ref: isFirst ? undefined : (before ?? first),
      });
      before = id;
    }
  };
  // What splits the whole comes before what is put behind something.
  open(main.slice(0, 1), 'tab-after', 'tab-after');
  open(bottom.slice(0, 1), 'split-bottom', 'tab-after');
  open(side, 'split-right', isLow ? 'tab-after' : 'split-bottom');
  for (const id of main.slice(1)) places.push({ id, mode: 'tab-after', ref: main[0] });
  for (const id of bottom.slice(1)) places.push({ id, mode: 'tab-after', ref: bottom[0] });
  return places;
}
