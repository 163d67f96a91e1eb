/**
 * Results of workers that this process does not reach (another network, a firewall): they come through the scheduler, which does. Slower, and only up
 * to a size, but a person sees the value instead of an error.
 */
import { ConnectError } from '@covey/protocol';
import { formatBinaryBytes, MAX_RELAYED_BYTES } from '@covey/protocol/internal';
import type { TaskId, ValueFrames } from '@covey/protocol/internal';
import { ResultUnavailableError } from '../errors.js';
import type { Session } from './session.js';

/** Results to be fetched from one worker, in parallel lists. */
export interface Wanted {
  readonly ids: number[];
  readonly taskIds: TaskId[];
  readonly nbytes: number[];
}

type Keep = (id: number, frames: ValueFrames) => Promise<void>;

interface CallLimits {
  readonly signal?: AbortSignal;
}

export class Relay {
  readonly #session: Session;
  readonly #unreachable = new Set<string>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether it is known by now that this worker isn't reached from here. */
  isUnreachable(address: string): boolean {
    return this.#unreachable.has(address);
  }

  /**
   * Asks the scheduler, after `error` if the worker was asked before. Answers whether all results came; otherwise the worker is gone or
   * does not have them.
   * @throws ResultUnavailableError for a result that is too large for this way; the signal's reason
   */
  async fetch(address: string, { ids, taskIds, nbytes }: Wanted, keep: Keep, call: CallLimits, error?: unknown) {
    const { logger } = this.#session.settings;
    for (const [i, id] of ids.entries()) {
      let value: ValueFrames | null;
      try {
        const isTooLarge = (nbytes[i] as number) > MAX_RELAYED_BYTES;
        // Asked all the same, though without its bytes: whether the worker is there, or gone and its results are computed again.
        value = await this.#session.call('relay', { address, taskId: taskIds[i] as TaskId, onlyAsk: isTooLarge }, call);
        if (isTooLarge && value !== null) throw this.#outOfReach(id, address, nbytes[i] as number);
      } catch (failure) {
        if (failure instanceof ResultUnavailableError || call.signal?.aborted === true) throw failure;
        if (this.#session.ended !== undefined) throw failure;
        logger.debug('a result did not come through the scheduler', { address, error: failure });
        return false;
      }
      if (value === null) return false;
      await keep(id, value);
    }
    if (error instanceof ConnectError && !this.#unreachable.has(address)) {
      this.#unreachable.add(address);
      logger.warn('a worker is not reached from here, so its results come through the scheduler, slower', {
        address,
        reason: error.message,
      });
    }
    return true;
  }

  #outOfReach(id: number, address: string, nbytes: number): Error {
    const name = this.#session.nameOf(id);
    return new ResultUnavailableError(
      `The result of ${name} has ${formatBinaryBytes(nbytes)}, and its worker at ${address} is not reached from here: through the scheduler come at most ` +
        `${formatBinaryBytes(MAX_RELAYED_BYTES)}. Start workers with a \`--contact-address\` that clients reach, or reduce the result by a task`,
      { data: { key: name, address, nbytes } },
    );
  }
}
