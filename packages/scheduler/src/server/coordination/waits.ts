/** The time-outs, abort signals and vanished clients of calls that wait: the impure side of {@link Wait}. */
import type { ClientId, Clock, Timer } from '@covey/protocol/internal';
import { CoordinationError } from '@covey/protocol';
import type { Wait } from './wait.js';

/** Who calls, and the signal by which the call is cancelled. */
export interface Caller {
  readonly client: ClientId;
  readonly signal: AbortSignal;
}

/** How a call waits. */
export interface WaitPlan<Answer> {
  readonly caller: Caller;
  /** Undefined waits for ever, 0 tries once. */
  readonly timeoutMs: number | undefined;
  /** The answer when time is up. */
  readonly late: Answer;
  /** Enters the wait; may settle it at once. */
  start(wait: Wait<Answer>): void;
  /** Takes the wait out of its object. */
  withdraw(wait: Wait<Answer>): void;
}

export class Waits {
  readonly #clock: Clock;
  readonly #cancels = new Map<ClientId, Set<(reason: Error) => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The answer of a wait: what it is settled with, or what the plan says when time is up. Rejects when the caller leaves. */
  run<Answer>(plan: WaitPlan<Answer>): Promise<Answer> {
    const { caller, timeoutMs, late } = plan;
    return new Promise<Answer>((resolve, reject) => {
      let settled = false;
      let timer: Timer | undefined;
      const end = (): boolean => {
        if (settled) return false;
        settled = true;
        if (timer !== undefined) this.#clock.clearTimer(timer);
        caller.signal.removeEventListener('abort', onAbort);
        this.#drop(caller.client, cancel);
        return true;
      };
      const wait: Wait<Answer> = {
        client: caller.client,
        settle: (answer) => {
          if (end()) resolve(answer);
        },
        fail: (error) => {
          if (end()) reject(error);
        },
      };
      const giveUp = (): boolean => {
        if (settled) return false;
        plan.withdraw(wait);
        return end();
      };
      const cancel = (reason: Error) => {
        if (giveUp()) reject(reason);
      };
      const onAbort = () => cancel(new CoordinationError('the call was cancelled while it waited'));
      if (caller.signal.aborted) {
        settled = true;
        reject(new CoordinationError('the call was cancelled before it began'));
        return;
      }
      plan.start(wait);
      if (settled) return;
      if (timeoutMs === 0) {
        if (giveUp()) resolve(late);
        return;
      }
      this.#keep(caller.client, cancel);
      caller.signal.addEventListener('abort', onAbort, { once: true });
      if (timeoutMs !== undefined) {
        timer = this.#clock.setTimer(() => {
          if (giveUp()) resolve(late);
        }, timeoutMs);
      }
    });
  }

  /** Ends all waits of a client that is gone. */
  forget(client: ClientId): void {
    const cancels = this.#cancels.get(client);
    this.#cancels.delete(client);
    for (const cancel of [...(cancels ?? [])]) cancel(new CoordinationError('the client that waited is gone'));
  }

  /** Clients that wait for something. */
  get size(): number {
    return this.#cancels.size;
  }

  #keep(client: ClientId, cancel: (reason: Error) => void): void {
    const cancels = this.#cancels.get(client);
    if (cancels === undefined) this.#cancels.set(client, new Set([cancel]));
    else cancels.add(cancel);
  }

  #drop(client: ClientId, cancel: (reason: Error) => void): void {
    const cancels = this.#cancels.get(client);
    if (cancels?.delete(cancel) && cancels.size === 0) this.#cancels.delete(client);
  }
}
