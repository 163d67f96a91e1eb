/**
 * Values on their way to a client: the tasks in them stay held until the client says that it holds them itself.
 * Without it a task could be forgotten between the moment a value leaves its queue and the moment its receiver adopts the futures in it.
 */
import type { ClientId } from '@covey/protocol/internal';
import type { Item, TakenItem, TaskHold } from './item.js';

/** What a client gets from a queue or a variable. */
export interface Taken {
  readonly items: readonly TakenItem[];
  /** To be confirmed; 0 when there is nothing to confirm. */
  readonly handover: number;
}

export class Handovers {
  readonly #open = new Map<number, { readonly client: ClientId; readonly holds: readonly TaskHold[] }>();
  #last = 0;

  /** Passes items, and the holds in them, to a client. */
  give(client: ClientId, items: readonly Item[]): Taken {
    const holds = items.flatMap((item) => item.hold ?? []);
    const taken = items.map((item) => ({ value: item.value, keys: item.hold?.keys ?? [] }));
    if (holds.length === 0) return { items: taken, handover: 0 };
    const handover = ++this.#last;
    this.#open.set(handover, { client, holds });
    return { items: taken, handover };
  }

  /** The client has adopted the tasks. Another client's handover, or one confirmed before, is left alone. */
  confirm(client: ClientId, handover: number): void {
    const entry = this.#open.get(handover);
    if (entry?.client !== client) return;
    this.#open.delete(handover);
    for (const hold of entry.holds) hold.release();
  }

  /** Whatever was on its way to this client is let go. */
  forget(client: ClientId): void {
    for (const [handover, entry] of this.#open) if (entry.client === client) this.confirm(client, handover);
  }

  get size(): number {
    return this.#open.size;
  }
}
