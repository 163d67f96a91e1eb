import { placesIn, readPlaces } from './saved-layout.js';
import type { DockArea } from './saved-layout.js';

const tabs = (...widgets: string[]): DockArea<string> => ({ type: 'tab-area', widgets });
const split = (orientation: 'horizontal' | 'vertical', ...children: DockArea<string>[]): DockArea<string> => ({
  type: 'split-area',
  orientation,
  children,
});
const idOf = (widget: string): string | undefined => (widget.startsWith('notebook') ? undefined : widget);
const text = (area: DockArea<string>): string[] =>
  placesIn(area, idOf).map(({ id, mode, ref }) => `${id} ${mode} ${ref ?? ''}`.trim());

test.each<[string, DockArea<string>, string[]]>([
  ['tabs', tabs('a', 'b', 'c'), ['a tab-after', 'b tab-after a', 'c tab-after b']],
  [
    'what divides the whole before what divides a part',
    split(
      'horizontal',
      split('vertical', tabs('a', 'b'), tabs('c')),
      tabs('d'),
      split('vertical', tabs('e'), tabs('f')),
    ),
    ['a tab-after', 'd split-right a', 'e split-right d', 'c split-bottom a', 'b tab-after a', 'f split-bottom e'],
  ],
  [
    'what is no plot leaves no place',
    split('horizontal', tabs('notebook'), split('vertical', tabs('a', 'notebook 2'), tabs('b'))),
    ['a tab-after', 'b split-bottom a'],
  ],
  ['none', tabs('notebook'), []],
])('places of %s', (_, area, expected) => expect(text(area)).toEqual(expected));

const panels = [{ id: 'progress' as const }, { id: 'workers' as const }];

test.each<[unknown, boolean]>([
  [[{ panel: 'progress', mode: 'tab-after', ref: null }], true],
  [
    [
      { panel: 'progress', mode: 'tab-after' },
      { panel: 'workers', mode: 'split-right', ref: 'progress' },
    ],
    true,
  ],
  [
    [
      { panel: 'progress', mode: 'tab-after' },
      { panel: 'workers', mode: 'split-right', ref: 'weather' },
    ],
    false,
  ],
  [[{ panel: 'weather', mode: 'tab-after' }], false],
  [[{ panel: 'progress', mode: 'above' }], false],
  [[], false],
  ['progress', false],
])('%j is a layout: %s', (written, isLayout) => {
  expect(readPlaces(written, panels) !== undefined).toBe(isLayout);
});
