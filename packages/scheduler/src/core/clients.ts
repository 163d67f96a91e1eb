/** Sessions of clients: their numbers for tasks, functions and options, and what was refused to them. */
import type { ClientId, ClientTaskId, ErrorReport, FunctionId, OptionsId } from '@covey/protocol/internal';
import type { FunctionRecord } from './function-registry.js';
import { IdIndex } from './id-index.js';
import type { OptionSet } from './option-sets.js';

/** What became of a task that the scheduler did not take, or that was cancelled: its dependents fare alike. */
export type Refusal =
  | { readonly kind: 'erred'; readonly error: ErrorReport }
  | { readonly kind: 'cancelled'; readonly code: string; readonly reason: string };

export class Client {
  readonly id: ClientId;
  readonly name: string;
  /** Added to the priority of its tasks: a client inside a task goes before the work that waits for it. */
  readonly priorityBoost: number;
  /** Slots of its tasks by its own numbers, wanted or not. */
  readonly tasks = new IdIndex();
  readonly functions = new Map<FunctionId, FunctionRecord>();
  readonly options = new Map<OptionsId, OptionSet>();
  /** Numbers that name no task, until they are released. */
  readonly refused = new Map<ClientTaskId, Refusal>();

  constructor(id: ClientId, name: string, priorityBoost: number) {
    this.id = id;
    this.name = name;
    this.priorityBoost = priorityBoost;
  }
}

export class ClientTable {
  readonly #byId = new Map<number, Client>();
  #nextId = 1;

  add(name: string, priorityBoost: number): Client {
    const client = new Client(this.#nextId++ as ClientId, name, priorityBoost);
    this.#byId.set(client.id, client);
    return client;
  }

  remove(client: Client): void {
    this.#byId.delete(client.id);
  }

  get(id: number): Client | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<Client> {
    return this.#byId.values();
  }
}
