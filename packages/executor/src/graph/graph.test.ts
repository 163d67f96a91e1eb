import type { TaskRun } from '@covey/protocol/internal';
import { CyclicGraphError, UnknownKeyError } from '../errors.js';
import { FakeScheduler, turn } from '../testing/fake-scheduler.js';
import type { Executor } from '../executor.js';
import { delayed } from './delayed.js';
import type { Lazy } from './delayed.js';
import { orderTasks } from './order.js';
import type { NumberedGraph } from './order.js';
import { ref, task } from './task.js';

const inc = (x: number): number => x + 1;
const add = (...xs: number[]): number => xs.reduce((a, b) => a + b, 0);
const runs = (scheduler: FakeScheduler): TaskRun[] =>
  scheduler.log.filter(([name]) => name === 'tasks').map(([, run]) => run as TaskRun);

describe('get', () => {
  it('computes keys of a graph', async () => {
    const executor = new FakeScheduler().executor();
    const graph = { a: task(inc, 1), b: task(inc, ref('a')), c: task(add, ref('a'), ref('b'), 10), d: 'data' };
    expect(await executor.get(graph, 'c')).toBe(2 + 3 + 10);
    expect(await executor.get(graph, ['a', 'd', 'c'])).toEqual([2, 'data', 15]);
    expect(await executor.get(new Map(Object.entries(graph)), ['b'])).toEqual([3]);
  });

  it('finds references inside arguments, plain entries, futures and tasks within tasks', async () => {
    const executor = new FakeScheduler().executor();
    const future = executor.submit(inc, 40);
    const graph = {
      deep: task((o: { xs: number[] }) => o.xs[0]! + o.xs[1]!, { xs: [ref<number>('f'), task(inc, 1)] }),
      f: future,
      alias: ref('deep'),
      list: [ref('deep'), ref('f')],
    };
    expect(await executor.get(graph, ['deep', 'alias', 'list', 'f'])).toEqual([43, 43, [43, 41], 41]);
    expect(await future.result()).toBe(41);
  });

  it('leaves out what the keys do not need, and holds only what was asked for', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const graph = { a: task(inc, 1), b: task(inc, ref('a')), unused: task(inc, ref('missing')) };
    expect(await executor.get(graph, 'b')).toBe(3);
    await turn();
    expect(scheduler.submitted.map((each) => [each.options.wanted ?? true])).toEqual([[false], [true]]);
    expect(scheduler.released).toEqual([2]);
  });

  it.each<[string, (executor: Executor) => unknown]>([
    ['get', (executor) => executor.get({ a: task(inc, 1) }, 'a')],
    ['submitGraph', (executor) => executor.submitGraph({ a: task(inc, 1) }, ['a'])],
    ['compute', (executor) => executor.compute(delayed(inc)(1))],
    ['persist', (executor) => executor.persist([delayed(inc)(1)])],
  ])('a view with a key is refused by %s: it names one task', async (_, use) => {
    const view = new FakeScheduler().executor().with({ key: 'mine' });
    await expect((async () => use(view))()).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_COVEY_USAGE', message: expect.stringContaining("'mine'") }) as Error,
    );
    expect(await view.submit(inc, 1).result()).toBe(2);
  });

  it('names the missing key, and who needs it', async () => {
    const executor = new FakeScheduler().executor();
    await expect(executor.get({ a: task(inc, ref('b')) }, 'a')).rejects.toThrow(UnknownKeyError);
    await expect(executor.get({ a: task(inc, ref('b')) }, 'a')).rejects.toThrow("no key 'b', which 'a' needs");
    await expect(executor.get({ a: 1 }, 'toString')).rejects.toThrow(UnknownKeyError);
  });

  it('names the cycle, of tasks and of aliases', async () => {
    const executor = new FakeScheduler().executor();
    const graph = { a: task(inc, ref('b')), b: task(inc, ref('c')), c: task(inc, ref('b')), x: ref('y'), y: ref('x') };
    const error = (await executor.get(graph, 'a').catch((thrown: unknown) => thrown)) as CyclicGraphError;
    expect(error).toBeInstanceOf(CyclicGraphError);
    expect(error.message).toBe('The graph has a cycle: b → c → b');
    expect(error.cycle).toEqual(['b', 'c', 'b']);
    await expect(executor.get(graph, 'x')).rejects.toThrow('x → y → x');
  });

  it('computes equal pure calls once, and not again while they are held', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const held = executor.submit(inc, 1);
    const graph = { a: task(inc, 1), b: task(inc, 5), c: task(inc, 5), d: task(add, ref('a'), ref('b'), ref('c')) };
    expect(await executor.get(graph, ['d', 'b', 'c', 'a'])).toEqual([2 + 6 + 6, 6, 6, 2]);
    expect(scheduler.submitted).toHaveLength(3);
    expect(await held.result()).toBe(2);
  });

  it('gives the tasks of an impure graph keys of their own', async () => {
    const scheduler = new FakeScheduler();
    const impure = scheduler.executor().with({ pure: false });
    const graph = { a: task(inc, 1), b: task(inc, 1) };
    expect(await impure.get(graph, ['a', 'b'])).toEqual([2, 2]);
    expect(await impure.get(graph, ['a', 'b'])).toEqual([2, 2]);
    expect(new Set(scheduler.submitted.map((each) => each.key)).size).toBe(4);
    expect(scheduler.submitted[0]?.key).toMatch(/^a-/);
  });

  it('groups neighbours of one function into runs, never a task with what it depends on', async () => {
    const scheduler = new FakeScheduler();
    const graph = new Map<string, unknown>();
    for (let i = 0; i < 20; i++) graph.set(`x${i}`, task(inc, i));
    graph.set('sum', task(add, ...Array.from({ length: 20 }, (_, i) => ref<number>(`x${i}`))));
    graph.set('next', task(inc, ref('sum')));
    graph.set('last', task(inc, ref('next')));
    expect(await scheduler.executor().get(graph, 'last')).toBe(212);
    expect(runs(scheduler).map((run) => run.count)).toEqual([20, 1, 1, 1]);
    expect(runs(scheduler).map((run) => run.firstId)).toEqual([1, 21, 22, 23]);
  });

  it('goes through a chain of any length without recursion', async () => {
    const graph = new Map<string, unknown>([['0', task(inc, 0)]]);
    for (let i = 1; i < 3000; i++) graph.set(String(i), task(inc, ref(String(i - 1))));
    expect(await new FakeScheduler().executor().get(graph, '2999')).toBe(3000);
  });
});

describe('lazy calls', () => {
  it('are computed with all that they are made of', async () => {
    const scheduler = new FakeScheduler();
    const executor = scheduler.executor();
    const [lazyInc, lazyAdd] = [delayed(inc), delayed(add)];
    const one = lazyInc(0);
    const total = lazyAdd(one, lazyInc(one), 5);
    expect(await executor.compute(total)).toBe(8);
    expect(await executor.compute({ one, list: [total, 'x'] })).toEqual({ one: 1, list: [8, 'x'] });
    await turn();
    expect(scheduler.released.length).toBe(3);
  });

  it.each<[string, (executor: Executor, lazy: Lazy<number>) => unknown, RegExp]>([
    ['captured', (executor, lazy) => executor.submit(() => lazy), /^Cannot send .*lazy: a lazy call/],
    ['captured by a lazy call', (executor, lazy) => executor.compute(delayed(() => lazy)()), /lazy: a lazy call/],
    ['as an argument', (executor, lazy) => executor.submit((x: unknown) => x, lazy), /arguments\[0\]: a lazy call/],
    [
      'in an argument',
      (executor, lazy) => executor.submit((x: unknown) => x, [{ lazy }]),
      /arguments\[0\]\[0\]\.lazy: /,
    ],
    ['mapped over', (executor, lazy) => executor.map((x: unknown) => x, [lazy]), /arguments\[0\]: a lazy call/],
    [
      'a reference without its graph',
      (executor) => executor.submit((x: unknown) => x, ref('a')),
      /executor\.get\(graph/,
    ],
  ])('are refused where nobody would compute them: %s', async (_, send, message) => {
    const executor = new FakeScheduler().executor();
    await expect((async () => send(executor, delayed(inc)(1)))()).rejects.toThrow(message);
  });

  it('are found in the values of maps, in sets, and in structures that contain themselves or share parts', async () => {
    const executor = new FakeScheduler().executor();
    const one = delayed(inc)(0);
    const shared = [one];
    const cyclic: Record<string, unknown> = { shared, again: shared };
    cyclic['self'] = cyclic;
    const computed = (await executor.compute({
      map: new Map([['a', { deep: one }]]),
      set: new Set([one, delayed(inc)(4)]),
      cyclic,
    })) as { map: unknown; set: unknown; cyclic: Record<string, unknown> };
    expect([computed.map, computed.set]).toEqual([new Map([['a', { deep: 1 }]]), new Set([1, 5])]);
    expect(computed.cyclic['self']).toBe(computed.cyclic);
    expect(computed.cyclic['again']).toBe(computed.cyclic['shared']);
    expect(computed.cyclic['shared']).toEqual([1]);
    const persisted = executor.persist(new Map([['a', one]]));
    expect(await persisted.get('a')!.result()).toBe(1);
    const size = delayed((map: ReadonlyMap<string, number>, set: ReadonlySet<number>) => [map.get('a'), [...set]]);
    expect(await executor.compute(size(new Map([['a', one]]), new Set([one])))).toEqual([1, [1]]);
  });

  it('become futures by persist', async () => {
    const executor = new FakeScheduler().executor();
    const persisted = executor.persist({ a: delayed(inc)(1), b: 2 });
    expect(persisted.b).toBe(2);
    expect(await persisted.a.result()).toBe(2);
  });

  it('have properties and methods, and may be made of data with lazy parts', async () => {
    const executor = new FakeScheduler().executor();
    const record = delayed({ text: delayed((x: number) => `n${x}`)(5), n: 1 });
    expect(await executor.compute(record.get('text').call('toUpperCase'))).toBe('N5');
    expect(await executor.compute(record.get('n'))).toBe(1);
  });
});

describe('the order of a graph', () => {
  const graphOf = (edges: readonly (readonly number[])[]): NumberedGraph => {
    const starts = new Int32Array(edges.length + 1);
    edges.forEach((inputs, i) => (starts[i + 1] = (starts[i] as number) + inputs.length));
    return { count: edges.length, starts, dependencies: Int32Array.from(edges.flat()) };
  };
  const orderOf = (edges: readonly (readonly number[])[], targets: readonly number[]): number[] => {
    const ordered = orderTasks(graphOf(edges), targets);
    return 'order' in ordered ? [...ordered.order] : [];
  };

  /** The most results that are in memory at once when tasks run in this order. */
  const mostLive = (edges: readonly (readonly number[])[], order: readonly number[]): number => {
    const users = edges.map(() => 0);
    for (const inputs of edges) for (const input of inputs) users[input]! += 1;
    let live = 0;
    let most = 0;
    for (const each of order) {
      most = Math.max(most, ++live);
      for (const input of edges[each] as readonly number[]) if (--users[input]! === 0) live--;
    }
    return most;
  };

  it('puts each task after what it depends on', () => {
    expect(orderOf([[1], [2], []], [0])).toEqual([2, 1, 0]);
  });

  it('finishes a branch of a tree before it begins the next', () => {
    const leaves = 64;
    const edges: number[][] = Array.from({ length: leaves }, () => []);
    let layer = edges.map((_, i) => i);
    while (layer.length > 1) {
      const next: number[] = [];
      for (let i = 0; i < layer.length; i += 2) next.push(edges.push([layer[i]!, layer[i + 1]!]) - 1);
      layer = next;
    }
    const order = orderOf(edges, layer);
    expect(order).toHaveLength(edges.length);
    expect(mostLive(edges, order)).toBe(Math.log2(leaves) + 1 + 1);
  });

  it('makes the input that needs most memory first', () => {
    // 0 needs 1 (alone) and 2 (of four inputs): beginning with 1 would keep it beside those four.
    const edges = [[1, 2], [], [3, 4, 5, 6], [], [], [], []];
    expect(orderOf(edges, [0])).toEqual([3, 4, 5, 6, 2, 1, 0]);
  });

  it('finds the cycle', () => {
    expect(orderTasks(graphOf([[1], [2], [0], []]), [3])).toEqual({ cycle: [0, 1, 2, 0] });
  });

  it('is a full order of random graphs', () => {
    let seed = 42;
    const random = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
    for (let round = 0; round < 50; round++) {
      const count = 2 + random(60);
      const edges = Array.from({ length: count }, (_, i) =>
        [...new Set(Array.from({ length: random(4) }, () => random(i + 1)))].filter((input) => input < i),
      );
      const order = orderOf(
        edges,
        edges.map((_, i) => i),
      );
      const position = new Map(order.map((each, i) => [each, i]));
      expect(position.size).toBe(count);
      edges.forEach((inputs, i) =>
        inputs.forEach((input) => expect(position.get(input)).toBeLessThan(position.get(i)!)),
      );
    }
  });
});
