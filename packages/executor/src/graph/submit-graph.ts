/**
 * A whole graph to the scheduler: what is needed of it, in a good order, as runs of tasks.
 *
 * The client orders, so that on the wire a dependency always comes before its dependent, and the order of ids is the priority.
 * Inner tasks are not held by anybody here: they live as long as their dependents need them.
 */
import { critically } from '@covey/protocol/internal';
import type { ClientTaskId } from '@covey/protocol/internal';
import { CyclicGraphError, UnknownKeyError, UsageError } from '../errors.js';
import { Future } from '../future.js';
import type { SentFunction } from '../session/function-ledger.js';
import type { Session } from '../session/session.js';
import type { View } from '../session/view.js';
import { LARGE_ARGUMENT_BYTES, liftLargeArguments } from '../submit/large-arguments.js';
import { nameOf } from '../submit/submit.js';
import { captureTask, ChunkEncoder, keyByContentOf } from '../values/codec.js';
import type { CapturedTask } from '../values/codec.js';
import { orderTasks } from './order.js';
import { Ref, Task } from './task.js';
import type { Graph } from './task.js';

/** What arguments refer to. */
type Referred = Ref<unknown> | Task<unknown> | Future<unknown>;

/** After so many tasks a batch leaves, the first time and later. */
const FIRST_FLUSH = 200;
const FLUSH = 2000;

/** What is put behind it makes it a key of the cluster. */
const MAX_GRAPH_KEY_LENGTH = 4000;

interface Node {
  /** Its key in the graph, or a made-up one: for errors and, in impure graphs, for the cluster. */
  readonly label: string;
  readonly task: Task<unknown>;
  readonly captured: CapturedTask;
  /** Where its arguments are in the blob of all. */
  readonly start: number;
  readonly end: number;
  /** Numbers of nodes, or futures, in the order in which function and arguments refer to them. */
  readonly inputs: readonly (number | Future<unknown>)[];
  id: number;
  key: string | undefined;
}

const isReferred = (value: object): boolean => value instanceof Ref || value instanceof Future || value instanceof Task;

const identity = (value: unknown): unknown => value;

/** Submits what the targets need; answers a future for each target. */
export function submitGraph(session: Session, view: View, graph: Graph, targets: readonly string[]): Future<unknown>[] {
  return new GraphSubmission(session, view, graph).submit((submission) => targets.map((key) => submission.byKey(key)));
}

/** Submits lazy calls with all that they are made of; answers a future for each. */
export function submitLazy(session: Session, view: View, tasks: readonly Task<unknown>[]): Future<unknown>[] {
  return new GraphSubmission(session, view, new Map()).submit((submission) =>
    tasks.map((task) => submission.byTask(task, '')),
  );
}

class GraphSubmission {
  readonly #session: Session;
  readonly #view: View;
  readonly #lookUp: (key: string) => { readonly node: unknown } | undefined;
  readonly #chunk = new ChunkEncoder<Referred>(isReferred);
  readonly #nodes: Node[] = [];
  /** Tasks that have a number but are not encoded yet, in the order of their numbers. */
  readonly #labels: string[] = [];
  readonly #tasks: Task<unknown>[] = [];
  readonly #numbersOfKeys = new Map<string, number | Future<unknown>>();
  readonly #captured = new Map<CallableFunction, CapturedTask>();
  /** Left on tasks that were met: small, since a graph may live long. */
  readonly #stamp = {};
  /** Ends the keys of an impure graph's tasks. */
  readonly #suffix: string;

  constructor(session: Session, view: View, graph: Graph) {
    session.checkRoom();
    view.checkSignal();
    if (view.key !== undefined) {
      throw new UsageError(
        `The key '${view.key}' of the view names one task, and a graph has many: its tasks are named by their keys in it, or by what they compute. ` +
          'Use a view without `key`',
      );
    }
    this.#session = session;
    this.#view = view;
    this.#suffix = session.nextSuffix();
    if (graph instanceof Map) {
      this.#lookUp = (key) => (graph.has(key) ? { node: graph.get(key) as unknown } : undefined);
    } else {
      const record = graph as Readonly<Record<string, unknown>>;
      this.#lookUp = (key) => (Object.hasOwn(record, key) ? { node: record[key] } : undefined);
    }
  }

  submit(find: (submission: GraphSubmission) => (number | Future<unknown>)[]): Future<unknown>[] {
    const targets = find(this);
    // Encoding a task meets further ones, which join the end of the list: no recursion, whatever the depth.
    for (let number = 0; number < this.#tasks.length; number++) this.#encode(number);
    const numbers = targets.filter((target) => typeof target === 'number');
    const order = this.#order(numbers);
    if (this.#view.pure) for (const number of order) this.#makeKey(number);
    const wanted = new Set(numbers);
    this.#send(order, this.#needed(numbers), wanted);
    const given = new Set<number>();
    return targets.map((target) => {
      if (typeof target !== 'number') return this.#session.handles.sameTask(target);
      const { id } = this.#nodes[target] as Node;
      if (!this.#sent.has(target) || given.has(id)) return this.#session.handles.later(id);
      given.add(id);
      return this.#session.handles.first(id);
    });
  }

  readonly #sent = new Set<number>();

  /** The number of the task that a key stands for, or the future. @throws UnknownKeyError, CyclicGraphError */
  byKey(key: string, from?: string): number | Future<unknown> {
    const known = this.#numbersOfKeys.get(key);
    if (known !== undefined) return known;
    const aliases = [key];
    let found = this.#lookUp(key);
    while (found?.node instanceof Ref) {
      const { key: next } = found.node as Ref<unknown>;
      if (aliases.includes(next)) throw cyclic([...aliases.slice(aliases.indexOf(next)), next]);
      aliases.push(next);
      found = this.#lookUp(next);
    }
    const last = aliases[aliases.length - 1] as string;
    if (found === undefined) {
      const where =
        aliases.length > 1
          ? ` (an alias: ${aliases.join(' → ')})`
          : from === undefined
            ? ''
            : `, which '${from}' needs`;
      throw new UnknownKeyError(`The graph has no key '${last}'${where}`, { data: { key: last } });
    }
    if (last.length > MAX_GRAPH_KEY_LENGTH) {
      throw new UsageError(`A key of a graph has at most ${MAX_GRAPH_KEY_LENGTH} characters, not ${last.length}`);
    }
    const { node } = found;
    const known2 = this.#numbersOfKeys.get(last);
    const target =
      known2 ??
      (node instanceof Future ? node : this.byTask(node instanceof Task ? node : new Task(identity, [node]), last));
    for (const alias of aliases) this.#numbersOfKeys.set(alias, target);
    return target;
  }

  /** The number of a task. */
  byTask(task: Task<unknown>, label: string): number {
    if (task.metBy === this.#stamp) return task.metAs;
    task.metBy = this.#stamp;
    task.metAs = this.#tasks.push(task) - 1;
    this.#labels.push(label);
    return task.metAs;
  }

  #encode(number: number): void {
    const task = this.#tasks[number] as Task<unknown>;
    let captured = this.#captured.get(task.fn);
    if (captured === undefined) {
      if (typeof task.fn !== 'function') throw new UsageError(`The task '${this.#labels[number]}' has no function`);
      captured = captureTask(task.fn, this.#view.pure);
      this.#captured.set(task.fn, captured);
    }
    const label = this.#labels[number] === '' ? nameOf(captured.blob) : (this.#labels[number] as string);
    let start = this.#chunk.length;
    let referred = this.#chunk.append(task.args);
    if (this.#chunk.lastBytes > LARGE_ARGUMENT_BYTES) {
      this.#chunk.undo();
      start = this.#chunk.length;
      referred = this.#chunk.append(liftLargeArguments(this.#session, nameOf(captured.blob), task.args, isReferred));
    }
    const inputs: (number | Future<unknown>)[] = [...captured.futures];
    for (const each of referred) {
      if (each instanceof Ref) inputs.push(this.byKey(each.key, label));
      else if (each instanceof Task) inputs.push(this.byTask(each, ''));
      else inputs.push(each);
    }
    this.#nodes.push({ label, task, captured, start, end: this.#chunk.length, inputs, id: 0, key: undefined });
  }

  #order(targets: readonly number[]): Int32Array {
    const count = this.#nodes.length;
    const starts = new Int32Array(count + 1);
    const dependencies: number[] = [];
    this.#nodes.forEach(({ inputs }, number) => {
      for (const input of inputs) if (typeof input === 'number') dependencies.push(input);
      starts[number + 1] = dependencies.length;
    });
    const ordered = orderTasks({ count, starts, dependencies: Int32Array.from(dependencies) }, targets);
    if ('order' in ordered) return ordered.order;
    throw cyclic(ordered.cycle.map((number) => (this.#nodes[number] as Node).label));
  }

  /** Content keys, each made after those of the inputs. A task whose content can't be hashed has none, nor have its dependents. */
  #makeKey(number: number): void {
    const node = this.#nodes[number] as Node;
    for (const input of node.inputs) {
      if (typeof input === 'number' && (this.#nodes[input] as Node).key === undefined) return;
    }
    node.key = this.#view.keyOf(keyByContentOf(node.captured, node.task.args, isReferred, this.#keyOf));
    if (node.key === undefined || !this.#view.shares) return;
    const held = this.#session.heldTask(node.key);
    if (held !== undefined) node.id = held;
  }

  readonly #keyOf = (value: object): string | undefined => {
    if (value instanceof Future) return value.key;
    let number: number | Future<unknown> | undefined;
    if (value instanceof Ref) number = this.#numbersOfKeys.get((value as Ref<unknown>).key);
    else if (value instanceof Task && value.metBy === this.#stamp) number = value.metAs;
    if (number instanceof Future) return number.key;
    return number === undefined ? undefined : this.#nodes[number]?.key;
  };

  /** What has to be sent: nothing that is held already, nor what only such needs. */
  #needed(targets: readonly number[]): Uint8Array {
    const needed = new Uint8Array(this.#nodes.length);
    const stack = [...targets];
    while (stack.length > 0) {
      const number = stack.pop() as number;
      const node = this.#nodes[number] as Node;
      if (needed[number] !== 0 || node.id !== 0) continue;
      needed[number] = 1;
      for (const input of node.inputs) if (typeof input === 'number') stack.push(input);
    }
    return needed;
  }

  /** Sends runs: neighbours in the order with one function, equally many inputs, and wanted or not alike. */
  #send(order: Int32Array, needed: Uint8Array, wanted: ReadonlySet<number>): void {
    const args = this.#chunk.take();
    const functions = new Map<CapturedTask, SentFunction>();
    /** Equal content twice in the graph is one task. */
    const byKey = new Map<string, Node>();
    let run: number[] = [];
    let flushAt = FIRST_FLUSH;
    const flush = () => {
      if (run.length > 0) critically(() => this.#sendRun(run, args, functions, wanted));
      flushAt -= run.length;
      run = [];
      if (flushAt > 0) return;
      // Workers begin while the rest is sent.
      flushAt = FLUSH;
      this.#session.link.flush();
    };
    for (const number of order) {
      if (needed[number] === 0) continue;
      const node = this.#nodes[number] as Node;
      const twin = node.key === undefined ? undefined : byKey.get(node.key);
      if (twin !== undefined) {
        flush();
        this.#adoptTwin(number, node, twin, wanted);
        continue;
      }
      if (node.key !== undefined) byKey.set(node.key, node);
      const [first] = run;
      if (first !== undefined && !this.#fits(number, first, run.length, wanted)) flush();
      run.push(number);
    }
    flush();
  }

  #fits(number: number, first: number, length: number, wanted: ReadonlySet<number>): boolean {
    const node = this.#nodes[number] as Node;
    const other = this.#nodes[first] as Node;
    return (
      length < 2000 &&
      node.captured === other.captured &&
      node.inputs.length === other.inputs.length &&
      wanted.has(number) === wanted.has(first) &&
      (node.key === undefined) === (other.key === undefined)
    );
  }

  #adoptTwin(number: number, node: Node, twin: Node, wanted: ReadonlySet<number>): void {
    node.id = twin.id;
    if (!wanted.has(number) || this.#session.isHeld(twin.id)) return;
    // The first was sent as an inner task, and this one is wanted: it becomes held.
    this.#session.holdInner(twin.id, node.key as string);
    this.#sent.add(number);
  }

  #sendRun(
    run: readonly number[],
    args: Uint8Array,
    functions: Map<CapturedTask, SentFunction>,
    wanted: ReadonlySet<number>,
  ): void {
    const session = this.#session;
    const first = this.#nodes[run[0] as number] as Node;
    const isWanted = wanted.has(run[0] as number);
    let fn = functions.get(first.captured);
    if (fn === undefined) functions.set(first.captured, (fn = session.useFunction(first.captured.blob)));
    const count = run.length;
    const firstId = isWanted ? session.table.allocate(count) : session.table.skip(count);
    const dependencies: ClientTaskId[] = [];
    const keys: string[] = [];
    const ends: number[] = [];
    let nbytes = 0;
    for (let i = 0; i < count; i++) {
      const node = this.#nodes[run[i] as number] as Node;
      // Known before the next ones are looked at, which may depend on this one.
      node.id = firstId + i;
      const key = node.key ?? `${node.label}-${this.#suffix}-${node.id}`;
      keys.push(key);
      nbytes += node.end - node.start;
      ends.push(nbytes);
      for (const input of node.inputs) {
        const id = typeof input === 'number' ? (this.#nodes[input] as Node).id : session.handles.idOf(input);
        dependencies.push(id as ClientTaskId);
      }
      if (isWanted) {
        if (this.#view.shares) session.nameTask(node.id, key);
        else session.table.setKey(node.id, key);
        this.#sent.add(run[i] as number);
      }
    }
    session.sendRun(
      this.#view.optionsFor(first.key === undefined ? 'unique' : 'content', isWanted),
      fn.id,
      firstId,
      count,
      keys,
      count === 1 ? args.subarray(first.start, first.end) : this.#slices(args, run, nbytes),
      count === 1 ? null : ends,
      dependencies.length === 0 ? null : dependencies,
    );
    if (isWanted) this.#view.watch(session, firstId, count);
  }

  /** The arguments of the tasks of a run, one after another. */
  #slices(args: Uint8Array, run: readonly number[], nbytes: number): Uint8Array {
    const joined = new Uint8Array(nbytes);
    let at = 0;
    for (const number of run) {
      const { start, end } = this.#nodes[number] as Node;
      joined.set(args.subarray(start, end), at);
      at += end - start;
    }
    return joined;
  }
}

function cyclic(keys: readonly string[]): CyclicGraphError {
  return new CyclicGraphError(`The graph has a cycle: ${keys.join(' → ')}`, { data: { cycle: keys } });
}
