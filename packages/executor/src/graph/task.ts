/** Tasks of a graph before they are submitted: what to call, with what, and references to other tasks by key. */
import type { Future } from '../future.js';
import type { Outcome } from '../types/future-or.js';

/**
 * The result of another task of the same graph. Made by {@link ref}; stands wherever a value would.
 * What type it has is the writer's word: keys are strings.
 */
export class Ref<T> {
  readonly key: string;
  declare protected readonly value: T;

  constructor(key: string) {
    this.key = key;
  }

  /** Only the submission of its graph knows what it stands for. */
  get [Symbol.for('covey.whyNotSent')](): string {
    return `${String(this)} stands for a result inside of its graph only: compute that with \`executor.get(graph, key)\`.`;
  }

  toString(): string {
    return `ref('${this.key}')`;
  }
}

/** A call that is still to be submitted; its result is of type `T`. Made by {@link task}. */
export class Task<T> {
  readonly fn: (...args: never[]) => unknown;
  readonly args: readonly unknown[];
  /**
   * The submission that met this task last, and under which number: on the task itself, because a map from objects to numbers
   * costs more than all else that is done for a task of a large graph.
   *
   * @internal
   */
  metBy: object | undefined = undefined;
  /** @internal */
  metAs = 0;
  declare protected readonly value: T;

  constructor(fn: (...args: never[]) => unknown, args: readonly unknown[]) {
    this.fn = fn;
    this.args = args;
  }

  /** Outside of a graph nobody would compute it. */
  get [Symbol.for('covey.whyNotSent')](): string {
    return (
      'a lazy call is only put off. Have it computed and send the future, `executor.persist(lazy)`, or the value, ' +
      '`await executor.compute(lazy)`; as an argument of a `delayed` function it is computed too.'
    );
  }
}

/** A `T`, a reference to one, a future or task of one, or an array, tuple, plain object, set, or map's values with such parts. */
export type RefOr<T> = T | Ref<T> | Future<T> | Task<T> | RefsInside<T>;

type RefsInside<T> = unknown extends T
  ? never
  : T extends string | number | boolean | bigint | symbol | null | undefined | ((...args: never) => unknown)
    ? never
    : T extends ReadonlyMap<infer Key, infer Value>
      ? ReadonlyMap<Key, RefOr<Value>>
      : T extends ReadonlySet<infer Value>
        ? ReadonlySet<RefOr<Value>>
        : T extends readonly unknown[]
          ? { readonly [K in keyof T]: RefOr<T[K]> }
          : T extends object
            ? { readonly [K in keyof T]: RefOr<T[K]> }
            : never;

/** The arguments that a task of a graph may have for parameters `Args`. */
export type RefArgs<Args extends readonly unknown[]> = { [K in keyof Args]: RefOr<Args[K]> };

/** What a key of a graph stands for: a task, another key's result, a future, or plain data (with such parts). */
export type GraphNode = unknown;

/** Tasks by key, as an object or a `Map`. */
export type Graph = Readonly<Record<string, GraphNode>> | ReadonlyMap<string, GraphNode>;

/** The type of the value that a node of a graph has. */
export type NodeValue<Node> =
  Node extends Task<infer T> ? T : Node extends Future<infer T> ? T : Node extends Ref<infer T> ? T : Node;

/**
 * A task of a graph: `fn` called with `args`, in which {@link ref}s and futures, however deep, are replaced by their values.
 *
 * @example
 * ```ts
 * const graph = { a: task(inc, 1), b: task(add, ref('a'), 10) };
 * await executor.get(graph, 'b'); // 12
 * ```
 */
export function task<Args extends unknown[], R>(fn: (...args: Args) => R, ...args: RefArgs<Args>): Task<Outcome<R>> {
  return new Task(fn, args);
}

/** The result of the task with this key, in the same graph. */
export function ref<T = never>(key: string): Ref<T> {
  return new Ref<T>(key);
}
