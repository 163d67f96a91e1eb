import type { PanelDescription } from '@covey/dashboard';
import { layoutOf } from './layout.js';

const panels: Pick<PanelDescription, 'id' | 'area'>[] = [
  { id: 'task-stream', area: 'main' },
  { id: 'progress', area: 'side' },
  { id: 'workers', area: 'bottom' },
  { id: 'system', area: 'side' },
  { id: 'graph', area: 'main' },
  { id: 'events', area: 'bottom' },
  { id: 'task', area: 'main' },
];

test('what is wide comes first, the bottom under it, the side at its right; others are tabs behind', () => {
  const places = layoutOf(panels, false);
  expect(places).toEqual([
    { id: 'task-stream', mode: 'tab-after', ref: undefined },
    { id: 'workers', mode: 'split-bottom', ref: 'task-stream' },
    { id: 'progress', mode: 'split-right', ref: 'task-stream' },
    { id: 'system', mode: 'split-bottom', ref: 'progress' },
    { id: 'graph', mode: 'tab-after', ref: 'task-stream' },
    { id: 'events', mode: 'tab-after', ref: 'workers' },
  ]);
});

test('where there is little height the side is one panel with tabs', () => {
  expect(layoutOf(panels, true)).toContainEqual({ id: 'system', mode: 'tab-after', ref: 'progress' });
});
