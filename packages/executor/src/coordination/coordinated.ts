/** What locks, queues and their kin have in common: a kind, a name, and calls to the scheduler, where they live. */
import { WaitTimeoutError } from '../errors.js';
import { sessionBehind } from '../executor/base.js';
import type { ExecutorBase } from '../executor/base.js';
import type { WaitOptions } from '../future.js';
import type { Session } from '../session/session.js';
import { acquire } from './held.js';
import type { Held } from './held.js';

/** On locks, queues and their kin, so that they are recognised by every copy of this package: how they are made again elsewhere. */
export const madeOf: unique symbol = Symbol.for('covey.coordination') as never;

/** A kind, and what its constructor takes after the executor. */
export type MadeOf = readonly [kind: string, ...args: unknown[]];

let tokens = 0;

/** Names one acquisition within this process. */
export function nextToken(): string {
  return (++tokens).toString(36);
}

export abstract class Coordinated {
  /** Under which all clients of the cluster find the same object. */
  readonly name: string;
  readonly #executor: ExecutorBase;
  readonly #kind: string;

  readonly #args: readonly unknown[];

  protected constructor(executor: ExecutorBase, kind: string, name: string, args: readonly unknown[] = [name]) {
    this.#executor = executor;
    this.#kind = kind;
    this.name = name;
    this.#args = args;
  }

  /** @internal Lets functions capture it: see `travel.ts`. */
  get [madeOf](): MadeOf {
    return [this.#kind, ...this.#args];
  }

  /** @internal */
  protected get session(): Session {
    return sessionBehind(this.#executor);
  }

  /** @internal */
  protected ask(op: string, args?: unknown, signal?: AbortSignal): Promise<unknown> {
    const params = { kind: this.#kind, name: this.name, op, ...(args !== undefined && { args }) };
    return this.session.call('coordinate', params, signal === undefined ? {} : { signal });
  }

  /** @internal An op that waits for its turn. Inside a task, the slot is free meanwhile. Falsy answers are time-outs. */
  protected async askInTurn<T>(
    op: string,
    args: Readonly<Record<string, unknown>>,
    options: WaitOptions,
    what: string,
  ): Promise<T> {
    const { signal, timeoutMs } = options;
    const { aroundWait } = this.session.settings;
    const wait = () => this.ask(op, timeoutMs === undefined ? args : { ...args, timeoutMs }, signal);
    const answer = await (aroundWait === undefined || timeoutMs === 0 ? wait() : aroundWait(wait));
    if (answer === false || answer === null) {
      throw new WaitTimeoutError(`${this.#kind} '${this.name}' ${what} within ${timeoutMs} ms`);
    }
    return answer as T;
  }

  /** @internal Acquires by `ask`, for as long as {@link acquire} says. */
  protected hold(
    options: WaitOptions,
    ask: (limits: WaitOptions) => Promise<unknown>,
    release: () => Promise<unknown>,
  ): Promise<Held> {
    return acquire(this.session, `the ${this.toString()}`, options, ask, release);
  }

  toString(): string {
    return `${this.#kind} '${this.name}'`;
  }
}
