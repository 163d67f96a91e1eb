/**
 * The `coordinate` call: which object and which op, with its arguments checked. The table of ops is in docs/design/coordination.md.
 *
 * The objects themselves are pure; timers, abort signals and clients that vanish come in through {@link Waits}, tasks are kept alive through
 * {@link TaskKeeper}.
 */
import type { ClientId, Clock } from '@covey/protocol/internal';
import { CoordinationError } from '@covey/protocol';
import { Fields } from '../fields.js';
import { GrantOps } from './grant-ops.js';
import type { Op } from './op.js';
import { ValueOps } from './value-ops.js';
import type { TaskKeeper } from './value-ops.js';
import { Waits } from './waits.js';
import type { Caller } from './waits.js';

export class Coordination {
  readonly #waits: Waits;
  readonly #grants: GrantOps;
  readonly #values: ValueOps;

  constructor(clock: Clock, tasks: TaskKeeper) {
    this.#waits = new Waits(clock);
    this.#grants = new GrantOps(clock, this.#waits);
    this.#values = new ValueOps(tasks, this.#waits);
  }

  /** Answers one `coordinate` call. @throws {CoordinationError} for arguments or uses against the rules */
  async coordinate(params: unknown, caller: Caller): Promise<unknown> {
    const call = new Fields(params, 'coordinate', CoordinationError);
    const kind = call.text('kind');
    const op = call.text('op');
    const name = kind === 'multi-lock' ? '' : call.text('name');
    const shown = kind === 'multi-lock' ? `multi-lock.${op}` : `${kind}.${op} of '${name}'`;
    const request: Op = { caller, name, op, args: new Fields(call.any('args'), shown, CoordinationError) };
    switch (kind) {
      case 'lock':
        return this.#grants.lock(request, false);
      case 'multi-lock':
        return this.#grants.lock(request, true);
      case 'semaphore':
        return this.#grants.semaphore(request);
      case 'event':
        return this.#grants.event(request);
      case 'queue':
        return this.#values.queue(request);
      case 'variable':
        return this.#values.variable(request);
      default:
        throw new CoordinationError(`there is no coordination of the kind '${kind}'`);
    }
  }

  /** The client's session ended: its waits, locks, leases and handovers end with it. */
  forget(client: ClientId): void {
    this.#waits.forget(client);
    this.#grants.forget(client);
    this.#values.forget(client);
  }

  /** Drops the values in queues and variables, as a restart does. */
  clear(reason: string): void {
    this.#values.clear(reason);
  }

  /** How many objects there are, by kind. */
  counts(): Readonly<Record<string, number>> {
    return { ...this.#grants.counts(), ...this.#values.counts() };
  }

  /** Stops what would still happen by itself. */
  close(): void {
    this.#grants.close();
  }
}
