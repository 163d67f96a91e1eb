import type { PanelDescription } from '@covey/dashboard';
import { layoutOf } from './layout.js';
import type { IPlace, IRoom } from './layout.js';

const panels: Pick<PanelDescription, 'id' | 'area'>[] = [
  { id: 'task-stream', area: 'main' },
  { id: 'progress', area: 'side' },
  { id: 'workers', area: 'bottom' },
  { id: 'system', area: 'side' },
  { id: 'graph', area: 'main' },
  { id: 'profile', area: 'main' },
  { id: 'transfers', area: 'bottom' },
  { id: 'events', area: 'bottom' },
  { id: 'errors', area: 'bottom' },
  { id: 'task', area: 'main' },
];
const text = ({ id, mode, ref, share }: IPlace): string =>
  `${id} ${mode} ${ref ?? '-'}${share === undefined ? '' : ` ${share}`}`;

test.each<[string, IRoom, string[]]>([
  [
    'in the whole area: the bottom under what is wide, the side at its right',
    { isLow: false, isBeside: false },
    [
      'workers split-bottom task-stream 0.42',
      'progress split-right task-stream 0.42',
      'system split-bottom progress 0.5',
    ],
  ],
  [
    'in a low one the side is one panel with tabs',
    { isLow: true, isBeside: false },
    ['workers split-bottom task-stream 0.42', 'progress split-right task-stream 0.42', 'system tab-after progress'],
  ],
  [
    'beside a notebook: the side between what is wide and the bottom',
    { isLow: true, isBeside: true },
    [
      'workers split-bottom task-stream 0.32',
      'progress split-bottom task-stream 0.32',
      'system split-right progress 0.5',
    ],
  ],
])('%s', (_, room, divided) => {
  const tabs = ['graph tab-after task-stream', 'profile tab-after graph', 'transfers tab-after workers'];
  expect(layoutOf(panels, room).map(text)).toEqual([
    ...['task-stream tab-after -', ...divided, ...tabs, 'events tab-after transfers'],
    'errors tab-after events',
  ]);
});
