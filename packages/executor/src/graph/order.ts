/**
 * The order in which the tasks of a graph are numbered, and so preferred: depth first, so that few results wait in memory at a
 * time. Own implementation after two old ideas: Dask's `order` (finish what was begun before beginning anything new) and Sethi
 * and Ullman's numbering (of several inputs make the one first that needs most memory on the way).
 *
 * A graph is given by numbers: task `i` depends on `dependencies[starts[i] … starts[i + 1])`.
 */

/** Dependencies as numbers, all in one list. */
export interface NumberedGraph {
  readonly count: number;
  readonly starts: Int32Array;
  readonly dependencies: Int32Array;
}

/** The tasks from which `targets` can be reached, each after what it depends on; or the numbers along a cycle among them. */
export function orderTasks(
  graph: NumberedGraph,
  targets: Iterable<number>,
): { readonly order: Int32Array } | { readonly cycle: number[] } {
  const { count, starts } = graph;
  const needs = memoryNeeds(graph);
  if ('cycle' in needs) return needs;
  const { need } = needs;
  // 0 not met, 1 begun, 2 numbered.
  const state = new Uint8Array(count);
  const next = new Int32Array(count);
  const inputs = sortedInputs(graph, need);
  const order = new Int32Array(count);
  let numbered = 0;
  const stack: number[] = [];
  for (const target of targets) {
    if (state[target] !== 0) continue;
    stack.push(target);
    state[target] = 1;
    next[target] = starts[target] as number;
    while (stack.length > 0) {
      const task = stack[stack.length - 1] as number;
      const at = next[task] as number;
      if (at === (starts[task + 1] as number)) {
        stack.pop();
        state[task] = 2;
        order[numbered++] = task;
        continue;
      }
      next[task] = at + 1;
      const input = inputs[at] as number;
      if (state[input] !== 0) continue;
      state[input] = 1;
      next[input] = starts[input] as number;
      stack.push(input);
    }
  }
  return { order: order.subarray(0, numbered) };
}

/**
 * How many results have to be in memory at once to compute each task: inputs are made one after another, the most demanding
 * first, and each stays while the next is made. (For a tree exact; where results are shared, an upper bound.)
 */
function memoryNeeds(graph: NumberedGraph): { readonly need: Int32Array } | { readonly cycle: number[] } {
  const { count, starts, dependencies } = graph;
  const missing = new Int32Array(count);
  const dependents = dependentsOf(graph);
  const ready: number[] = [];
  for (let task = 0; task < count; task++) {
    missing[task] = (starts[task + 1] as number) - (starts[task] as number);
    if (missing[task] === 0) ready.push(task);
  }
  const need = new Int32Array(count);
  const inputs: number[] = [];
  let done = 0;
  while (ready.length > 0) {
    const task = ready.pop() as number;
    done++;
    inputs.length = 0;
    for (let at = starts[task] as number; at < (starts[task + 1] as number); at++) {
      inputs.push(need[dependencies[at] as number] as number);
    }
    if (inputs.length > 1) inputs.sort((a, b) => b - a);
    let most = 1;
    for (let i = 0; i < inputs.length; i++) most = Math.max(most, (inputs[i] as number) + i);
    need[task] = most;
    for (let at = dependents.starts[task] as number; at < (dependents.starts[task + 1] as number); at++) {
      const dependent = dependents.list[at] as number;
      if (--missing[dependent]! === 0) ready.push(dependent);
    }
  }
  return done === count ? { need } : { cycle: findCycle(graph, missing) };
}

function dependentsOf({ count, starts, dependencies }: NumberedGraph): { starts: Int32Array; list: Int32Array } {
  const first = new Int32Array(count + 1);
  for (const input of dependencies) first[input + 1]! += 1;
  for (let task = 0; task < count; task++) first[task + 1]! += first[task] as number;
  const list = new Int32Array(dependencies.length);
  const next = first.slice();
  for (let task = 0; task < count; task++) {
    for (let at = starts[task] as number; at < (starts[task + 1] as number); at++) {
      list[next[dependencies[at] as number]!++] = task;
    }
  }
  return { starts: first, list };
}

/** The dependencies again, those of each task by falling need; equal ones stay in the order in which they were given. */
function sortedInputs({ count, starts, dependencies }: NumberedGraph, need: Int32Array): Int32Array {
  const inputs = dependencies.slice();
  for (let task = 0; task < count; task++) {
    const from = starts[task] as number;
    const to = starts[task + 1] as number;
    if (to - from < 2) continue;
    // Insertion for the usual handful; stable like the sort for many.
    if (to - from <= 8) {
      for (let i = from + 1; i < to; i++) {
        const input = inputs[i] as number;
        let at = i;
        while (at > from && (need[inputs[at - 1] as number] as number) < (need[input] as number)) {
          inputs[at] = inputs[at - 1] as number;
          at--;
        }
        inputs[at] = input;
      }
    } else {
      const sorted = Array.from(inputs.subarray(from, to)).sort((a, b) => (need[b] as number) - (need[a] as number));
      inputs.set(sorted, from);
    }
  }
  return inputs;
}

/** Walks from a task that waits in vain to what it waits for, until a task comes again. */
function findCycle({ starts, dependencies }: NumberedGraph, missing: Int32Array): number[] {
  const path: number[] = [];
  const position = new Map<number, number>();
  let task = missing.findIndex((left) => left > 0);
  while (!position.has(task)) {
    position.set(task, path.length);
    path.push(task);
    const from = starts[task] as number;
    const to = starts[task + 1] as number;
    task = dependencies.subarray(from, to).find((input) => (missing[input] as number) > 0) as number;
  }
  return [...path.slice(position.get(task)), task];
}
