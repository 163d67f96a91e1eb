/** All calls of clients: the table, and the dispatch of one call. */
import { ProtocolError } from '@covey/protocol';
import type { SchedulerCalls, WorkerId } from '@covey/protocol/internal';
import { Fields } from '../fields.js';
import type { CallSession, CallTable, ServerParts } from './call-table.js';
import { dataCalls } from './data-calls.js';
import { figureCalls } from './figure-calls.js';
import { fleetCalls } from './fleet-calls.js';
import { noteCalls } from './note-calls.js';
import { queryCalls } from './queries.js';

export class ClientCalls {
  readonly #table: CallTable;

  /** `retired` names the workers that the core has said to be ready to go. */
  constructor(parts: ServerParts, retired: Set<WorkerId>) {
    this.#table = {
      ...queryCalls(parts),
      ...dataCalls(parts),
      ...figureCalls(parts),
      ...fleetCalls(parts, retired),
      ...noteCalls(parts),
    };
  }

  /** Answers one call. @throws what the caller is to get: an unknown method or bad arguments end no session */
  async answer(method: string, params: unknown, session: CallSession): Promise<unknown> {
    if (!Object.hasOwn(this.#table, method)) throw new ProtocolError(`there is no call '${method}'`);
    const handler = this.#table[method as keyof SchedulerCalls];
    return handler(new Fields(params, method), session);
  }
}
