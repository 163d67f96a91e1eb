/**
 * What must compile and what must not. Nothing here runs: the build's type check reads it (so `npm test` does), and a
 * `@ts-expect-error` above a line without an error is an error itself.
 */
import type { TaskExplanation, TaskRestrictions, TaskState } from '@covey/protocol';
import { asCompleted, delayed, ref, task } from '../index.js';
import type { Actor, Executor, Future } from '../index.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
declare function expectType<Expected>(): <Actual>(value: Actual, equal: Equal<Actual, Expected>) => void;

declare const executor: Executor;
declare const aNumber: Future<number>;
declare const aString: Future<string>;
declare const numbers: Future<number>[];
declare const anArray: Future<number[]>;

const inc = (x: number, by?: number): number => x + (by ?? 1);
const sum = (xs: number[]): number => xs.length;
const rest = (...xs: number[]): number => xs.length;
const mode = (name: 'a' | 'b'): string => name;
const same = <T>(value: T): T => value;
const options = (o: { a: number; b?: { c: string } }): string => String(o.a);
const either = (x: number | string): number | string => x;
const pair = (p: [number, string]): [number, string] => p;
const later = async (x: number): Promise<{ x: number }> => ({ x });
interface Tree {
  readonly value: number;
  readonly children: readonly Tree[];
}
const depth = (tree: Tree): number => tree.value;

export function namedFunctions(): void {
  expectType<Future<number>>()(executor.submit(inc, 1), true);
  expectType<Future<number>>()(executor.submit(inc, aNumber, 2), true);
  executor.submit(inc, 1, aNumber);
  // @ts-expect-error a string where a number is needed
  executor.submit(inc, 'x');
  // @ts-expect-error a future of a string where a number is needed
  executor.submit(inc, aString);
  // @ts-expect-error too few arguments
  executor.submit(inc);
  // @ts-expect-error too many arguments
  executor.submit(inc, 1, 2, 3);
  // @ts-expect-error not a function
  executor.submit(5);
  // @ts-expect-error classes are for actors
  executor.submit(Map);
}

export function futuresInside(): void {
  executor.submit(sum, [1, 2, aNumber]);
  expectType<Future<number>>()(executor.submit(sum, [aNumber, aNumber]), true);
  executor.submit(sum, numbers);
  executor.submit(sum, anArray);
  // @ts-expect-error a future of a string among numbers
  executor.submit(sum, [aString]);
  executor.submit(pair, [1, 'x']);
  executor.submit(pair, [aNumber, aString]);
  // @ts-expect-error the wrong way round
  executor.submit(pair, [aString, aNumber]);
  executor.submit(options, { a: aNumber, b: { c: aString } });
  executor.submit(options, { a: 1 });
  // @ts-expect-error a future of a string for a number
  executor.submit(options, { a: aString });
  // @ts-expect-error a property is missing
  executor.submit(options, {});
  executor.submit(depth, { value: aNumber, children: [{ value: 1, children: [] }] });
}

declare const parts: Future<{ parts: Future<number>[] }>;

export function futuresInResults(): void {
  const split = (n: number): { parts: Future<number>[] } => ({ parts: [executor.submit(inc, n)] });
  expectType<Future<{ parts: Future<number>[] }>>()(executor.submit(split, 1), true);
  executor.submit((given) => {
    expectType<Future<number>[]>()(given.parts, true);
  }, parts);
  executor.submit((given: { parts: Future<number>[] }) => given.parts.length, parts);
  executor.submit(
    ([given]) => {
      expectType<Future<number>[]>()(given.parts, true);
    },
    [parts] as [Future<{ parts: Future<number>[] }>],
  );
  // @ts-expect-error the futures in a result stay futures
  executor.submit((given: { parts: number[] }) => given.parts.length, parts);
}

export function shapesOfParameters(): void {
  executor.submit(rest, 1, aNumber, 3);
  executor.submit(rest);
  // @ts-expect-error a string among the rest
  executor.submit(rest, 1, 'x');
  expectType<Future<string>>()(executor.submit(mode, 'a'), true);
  // @ts-expect-error not one of the literals
  executor.submit(mode, 'c');
  expectType<Future<number>>()(executor.submit(same, 5), true);
  expectType<Future<string>>()(executor.submit(same, aString), true);
  executor.submit(either, 5);
  executor.submit(either, aString);
  executor.submit(Math.max, 1, aNumber);
  executor.submit(Math.random);
}

export function results(): void {
  expectType<Future<{ x: number }>>()(executor.submit(later, aNumber), true);
  expectType<Future<number>>()(
    executor.submit((x: number) => executor.submit(inc, x), 1),
    true,
  );
  expectType<Promise<number>>()(aNumber.result(), true);
  // @ts-expect-error a future is no promise
  const promise: PromiseLike<number> = aNumber;
  // @ts-expect-error a future of a number is none of a string
  const other: Future<string> = aNumber;
  void promise;
  void other;
}

export function inlineArrows(): void {
  expectType<Future<number>>()(
    executor.submit((x) => x + 1, aNumber),
    true,
  );
  expectType<Future<string>>()(
    executor.submit((x, y) => `${x}${y.length}`, 3, aString),
    true,
  );
  expectType<Future<number>>()(
    executor.submit((xs) => xs.reduce((a, b) => a + b), [1, 2, 3]),
    true,
  );
  expectType<Future<number>>()(
    executor.submit((xs) => xs.reduce((a, b) => a + b), [aNumber, aNumber]),
    true,
  );
  executor.submit((xs) => xs.length, numbers);
  expectType<Future<string>>()(
    executor.submit((o) => o.a.toFixed() + o.b, { a: aNumber, b: 'x' }),
    true,
  );
  // @ts-expect-error numbers have no such property
  executor.submit((x) => x.length, aNumber);
}

export function maps(): void {
  expectType<Future<number>[]>()(executor.map(inc, [1, 2, 3]), true);
  executor.map((x) => x ** 2, [1, 2, 3]);
  expectType<Future<number>[]>()(
    executor.map((x) => x + 1, numbers),
    true,
  );
  executor.map(inc, [1, 2], [3, 4]);
  executor.map((a, b) => a + b.length, [1], new Set(['x']));
  executor.map((entry) => entry[0] + entry[1].length, new Map([[1, 'x']]));
  executor.map(mode, ['a', 'b']);
  executor.map(sum, [[aNumber, aNumber], [1]]);
  executor.map((xs) => xs.length, [[aNumber], [aNumber]]);
  // @ts-expect-error strings where numbers are needed
  executor.map(inc, ['x']);
  // @ts-expect-error not iterable
  executor.map(inc, 5);
  // @ts-expect-error asynchronous iterables are refused
  executor.map(inc, asCompleted(numbers));
}

export async function gathering(): Promise<void> {
  expectType<number[]>()(await executor.gather(numbers), true);
  expectType<number>()(await executor.gather(aNumber), true);
  expectType<[number, string]>()(await executor.gather([aNumber, aString] as const), true);
  const nested = await executor.gather({ a: aNumber, b: [aString], c: new Map([['k', aNumber]]) });
  expectType<{ a: number; b: string[]; c: Map<string, number> }>()(nested, true);
  expectType<number[]>()(await executor.gather(numbers, { errors: 'skip' }), true);
  expectType<number | undefined>()(await executor.gather(aNumber, { errors: 'skip' }), true);
}

export async function scattering(): Promise<void> {
  expectType<Future<number>[]>()(await executor.scatter([1, 2]), true);
  expectType<Future<Float64Array<ArrayBuffer>>>()(await executor.scatter(new Float64Array(2)), true);
  expectType<{ a: Future<number>; b: Future<string> }>()(await executor.scatter({ a: 1, b: 'x' }), true);
  expectType<Future<number[]>>()(await executor.scatter([1, 2], { whole: true }), true);
}

export async function questions(): Promise<void> {
  const [why] = await executor.explain(aNumber);
  expectType<TaskExplanation | undefined>()(why, true);
  if (why === undefined) return;
  expectType<TaskState>()(why.state, true);
  expectType<TaskRestrictions | undefined>()(why.restrictions, true);
  expectType<string | undefined>()(why.error?.message, true);
  expectType<boolean | undefined>()(why.workers[0]?.eligible, true);
}

export async function graphs(): Promise<void> {
  const graph = { a: task(inc, 1), b: task(inc, ref('a')), c: task(sum, [ref('a'), ref('b')]), d: 'plain' };
  expectType<number>()(await executor.get(graph, 'c'), true);
  expectType<string>()(await executor.get(graph, 'd'), true);
  // @ts-expect-error a string where a number is needed
  task(inc, 'x');
  const lazyInc = delayed(inc);
  const lazy = lazyInc(lazyInc(1));
  expectType<number>()(await executor.compute(lazy), true);
  expectType<{ a: number; b: number[] }>()(await executor.compute({ a: lazy, b: [lazy] }), true);
  expectType<Map<string, number>>()(await executor.compute(new Map([['a', lazy]])), true);
  expectType<Set<Future<number>>>()(executor.persist(new Set([lazy])), true);
  expectType<Future<number>>()(executor.persist(lazy), true);
  // @ts-expect-error a lazy number where an array is needed
  delayed(sum)(lazy);
}

class Counter {
  count = 0;
  constructor(start: number) {
    this.count = start;
  }
  add(by: number): number {
    return (this.count += by);
  }
  async slow(): Promise<string> {
    return String(this.count);
  }
}

export async function actors(): Promise<void> {
  const counter = await executor.with({ actor: true }).submit(Counter, aNumber).result();
  expectType<Actor<Counter>>()(counter, true);
  expectType<Promise<number>>()(counter.add(5), true);
  expectType<Promise<string>>()(counter.slow(), true);
  // @ts-expect-error the constructor takes a number
  executor.with({ actor: true }).submit(Counter, 'x');
  // @ts-expect-error no such method
  await counter.remove();
}

export function settings(): void {
  executor.with({ pure: false, workers: 'alice', retries: 2, priority: -1, timeout: 1000 }).submit(inc, 1);
  // @ts-expect-error no such option
  executor.with({ wokers: 'alice' });
}
