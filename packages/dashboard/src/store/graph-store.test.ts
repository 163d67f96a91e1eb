import type { GraphNode } from '@covey/protocol/bridge';
import { GraphStore } from './graph-store.js';

const node = (id: number, ...dependencies: number[]): GraphNode => ({
  ...{ id, key: `k${id}`, name: 'f', dependencies },
  state: 'waiting',
});
const filled = (...nodes: GraphNode[]): GraphStore => {
  const graph = new GraphStore();
  graph.apply({ nodes, gone: [], leftOut: 0 });
  return graph;
};

test('what comes in any order is placed after what it needs', () => {
  const graph = filled(node(3, 2), node(2, 1), node(1));
  expect([1, 2, 3].map((id) => graph.nodes.get(id)?.column)).toEqual([0, 1, 2]);
});

test('what needs only tasks that are not shown stands in the first column', () => {
  expect(filled(node(9, 1, 2)).nodes.get(9)).toMatchObject({ column: 0, row: 0 });
});

test('who draws is told by versions whether there is anything new, and whether places changed', () => {
  const graph = filled(node(1));
  const versions = (): number[] => [graph.version, graph.shapeVersion];
  const [first = 0, firstShape = 0] = versions();
  graph.apply({ nodes: [], gone: [], leftOut: 0 });
  expect(versions()).toEqual([first, firstShape]);
  graph.apply({ nodes: [{ ...node(1), state: 'memory' }], gone: [], leftOut: 0 });
  expect(versions()).toEqual([first + 1, firstShape]);
  graph.apply({ nodes: [], gone: [1], leftOut: 0 });
  expect(versions()).toEqual([first + 2, firstShape + 1]);
});

test('a task that goes and one that never was are taken out alike; a row that is free is taken again', () => {
  const graph = filled(node(1), node(2), node(3));
  graph.apply({ nodes: [node(4)], gone: [2, 77], leftOut: 5 });
  expect(graph.nodes.get(4)).toMatchObject({ column: 0, row: 1 });
  expect([graph.nodes.size, graph.leftOut]).toEqual([3, 5]);
});

test('after it was emptied, by a clear or task by task, it begins at the top again', () => {
  const graph = filled(node(1), node(2));
  graph.clear();
  expect([graph.nodes.size, graph.leftOut]).toEqual([0, 0]);
  graph.apply({ nodes: [node(1), node(2)], gone: [], leftOut: 0 });
  graph.apply({ nodes: [node(3)], gone: [1, 2], leftOut: 0 });
  expect(graph.nodes.get(3)).toMatchObject({ column: 0, row: 0 });
});
