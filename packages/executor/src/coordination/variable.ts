/** One value that all clients and tasks of a cluster share. */
import type { Executor } from '../executor.js';
import { waitKinds } from '../future.js';
import type { WaitOptions } from '../future.js';
import { checkUsage } from '../usage.js';
import { Coordinated } from './coordinated.js';
import { packValue, unpackTaken } from './handover.js';
import type { Taken } from './handover.js';

/**
 * A variable by name, with a small value or futures, which it keeps alive.
 *
 * @example
 * ```ts
 * const best = new Variable<number>(executor, 'best');
 * await best.set(0.93);
 * await best.get(); // anywhere
 * ```
 */
export class Variable<T> extends Coordinated {
  constructor(executor: Executor, name: string) {
    super(executor, 'variable', name);
  }

  /** Gives it a value, in the place of the one that it had. */
  async set(value: T): Promise<void> {
    await this.ask('set', packValue(this.session, value, `variable '${this.name}'`));
  }

  /** The value; waits until there is one. @throws WaitTimeoutError after `timeoutMs` */
  async get(options: WaitOptions = {}): Promise<T> {
    checkUsage(options, waitKinds, 'get');
    const taken = await this.askInTurn<Taken>('get', {}, options, 'was not set');
    const values = await unpackTaken(this.session, taken, (handover) => this.ask('confirm', { handover }));
    return values[0] as T;
  }

  /** Takes the value away. */
  async delete(): Promise<void> {
    await this.ask('delete');
  }
}
