/** A flag that all clients and tasks of a cluster can wait for. */
import type { Executor } from '../executor.js';
import { waitKinds } from '../future.js';
import type { WaitOptions } from '../future.js';
import { checkUsage } from '../usage.js';
import { Coordinated } from './coordinated.js';

/**
 * A flag by name.
 *
 * @example
 * ```ts
 * const ready = new Event(executor, 'ready');
 * await ready.wait({ timeoutMs: 60_000 }); // elsewhere: await ready.set();
 * ```
 */
export class Event extends Coordinated {
  constructor(executor: Executor, name: string) {
    super(executor, 'event', name);
  }

  /** Resolves when the flag is set, at once if it is. @throws WaitTimeoutError after `timeoutMs` */
  async wait(options: WaitOptions = {}): Promise<void> {
    checkUsage(options, waitKinds, 'wait');
    await this.askInTurn('wait', {}, options, 'was not set');
  }

  /** Sets the flag: all who wait go on. */
  async set(): Promise<void> {
    await this.ask('set');
  }

  /** Takes the flag back. */
  async clear(): Promise<void> {
    await this.ask('clear');
  }

  /** Whether it is set now. */
  async isSet(): Promise<boolean> {
    return (await this.ask('isSet')) as boolean;
  }
}
