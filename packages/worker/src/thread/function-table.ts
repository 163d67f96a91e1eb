/**
 * The functions that a thread knows: by number for tasks, by content for all. A function without captured futures is made once
 * a thread; one with captured futures is made for each task, with that task's values in their places.
 */
import { decode, decodeAsync } from '@covey/functions';
import type { DecodeOptions, Frames } from '@covey/functions';
import type { FunctionId } from '@covey/protocol/internal';

/** Any function of user code. */
export type UserFunction = (...args: never[]) => unknown;

/** How much the newest run counts in the mean. */
const WEIGHT = 0.25;

export class KnownFunction {
  readonly hash: string;
  readonly name: string;
  /** How many of a task's dependencies, the first ones, are captured by the function. */
  readonly references: number;
  readonly frames: Frames;
  /** Ready to be called; undefined when it has to be made (again). */
  callable: UserFunction | undefined;
  /** How long runs in this thread took; undefined before the first. */
  meanMs: number | undefined;

  constructor(hash: string, name: string, references: number, frames: Frames) {
    this.hash = hash;
    this.name = name;
    this.references = references;
    this.frames = frames;
  }

  learn(durationMs: number): void {
    this.meanMs = this.meanMs === undefined ? durationMs : this.meanMs + (durationMs - this.meanMs) * WEIGHT;
  }
}

export class FunctionTable {
  readonly #byId = new Map<FunctionId, KnownFunction>();
  readonly #options: DecodeOptions;

  constructor(options: DecodeOptions) {
    this.#options = options;
  }

  add(id: FunctionId, known: KnownFunction): void {
    this.#byId.set(id, known);
  }

  release(ids: readonly FunctionId[]): void {
    for (const id of ids) this.#byId.delete(id);
  }

  get(id: FunctionId): KnownFunction {
    const known = this.#byId.get(id);
    if (known === undefined) throw new Error(`the worker handed over a task before its function (${id})`);
    return known;
  }

  /** Uploaded files have changed: what was made with the old ones is made again. */
  forgetMade(): void {
    for (const known of this.#byId.values()) known.callable = undefined;
  }

  /** @throws ModulesNotLoadedError when modules have to be imported first: see {@link makeAsync}. */
  make(known: KnownFunction, reference?: (index: number) => unknown): UserFunction {
    return this.#keep(known, decode(known.frames, this.#withReference(reference)));
  }

  async makeAsync(known: KnownFunction, reference?: (index: number) => unknown): Promise<UserFunction> {
    return this.#keep(known, await decodeAsync(known.frames, this.#withReference(reference)));
  }

  #keep(known: KnownFunction, made: unknown): UserFunction {
    if (typeof made !== 'function') throw new TypeError(`the task's function ${known.name} is a ${typeof made}`);
    if (known.references === 0) known.callable = made as UserFunction;
    return made as UserFunction;
  }

  #withReference(reference: ((index: number) => unknown) | undefined): DecodeOptions {
    return reference === undefined ? this.#options : { ...this.#options, reference };
  }
}
