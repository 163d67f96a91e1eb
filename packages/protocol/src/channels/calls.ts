/** Calls over a channel: who waits for which answer, and which calls of the peer are being worked on. It knows no frames, only flat records. */
import { ProtocolError, toErrorRecord, type ErrorRecord } from '../errors.js';
import type { Clock, Timer } from '../shared/clock.js';
import { offAbort, onAbort } from '../shared/on-abort.js';
import { CallTimeoutError, fromErrorRecord } from '../transport-errors.js';

/** Operations in frames of calls. */
const OP = { call: 0, reply: 1, cancel: 2 } as const;

/** What a handler gets beside the arguments. */
export interface CallContext {
  /** Aborts when the caller no longer waits or the session has ended. */
  readonly signal: AbortSignal;
}

/** Answers calls of the peer: with a value, or by throwing. */
export type CallHandler = (method: string, params: unknown, context: CallContext) => unknown;

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Default none: the call waits as long as the session lives. */
  readonly timeoutMs?: number;
}

interface Waiting {
  readonly method: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly settled: () => void;
}

export class Calls {
  readonly #write: () => unknown[];
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  readonly #working = new Map<number, AbortController>();
  #nextId = 1;
  handle: CallHandler | undefined;

  /** `write` gives the outgoing batch of calls. */
  constructor(write: () => unknown[], clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  /** Calls of ours that wait for an answer. */
  get waiting(): number {
    return this.#waiting.size;
  }

  call(method: string, params: unknown, options: CallOptions): Promise<unknown> {
    const { signal, timeoutMs } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      let timer: Timer | undefined;
      const giveUp = (error: unknown) => {
        if (!this.#waiting.has(id)) return;
        this.#settle(id)?.reject(error);
        this.#write().push(OP.cancel, id);
      };
      const aborted = () => giveUp(signal?.reason);
      const settled = () => {
        offAbort(signal, aborted);
        if (timer !== undefined) this.#clock.clearTimer(timer);
      };
      onAbort(signal, aborted);
      if (timeoutMs !== undefined) {
        const late = () => giveUp(new CallTimeoutError(`the peer did not answer ${method} within ${timeoutMs} ms`));
        timer = this.#clock.setTimer(late, timeoutMs);
      }
      this.#waiting.set(id, { method, resolve, reject, settled });
      this.#write().push(OP.call, id, method, params === undefined ? null : params);
    });
  }

  /** Takes a frame of calls. */
  receive(batch: readonly unknown[]): void {
    let at = 0;
    while (at < batch.length) {
      const id = batch[at + 1];
      if (typeof id !== 'number') throw new ProtocolError('a call has no id');
      switch (batch[at]) {
        case OP.call: {
          const method = batch[at + 2];
          if (typeof method !== 'string' || at + 3 >= batch.length) throw new ProtocolError('a call names no method');
          void this.#answer(id, method, batch[at + 3]);
          at += 4;
          break;
        }
        case OP.reply: {
          if (at + 3 >= batch.length) throw new ProtocolError('a reply ends too early');
          this.#reply(id, batch[at + 2] === 1, batch[at + 3]);
          at += 4;
          break;
        }
        case OP.cancel:
          this.#working.get(id)?.abort();
          at += 2;
          break;
        default:
          throw new ProtocolError(`unknown operation ${JSON.stringify(batch[at])} in a frame of calls`);
      }
    }
  }

  /** The session has ended: nothing will be answered any more. */
  end(error: Error): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
    for (const controller of this.#working.values()) controller.abort(error);
    this.#working.clear();
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.settled();
    return waiting;
  }

  #reply(id: number, succeeded: boolean, value: unknown): void {
    // An answer to a call that was given up is late, not wrong.
    const waiting = this.#settle(id);
    if (waiting === undefined) return;
    if (succeeded) waiting.resolve(value);
    else waiting.reject(fromErrorRecord(readErrorRecord(value)));
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    if (this.#working.has(id)) throw new ProtocolError(`call ${id} was made twice`);
    const controller = new AbortController();
    this.#working.set(id, controller);
    let reply: unknown[];
    try {
      // Whoever was just given the channel sets the handler in this turn.
      if (this.handle === undefined) await new Promise((resolve) => setImmediate(resolve));
      if (this.handle === undefined) throw new ProtocolError(`nothing answers calls here (${method})`);
      const value = await this.handle(method, params, { signal: controller.signal });
      reply = [OP.reply, id, 1, value === undefined ? null : value];
    } catch (error) {
      reply = [OP.reply, id, 0, [...toErrorRecord(error)]];
    }
    if (this.#working.delete(id)) this.#write().push(...reply);
  }
}

/** Checks the form of an error record that came from a peer. */
export function readErrorRecord(value: unknown): ErrorRecord {
  if (!Array.isArray(value) || value.length < 4) throw new ProtocolError('an error has no valid form');
  const [code, name, message, data] = value as unknown[];
  if ((code !== null && typeof code !== 'string') || typeof name !== 'string' || typeof message !== 'string') {
    throw new ProtocolError('an error has no valid form');
  }
  return [code, name, message, data];
}
