/**
 * Futures that stand in a value by their keys: made while the value is decoded, wanted from the scheduler when it is. Whoever has the
 * value holds what it came from meanwhile, and so the tasks.
 */
import { critically } from '@covey/protocol/internal';
import type { ClientTaskId } from '@covey/protocol/internal';
import type { Future } from '../future.js';
import type { Session } from './session.js';

/** Keys that were given numbers one after the other. */
interface Run {
  readonly firstId: ClientTaskId;
  readonly keys: string[];
}

export class Adoption {
  readonly #session: Session;
  readonly #byKey = new Map<string, Future<unknown>>();
  #unsaid: Run[] = [];
  #answers: Promise<boolean>[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  /** A future of the task with this key; the same one however often it is asked for. */
  readonly named = (key: string): Future<unknown> => {
    let future = this.#byKey.get(key);
    if (future === undefined) this.#byKey.set(key, (future = this.add(key)));
    return future;
  };

  /** Another future of the task with this key. */
  add(key: string): Future<unknown> {
    this.#session.checkOpen();
    return critically(() => {
      const future = this.#session.makeAdopted(key);
      const id = this.#session.handles.idOf(future);
      const run = this.#unsaid.at(-1);
      if (run !== undefined && run.firstId + run.keys.length === id) run.keys.push(key);
      else this.#unsaid.push({ firstId: id, keys: [key] });
      return future;
    });
  }

  /** Asks the scheduler for what was added. To be called in the turn in which it was. */
  send(): void {
    critically(() => {
      for (const { firstId, keys } of this.#unsaid) this.#answers.push(this.#session.sendAdopted(firstId, keys));
      this.#unsaid = [];
    });
  }

  /** Whether the scheduler knew all that was asked for. Futures of what it doesn't know are lost. */
  async settled(): Promise<boolean> {
    return (await Promise.all(this.#answers)).every((knew) => knew);
  }
}
