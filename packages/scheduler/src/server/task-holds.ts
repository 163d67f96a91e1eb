/** Keeps tasks alive for what is not a client: each hold is a holder of its own towards the core. */
import type { ClientId, ClientTaskId } from '@covey/protocol/internal';
import type { OperatorStimuli } from '../core/surface.js';
import { TaskHold } from './coordination/item.js';
import type { TaskKeeper } from './coordination/value-ops.js';
import { CallArgumentError } from '@covey/protocol';
import type { Now } from './now.js';

export class TaskHolds implements TaskKeeper {
  readonly #core: OperatorStimuli;
  readonly #now: Now;
  readonly #settle: () => void;
  #last = 0;

  /** `settle` is called when tasks were let go. */
  constructor(core: OperatorStimuli, now: Now, settle: () => void) {
    this.#core = core;
    this.#now = now;
    this.#settle = settle;
  }

  /**
   * Holds the tasks that a client's session names.
   * @throws {CallArgumentError} when the client doesn't hold one of them
   */
  hold(client: ClientId, ids: readonly ClientTaskId[]): TaskHold {
    const holder = `hold ${++this.#last}`;
    const letGo = () => {
      this.#core.releaseFor(holder, undefined, this.#now());
      this.#settle();
    };
    const keys: string[] = [];
    for (const id of ids) {
      const [key] = this.#core.holdFor(holder, client, { ids: [id] }, this.#now());
      if (key === undefined) {
        letGo();
        throw new CallArgumentError(
          `a future among the values is not one that you hold (number ${id}): was it released?`,
        );
      }
      keys.push(key);
    }
    return new TaskHold(keys, letGo);
  }
}
