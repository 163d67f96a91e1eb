/** The ops on what holds values: queues and variables. */
import type { ClientId, ClientTaskId } from '@covey/protocol/internal';
import { CoordinationError } from '@covey/protocol';
import type { Fields } from '../fields.js';
import { Handovers } from './handovers.js';
import type { Taken } from './handovers.js';
import { ItemQueue } from './item-queue.js';
import type { Item, TaskHold } from './item.js';
import { forgetIdle, noSuchOp } from './op.js';
import type { Op } from './op.js';
import { Variable } from './variable.js';
import type { Wait } from './wait.js';
import type { Caller, Waits } from './waits.js';

const MAX_TOKEN_LENGTH = 100;

/** Keeps tasks alive for what is not a client. */
export interface TaskKeeper {
  /** Holds the tasks that a client's session names. @throws when it doesn't hold them itself */
  hold(client: ClientId, ids: readonly ClientTaskId[]): TaskHold;
}

/** Where a getter waits. */
interface Source {
  /** By which the getter can withdraw. */
  readonly token?: string | undefined;
  enter(wait: Wait<readonly Item[]>): void;
  leave(wait: Wait<readonly Item[]>): void;
}

export class ValueOps {
  readonly #tasks: TaskKeeper;
  readonly #waits: Waits;
  readonly #handovers = new Handovers();
  /** By client and token: ends a wait with the answer null. */
  readonly #withdrawals = new Map<string, () => void>();
  readonly #queues = new Map<string, ItemQueue>();
  readonly #variables = new Map<string, Variable>();

  constructor(tasks: TaskKeeper, waits: Waits) {
    this.#tasks = tasks;
    this.#waits = waits;
  }

  /** Ends the handovers to a client that is gone; its waits have ended before. */
  forget(client: ClientId): void {
    this.#handovers.forget(client);
  }

  counts(): { queues: number; variables: number; handovers: number } {
    return { queues: this.#queues.size, variables: this.#variables.size, handovers: this.#handovers.size };
  }

  /** Drops all values, as a restart does: who waits for items is told, who waits for a variable waits on. */
  clear(reason: string): void {
    for (const [name, queue] of this.#queues) this.#closeQueue(name, queue, new CoordinationError(reason));
    for (const [name, variable] of this.#variables) {
      variable.delete()?.hold?.release();
      forgetIdle(this.#variables, name, variable);
    }
  }

  queue({ caller, name, op, args }: Op): unknown {
    const queue = this.#queues.get(name) ?? new ItemQueue();
    this.#queues.set(name, queue);
    try {
      switch (op) {
        case 'put':
          return this.#put(queue, caller, args).finally(() => forgetIdle(this.#queues, name, queue));
        case 'get': {
          const count = args.optionalInteger('count', 1, 1_000_000) ?? 1;
          const token = args.has('token') ? args.text('token', MAX_TOKEN_LENGTH) : undefined;
          return this.#take(caller, args.optionalTimeoutMs(), {
            token,
            enter: (wait) => queue.get(wait, count),
            leave: (wait) => queue.withdrawGet(wait),
          }).finally(() => forgetIdle(this.#queues, name, queue));
        }
        case 'withdraw': {
          const withdraw = this.#withdrawals.get(`${caller.client} ${args.text('token', MAX_TOKEN_LENGTH)}`);
          withdraw?.();
          return withdraw !== undefined;
        }
        case 'drain':
          return this.#handovers.give(caller.client, queue.drain(args.optionalInteger('limit', 1) ?? Infinity));
        case 'size':
          return queue.size;
        case 'close':
          this.#closeQueue(name, queue, new CoordinationError(`the queue '${name}' was closed`));
          return null;
        case 'confirm':
          this.#handovers.confirm(caller.client, args.integer('handover', 0));
          return null;
        default:
          throw noSuchOp('queue', op);
      }
    } finally {
      forgetIdle(this.#queues, name, queue);
    }
  }

  async #put(queue: ItemQueue, caller: Caller, args: Fields): Promise<boolean> {
    const maxsize = args.optionalInteger('maxsize', 0) ?? 0;
    const timeoutMs = args.optionalTimeoutMs();
    const item = this.#item(caller, args);
    let isIn = false;
    try {
      isIn = await this.#waits.run<boolean>({
        caller,
        timeoutMs,
        late: false,
        start: (wait) => queue.put(wait, item, maxsize),
        withdraw: (wait) => queue.withdrawPut(wait),
      });
      return isIn;
    } finally {
      if (!isIn) item.hold?.release();
    }
  }

  #closeQueue(name: string, queue: ItemQueue, reason: Error): void {
    for (const item of queue.close(reason)) item.hold?.release();
    forgetIdle(this.#queues, name, queue);
  }

  variable({ caller, name, op, args }: Op): unknown {
    const variable = this.#variables.get(name) ?? new Variable();
    this.#variables.set(name, variable);
    try {
      switch (op) {
        case 'set': {
          const before = variable.set(this.#item(caller, args));
          before?.hold?.release();
          return null;
        }
        case 'get':
          return this.#take(caller, args.optionalTimeoutMs(), {
            enter: (wait) => variable.get(wait),
            leave: (wait) => variable.withdraw(wait),
          }).finally(() => forgetIdle(this.#variables, name, variable));
        case 'delete':
          variable.delete()?.hold?.release();
          return null;
        case 'confirm':
          this.#handovers.confirm(caller.client, args.integer('handover', 0));
          return null;
        default:
          throw noSuchOp('variable', op);
      }
    } finally {
      forgetIdle(this.#variables, name, variable);
    }
  }

  /**
   * Waits for items and passes them on. The handover opens in the moment in which they are settled: nothing that happens before the
   * answer leaves may let their tasks go.
   */
  #take(caller: Caller, timeoutMs: number | undefined, source: Source): Promise<Taken | null> {
    const id = source.token === undefined ? undefined : `${caller.client} ${source.token}`;
    if (id !== undefined && this.#withdrawals.has(id)) {
      throw new CoordinationError(`the token '${source.token}' waits already`);
    }
    let inner: Wait<readonly Item[]>;
    const answer = this.#waits.run<Taken | null>({
      caller,
      timeoutMs,
      late: null,
      start: (wait) => {
        inner = {
          client: wait.client,
          settle: (items) => wait.settle(this.#handovers.give(caller.client, items)),
          fail: (error) => wait.fail(error),
        };
        if (id !== undefined) {
          this.#withdrawals.set(id, () => {
            source.leave(inner);
            wait.settle(null);
          });
        }
        source.enter(inner);
      },
      withdraw: () => source.leave(inner),
    });
    return id === undefined ? answer : answer.finally(() => this.#withdrawals.delete(id));
  }

  #item(caller: Caller, args: Fields): Item {
    const ids = args.optionalIds<ClientTaskId>('ids') ?? [];
    // A copy: the bytes are a view of the frame in which they came, and this may be kept for long.
    const value = new Uint8Array(args.bytes('value'));
    return { value, hold: ids.length === 0 ? null : this.#tasks.hold(caller.client, ids) };
  }
}
