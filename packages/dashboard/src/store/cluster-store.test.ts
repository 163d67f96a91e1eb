import type { GraphNode, Overview } from '@covey/protocol/bridge';
import { GraphStore } from './graph-store.js';
import { OverviewHistory } from './overview-history.js';
import { RunRing } from './run-ring.js';

const columns = (ends: readonly number[], first = 0, names: readonly string[] = []) => ({
  start: Float64Array.from(ends, (end) => end - 1),
  duration: Float32Array.from(ends, () => 1),
  lane: new Uint16Array(ends.length),
  name: new Uint32Array(ends.length),
  outcome: new Uint8Array(ends.length),
  task: Float64Array.from(ends),
  count: Uint32Array.from(ends, () => 2),
  lanes: { first: 0, added: [{ worker: 'a', thread: 0 }] },
  names: { first, added: names },
});

test('runs beyond the capacity push out the oldest', () => {
  const runs = new RunRing(4);
  runs.add(columns([1, 2, 3]));
  runs.add(columns([4, 5, 6]), 2);
  expect([runs.size, runs.oldest, runs.missed, runs.lastEndMs, runs.firstStartMs()]).toEqual([4, 2, 2, 6, 2]);
});

test('a portion larger than the ring leaves its end', () => {
  const runs = new RunRing(2);
  runs.add(columns([1, 2, 3, 4, 5]));
  expect(runs.firstStartMs()).toBe(3);
  expect(runs.size).toBe(2);
});

test('names that were missed have a place all the same', () => {
  const runs = new RunRing(2);
  runs.add(columns([1], 2, ['third']));
  expect(runs.names).toEqual(['…', '…', 'third']);
});

test('finds the run at a moment, the nearest within reach, and the next one in its lane', () => {
  const runs = new RunRing(8);
  runs.add(columns([10, 20, 30]));
  expect(runs.task[runs.find(0, 19.5, 0)]).toBe(20);
  expect(runs.task[runs.find(0, 21, 3)]).toBe(20);
  expect(runs.find(0, 25, 3)).toBe(-1);
  expect(runs.find(1, 19.5, 3)).toBe(-1);
  expect(runs.task[runs.neighbour(runs.find(0, 19.5, 0), 1)]).toBe(30);
  expect(runs.neighbour(runs.find(0, 9.5, 0), -1)).toBe(-1);
});

const node = (id: number, ...dependencies: number[]): GraphNode => ({
  id,
  key: `k${id}`,
  name: 'f',
  state: 'waiting',
  dependencies,
});

test('tasks stand right of what they need, between its rows, and never move', () => {
  const graph = new GraphStore();
  graph.apply({ nodes: [node(1), node(2), node(3), node(4, 1, 3)], gone: [], leftOut: 0 });
  const placeOf = (id: number) => [graph.nodes.get(id)?.column, graph.nodes.get(id)?.row];
  expect([1, 2, 3, 4].map(placeOf)).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 1],
  ]);
  graph.apply({ nodes: [node(5, 2), { ...node(4, 1, 3), state: 'memory' }], gone: [1], leftOut: 3 });
  expect(placeOf(4)).toEqual([1, 1]);
  expect(placeOf(5)).toEqual([1, 2]);
  expect(graph.nodes.get(4)?.node.state).toBe('memory');
  graph.apply({ nodes: [node(6)], gone: [], leftOut: 0 });
  expect(placeOf(6)).toEqual([0, 0]);
});

test('no two tasks stand in one place', () => {
  const graph = new GraphStore();
  const nodes = Array.from({ length: 2000 }, (_, i) => node(i + 1, ...(i < 20 ? [] : [i - 19, 1 + ((i * 7) % i)])));
  graph.apply({ nodes, gone: [], leftOut: 0 });
  graph.apply({ nodes: [], gone: nodes.slice(100, 300).map(({ id }) => id), leftOut: 0 });
  graph.apply({ nodes: Array.from({ length: 200 }, (_, i) => node(3000 + i, 1, 2)), gone: [], leftOut: 0 });
  const places = [...graph.nodes.values()].map(({ column, row }) => `${column}/${row}`);
  expect(new Set(places).size).toBe(places.length);
});

const overview = (timeMs: number, completed: number) =>
  ({
    timeMs,
    completed,
    erred: 0,
    cpu: 1,
    threads: 2,
    transferred: 0,
    memory: { process: 1, managed: 1, spilled: 0, limit: 0 },
  }) as Overview;

test('rates are made of neighbours, and silences are gaps', () => {
  const history = new OverviewHistory();
  for (const [time, completed] of [
    [1000, 0],
    [2000, 50],
    [2000, 60],
    [60_000, 90],
  ] as const)
    history.add(overview(time, completed));
  expect(history.samples.map(({ tasksRate }) => tasksRate)).toEqual([null, 50, null, null]);
  expect(history.samples.map(({ cpu }) => cpu)).toEqual([1, 1, null, 1]);
});
