import type { ProfileNode } from '@covey/protocol/bridge';
import { frameTotals, layOutFlame } from './flame-layout.js';

const frame = (name: string, totalMs: number, ...children: ProfileNode[]): ProfileNode => ({
  ...{ name, totalMs, children },
  place: `${name}.ts:1`,
});
const tree = frame(
  'root',
  100,
  frame('light', 20),
  frame('heavy', 60, frame('inner', 30, frame('leaf', 15)), frame('tiny', 0.001)),
);
const path = (...names: string[]): string[] => names.map((name) => `${name}\n${name}.ts:1`);
const text = (zoomed: readonly string[]): string[] =>
  layOutFlame(tree, zoomed).boxes.map(
    ({ node, left, width, depth, isAbove }) => `${node.name} ${depth}: ${left}+${width}${isAbove ? ' above' : ''}`,
  );

test('frames stand under what called them, the widest first, as wide as their share; what can’t be seen is left out', () => {
  expect(text([])).toEqual([
    ...['root 0: 0+1', 'heavy 1: 0+0.6', 'light 1: 0.6+0.2', 'inner 2: 0+0.3', 'leaf 3: 0+0.15'],
  ]);
  expect(layOutFlame(tree, []).depth).toBe(4);
  expect(layOutFlame(tree, []).boxes.at(-1)?.path).toEqual(path('heavy', 'inner', 'leaf'));
});

test('a frame that fills the width has its callers above it, and what it called below', () => {
  expect(text(path('heavy', 'inner'))).toEqual([
    ...['root 0: 0+1 above', 'heavy 1: 0+1 above', 'inner 2: 0+1', 'leaf 3: 0+0.5'],
  ]);
});

test('of a frame that is not there any more, the last of its callers that is fills the width', () => {
  expect(text(path('heavy', 'gone', 'leaf')).slice(0, 3)).toEqual([
    ...['root 0: 0+1 above', 'heavy 1: 0+1', 'inner 2: 0+0.5'],
  ]);
});

test('a tree without time, and one without end, are laid out', () => {
  expect(layOutFlame(frame('root', 0, frame('a', 0)), []).boxes).toHaveLength(1);
  let deep = frame('f', 1);
  for (let depth = 0; depth < 1000; depth++) deep = frame('f', 1, deep);
  expect(layOutFlame(deep, []).depth).toBe(201);
});

test('totals are by function wherever it was called, and time within itself counts once', () => {
  const recursive = frame('root', 50, frame('f', 30, frame('g', 20, frame('f', 5))), frame('g', 20));
  const totals = frameTotals(recursive).map(({ name, selfMs, totalMs }) => [name, selfMs, totalMs]);
  expect(totals).toEqual([
    ['f', 15, 30],
    ['g', 35, 40],
  ]);
});
