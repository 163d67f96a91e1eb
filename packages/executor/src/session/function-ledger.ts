/**
 * The functions that the scheduler knows from this session: each distinct one is sent once, by content. Those not used for
 * long are forgotten on both sides, since every fresh closure with other captured values is another function.
 */
import { clientMessages } from '@covey/protocol/internal';
import type { FunctionBlob, FunctionId } from '@covey/protocol/internal';
import type { FutureHost, FutureOrigin } from '../future.js';

/** A function that was sent. */
export interface SentFunction {
  readonly id: FunctionId;
  readonly hash: string;
  readonly name: string;
  /** Shared by the futures of impure tasks of this function. */
  readonly origin: FutureOrigin;
}

const KEPT = 2048;

export class FunctionLedger {
  readonly #host: FutureHost;
  readonly #keyPrefix: string;
  /** In the order of last use: a function that is used moves to the end. */
  readonly #sent = new Map<string, SentFunction>();
  #last: SentFunction | undefined;
  #nextId = 1;

  constructor(host: FutureHost, keyPrefix: string) {
    this.#host = host;
    this.#keyPrefix = keyPrefix;
  }

  /** The function's entry; appends the message that introduces it to `out` when it is new. */
  use(out: unknown[], blob: FunctionBlob): SentFunction {
    if (this.#last?.hash === blob.hash) return this.#last;
    let entry = this.#sent.get(blob.hash);
    if (entry === undefined) {
      const id = this.#nextId++ as FunctionId;
      const name = blob.name === '' ? 'anonymous' : blob.name;
      entry = { id, hash: blob.hash, name, origin: { host: this.#host, prefix: `${name}-${this.#keyPrefix}` } };
      clientMessages.function(out, id, blob);
      if (this.#sent.size >= KEPT) this.#forgetOldest(out);
    } else {
      this.#sent.delete(blob.hash);
    }
    this.#sent.set(blob.hash, entry);
    this.#last = entry;
    return entry;
  }

  #forgetOldest(out: unknown[]): void {
    const ids: FunctionId[] = [];
    for (const [hash, entry] of this.#sent) {
      this.#sent.delete(hash);
      ids.push(entry.id);
      if (ids.length >= KEPT / 8) break;
    }
    clientMessages.releaseFunction(out, ids);
  }
}
