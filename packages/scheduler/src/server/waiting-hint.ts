/**
 * Tells people why nothing happens: when tasks wait for a worker that isn't there, their clients hear of it once, after some seconds, with what
 * to do about it. It costs one comparison a batch while all is well.
 */
import type { Logger } from '@covey/protocol';
import type { ClientId, Clock, Timer } from '@covey/protocol/internal';
import type { CoreQueries } from '../core/surface.js';

/** A cluster that is just starting has its workers by then, also on a busy machine. */
const AFTER_MS = 5_000;
/** So many of the waiting tasks are looked at for the clients behind them. */
const MOST_LOOKED_AT = 1_000;

/** The name under which clients hear of it. */
export const CLUSTER_WARNING = 'cluster-warning';

export interface WaitingHintParts {
  readonly core: Pick<CoreQueries, 'selectWorkers' | 'unplaced' | 'keys' | 'explain' | 'clientsBehind'>;
  readonly clock: Clock;
  readonly logger: Logger;
  deliver(client: ClientId, topic: string, payload: unknown): void;
}

export class WaitingHint {
  readonly #parts: WaitingHintParts;
  /** Clients whose calls wait for the first worker, such as a scatter. */
  readonly #callers = new Map<ClientId, number>();
  #timer: Timer | undefined;
  #isTold = false;

  constructor(parts: WaitingHintParts) {
    this.#parts = parts;
  }

  /** A call of this client waits for a worker; to be told by the returned function when it no longer does. */
  waits(client: ClientId): () => void {
    this.#callers.set(client, (this.#callers.get(client) ?? 0) + 1);
    this.look();
    return () => {
      const left = (this.#callers.get(client) ?? 0) - 1;
      if (left > 0) this.#callers.set(client, left);
      else this.#callers.delete(client);
      this.look();
    };
  }

  /** To be called when something changed. */
  look(): void {
    if (this.#parts.core.unplaced() === 0 && this.#callers.size === 0) this.#rest();
    else if (!this.#isTold) this.#timer ??= this.#parts.clock.setTimer(() => this.#tell(), AFTER_MS);
  }

  close(): void {
    this.#rest();
  }

  /** Nothing waits for workers any more. */
  #rest(): void {
    if (this.#timer !== undefined) this.#parts.clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#isTold = false;
  }

  #tell(): void {
    this.#timer = undefined;
    this.#isTold = true;
    const { core, logger } = this.#parts;
    const message = core.selectWorkers().length === 0 ? this.#noWorkers() : this.#noneFits();
    const keys = [...core.keys(MOST_LOOKED_AT, 'no-worker'), ...core.keys(MOST_LOOKED_AT, 'queued')];
    const clients = new Set([...this.#callers.keys(), ...keys.flatMap((key) => core.clientsBehind(key))]);
    // Who waits is told; the operator need not be warned of it too, and of what nobody hears otherwise is.
    logger[clients.size > 0 ? 'info' : 'warn'](message);
    for (const client of clients) this.#parts.deliver(client, CLUSTER_WARNING, { message });
  }

  #noWorkers(): string {
    const count = this.#parts.core.unplaced();
    const what = count === 0 ? 'what was asked for waits' : count === 1 ? 'a task waits' : `${count} tasks wait`;
    return (
      `${what}, and the cluster has no workers: start some, by \`await cluster.scale(2)\`, \`covey clusters scale NAME 2\` ` +
      'or `covey worker ADDRESS` on a machine; if some are starting, look into their logs'
    );
  }

  #noneFits(): string {
    const { core } = this.#parts;
    const [key] = core.keys(1, 'no-worker');
    const count = core.unplaced();
    const because = key === undefined ? undefined : core.explain(key)?.because;
    return (
      `${count === 1 ? 'a task waits' : `${count} tasks wait`} for a worker that isn't there` +
      `${because === undefined ? '' : `: ${because.replace(/\.$/, '')}`}; \`await executor.explain(future)\` tells more`
    );
  }
}
