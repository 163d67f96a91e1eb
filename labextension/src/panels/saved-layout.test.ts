import { placesIn, readPlaces, withShares, withWidth } from './saved-layout.js';
import type { DockArea } from './saved-layout.js';

const tabs = (...widgets: string[]): DockArea<string> => ({ type: 'tab-area', widgets });
const split = (
  orientation: 'horizontal' | 'vertical',
  ...parts: [size: number, area: DockArea<string>][]
): DockArea<string> => ({
  type: 'split-area',
  orientation,
  children: parts.map(([, area]) => area),
  sizes: parts.map(([size]) => size),
});
const idOf = (widget: string): string | undefined => (widget.startsWith('notebook') ? undefined : widget);
const text = (area: DockArea<string>): string[] =>
  placesIn(area, idOf).map(({ id, mode, ref, share }) => `${id} ${mode} ${ref ?? ''} ${share ?? ''}`.trim());

test.each<[string, DockArea<string>, string[]]>([
  ['tabs', tabs('a', 'b', 'c'), ['a tab-after', 'b tab-after a', 'c tab-after b']],
  [
    'what divides the whole before what divides a part, with how much each has',
    split(
      'horizontal',
      [0.5, split('vertical', [0.75, tabs('a', 'b')], [0.25, tabs('c')])],
      [0.2, tabs('d')],
      [0.3, split('vertical', [0.5, tabs('e')], [0.5, tabs('f')])],
    ),
    [
      ...['a tab-after', 'd split-right a 0.2', 'e split-right d 0.3', 'c split-bottom a 0.25', 'b tab-after a'],
      'f split-bottom e 0.5',
    ],
  ],
  [
    'what is no plot leaves no place, and its room to the others',
    split('horizontal', [0.4, tabs('notebook')], [0.4, tabs('a', 'notebook 2')], [0.2, tabs('b')]),
    ['a tab-after', 'b split-right a 0.333'],
  ],
  [
    'a part that divides the space as the whole does, without what is no plot',
    split(
      'horizontal',
      [0.5, split('vertical', [0.5, tabs('notebook')], [0.5, split('horizontal', [0.5, tabs('a')], [0.5, tabs('b')])])],
      [0.5, tabs('c')],
    ),
    ['a tab-after', 'b split-right a 0.25', 'c split-right b 0.5'],
  ],
  ['none', tabs('notebook'), []],
])('places of %s', (_, area, expected) => expect(text(area)).toEqual(expected));

test('sizes are given to plots as they were saved, whatever stands beside them', () => {
  const dock = split(
    'horizontal',
    [0.5, tabs('notebook')],
    [0.25, split('vertical', [0.5, tabs('a')], [0.5, tabs('b')])],
    [0.25, tabs('c')],
  );
  const places = [
    { id: 'a', mode: 'tab-after', ref: undefined },
    { id: 'c', mode: 'split-right', ref: 'a', share: 0.2 },
    { id: 'b', mode: 'split-bottom', ref: 'a', share: 0.75 },
  ] as const;
  expect(withShares(dock, idOf, places)).toEqual(
    split(
      'horizontal',
      [0.5, tabs('notebook')],
      [0.4, split('vertical', [0.25, tabs('a')], [0.75, tabs('b')])],
      [0.1, tabs('c')],
    ),
  );
});

test('plots at the right of a notebook get their share of the width, wherever the two stand; others do not', () => {
  const beside = (share: number): DockArea<string> =>
    split('horizontal', [1 - share, tabs('notebook')], [share, split('vertical', [0.5, tabs('a')], [0.5, tabs('b')])]);
  const dock = (area: DockArea<string>): DockArea<string> =>
    split('vertical', [0.5, area], [0.5, split('horizontal', [0.5, tabs('c')], [0.5, tabs('d', 'notebook 2')])]);
  expect(withWidth(dock(beside(0.5)), idOf, 0.75)).toEqual(dock(beside(0.75)));
});

test.each([[undefined], [1]])('where nothing sensible is said of a size (%j), all stay', (share) => {
  const dock = split('horizontal', [0.3, tabs('a')], [0.7, tabs('b')]);
  const place = { id: 'b', mode: 'split-right', ref: 'a', ...(share !== undefined && { share }) } as const;
  expect(withShares(dock, idOf, [place])).toEqual(dock);
});

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

test('of a saved size that can’t be, the place alone counts', () => {
  const written = [
    { panel: 'progress', mode: 'tab-after', share: 0.5 },
    { panel: 'workers', mode: 'split-right', ref: 'progress', share: 7 },
  ];
  expect(readPlaces(written, panels)?.map(({ share }) => share)).toEqual([0.5, undefined]);
});
