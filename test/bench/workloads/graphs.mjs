/** Whole graphs given at once: a reduction, a stencil of neighbours, an all-to-all. */
import { ref, task } from 'covey';
import { add, inc } from '../functions.mjs';
import { throughput, timed } from '../measure.mjs';

/** A binary reduction over `leaves` leaves. */
function treeGraph(leaves) {
  const graph = new Map();
  let layer = [];
  for (let i = 0; i < leaves; i++) {
    graph.set(`leaf-${i}`, task(inc, i));
    layer.push(`leaf-${i}`);
  }
  for (let level = 0; layer.length > 1; level++) {
    const next = [];
    for (let i = 0; i < layer.length; i += 2) {
      const key = `add-${level}-${i >> 1}`;
      graph.set(key, task(add, ...layer.slice(i, i + 2).map(ref)));
      next.push(key);
    }
    layer = next;
  }
  return { graph, keys: layer, check: ([sum]) => sum === (leaves * (leaves + 1)) / 2 };
}

/** `depth` layers of `width` tasks, each on three neighbours of the layer before. */
function stencilGraph(width, depth) {
  const graph = new Map();
  for (let j = 0; j < width; j++) graph.set(`s-0-${j}`, task(inc, j));
  for (let i = 1; i < depth; i++) {
    for (let j = 0; j < width; j++) {
      const near = [j - 1, j, j + 1].filter((k) => k >= 0 && k < width);
      graph.set(`s-${i}-${j}`, task(add, ...near.map((k) => ref(`s-${i - 1}-${k}`))));
    }
  }
  const keys = Array.from({ length: width }, (_, j) => `s-${depth - 1}-${j}`);
  return { graph, keys, check: (results) => results.every((x) => x > 0) };
}

/** `n` sources, n × n splits, `n` sinks of n inputs each. */
function shuffleGraph(n) {
  const graph = new Map();
  for (let i = 0; i < n; i++) graph.set(`src-${i}`, task(inc, i));
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) graph.set(`split-${i}-${j}`, task(add, ref(`src-${i}`), j));
  for (let j = 0; j < n; j++)
    graph.set(`sink-${j}`, task(add, ...Array.from({ length: n }, (_, i) => ref(`split-${i}-${j}`))));
  const keys = Array.from({ length: n }, (_, j) => `sink-${j}`);
  return { graph, keys, check: (sums) => sums.every((sum, j) => sum === (n * (n + 1)) / 2 + n * j) };
}

/** Graphs are built before the clock starts, as the peer's are. */
async function run(executor, { graph, keys, check }) {
  const { seconds, value } = await timed(() => executor.get(graph, keys));
  if (!check(value)) throw new Error('the graph gave wrong results');
  return { tasks: graph.size, seconds };
}

function workload(build, start) {
  return async ({ executor, scale, rounds, targetSeconds }) => {
    const options = { start: Math.max(1, Math.round(start * scale)), targetSeconds, rounds };
    const impure = await throughput((size) => run(executor.with({ pure: false }), build(size)), options);
    const pure = await throughput((size) => run(executor, build(size)), options);
    return { ...impure, pure_tasks_per_s: pure.tasks_per_s };
  };
}

/** Sizes: leaves in thousands, layers in tens, the square root of splits in tens. */
export const tree = workload((size) => treeGraph(size * 1024), 8);
export const stencil = workload((size) => stencilGraph(100, size * 10), 5);
export const shuffle = workload((size) => shuffleGraph(Math.round(Math.sqrt(size) * 10)), 25);
