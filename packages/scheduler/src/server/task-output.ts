/**
 * What tasks print, and warnings about them, on the way to the clients for which they run. Nothing is looked up before somebody prints, and nothing
 * where no client wants to hear of it.
 */
import type { ClientId } from '@covey/protocol/internal';
import type { CoreQueries } from '../core/surface.js';

/** Topics of workers that tell of a task, and under which name those who submitted it hear of them. */
const TOPICS: ReadonlyMap<string, string> = new Map([
  ['print', 'task-print'],
  ['warning', 'task-warning'],
]);

export class TaskOutput {
  readonly #core: Pick<CoreQueries, 'clientsBehind'>;
  readonly #deliver: (client: ClientId, topic: string, payload: unknown) => void;
  readonly #listeners = new Set<ClientId>();

  constructor(
    core: Pick<CoreQueries, 'clientsBehind'>,
    deliver: (client: ClientId, topic: string, payload: unknown) => void,
  ) {
    this.#core = core;
    this.#deliver = deliver;
  }

  /** A client that wants to hear of its tasks. */
  add(client: ClientId): void {
    this.#listeners.add(client);
  }

  /** The client is gone. */
  forget(client: ClientId): void {
    this.#listeners.delete(client);
  }

  /** An event of a worker: passed on if it tells of a task. */
  pass(topic: string, payload: unknown): void {
    const name = TOPICS.get(topic);
    if (name === undefined || this.#listeners.size === 0) return;
    const { key } = (payload ?? {}) as { readonly key?: unknown };
    if (typeof key !== 'string') return;
    for (const client of this.#core.clientsBehind(key)) {
      if (this.#listeners.has(client)) this.#deliver(client, name, payload);
    }
  }
}
