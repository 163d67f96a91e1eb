/**
 * All locks of a cluster, single and several at once.
 *
 * A request stands in the line of each of its names. It is granted as soon as it is at the head of enough of them; until then it keeps the
 * heads that it has reached. Requests enter all their lines at once, so the oldest request that waits is never behind another that waits:
 * nobody starves and no circle of waiting can form.
 */
import type { ClientId } from '@covey/protocol/internal';
import { CoordinationError } from '@covey/protocol';
import { oldest } from './wait.js';
import type { Wait } from './wait.js';

interface Request {
  readonly token: string;
  readonly wait: Wait<readonly string[]>;
  /** Names whose line it stands in (after the grant: the names it holds). */
  names: readonly string[];
  readonly count: number;
  granted: boolean;
}

export class LockTable {
  /** The line of each name; its head has reached the lock. Never empty. */
  readonly #lines = new Map<string, Set<Request>>();
  readonly #requests = new Map<ClientId, Map<string, Request>>();

  /**
   * Asks for `count` of these names; the wait is settled with the names acquired.
   * @throws {CoordinationError} when the client uses the token already, or asks for more names than it gives.
   */
  acquire(wait: Wait<readonly string[]>, token: string, names: readonly string[], count = names.length): void {
    const distinct = [...new Set(names)];
    if (count < 1 || count > distinct.length) {
      throw new CoordinationError(`can't acquire ${count} of ${distinct.length} locks`);
    }
    const mine = this.#requests.get(wait.client) ?? new Map<string, Request>();
    if (mine.has(token)) throw new CoordinationError(`the token '${token}' holds or waits for locks already`);
    const request: Request = { token, wait, names: distinct, count, granted: false };
    mine.set(token, request);
    this.#requests.set(wait.client, mine);
    for (const name of distinct) {
      const line = this.#lines.get(name);
      if (line === undefined) this.#lines.set(name, new Set([request]));
      else line.add(request);
    }
    this.#grantIfReached(request);
  }

  /** Gives back what the token holds, or withdraws it from its lines; whether there was such a token. */
  release(client: ClientId, token: string): boolean {
    const mine = this.#requests.get(client);
    const request = mine?.get(token);
    if (mine === undefined || request === undefined) return false;
    mine.delete(token);
    if (mine.size === 0) this.#requests.delete(client);
    this.#leave(request, request.names);
    return true;
  }

  /** Releases all that a client holds or waits for. */
  forget(client: ClientId): void {
    for (const token of [...(this.#requests.get(client)?.keys() ?? [])]) this.release(client, token);
  }

  isLocked(name: string): boolean {
    for (const request of this.#lines.get(name) ?? []) if (request.granted) return true;
    return false;
  }

  /** Names that somebody holds or waits for. */
  get size(): number {
    return this.#lines.size;
  }

  /** Leaves the lines of these names; new heads may be granted. */
  #leave(request: Request, names: readonly string[]): void {
    const heads = new Set<Request>();
    for (const name of names) {
      const line = this.#lines.get(name);
      if (line === undefined) continue;
      const wasHead = oldest(line) === request;
      line.delete(request);
      const head = oldest(line);
      if (head === undefined) this.#lines.delete(name);
      else if (wasHead) heads.add(head);
    }
    for (const head of heads) this.#grantIfReached(head);
  }

  #grantIfReached(request: Request): void {
    if (request.granted) return;
    const reached = request.names.filter((name) => this.#isHead(name, request));
    if (reached.length < request.count) return;
    const held = reached.slice(0, request.count);
    const others = request.names.filter((name) => !held.includes(name));
    request.granted = true;
    request.names = held;
    request.wait.settle(held);
    this.#leave(request, others);
  }

  #isHead(name: string, request: Request): boolean {
    const line = this.#lines.get(name);
    return line !== undefined && oldest(line) === request;
  }
}
