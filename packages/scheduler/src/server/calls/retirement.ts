/** Waiting for workers to retire: until they may go, or it turns out that they can't, or nobody waits any more; then they go on. */
import { CallTimeoutError, RetirementError } from '@covey/protocol';
import type { WorkerId } from '@covey/protocol/internal';
import type { Member } from '../fleet.js';
import type { ServerParts } from './call-table.js';

/** Of the results that have nowhere to go. */
const MOST_KEYS_NAMED = 5;

export class Retirement {
  readonly #parts: ServerParts;
  readonly #retired: Set<WorkerId>;
  /** What is waited for, by each call. */
  readonly #waiting = new Set<readonly Member[]>();

  /** `retired` names the workers that the core has said to be ready to go. */
  constructor(parts: ServerParts, retired: Set<WorkerId>) {
    this.#parts = parts;
    this.#retired = retired;
  }

  /**
   * Resolves when these workers, whose retirement has begun, may go, or when time is up: then they go as they are.
   * @throws {RetirementError} when what only they hold has nowhere to go; the signal's reason. They go on then.
   */
  async untilReady(
    members: readonly Member[],
    limits: { readonly signal: AbortSignal; readonly timeoutMs: number | undefined },
  ): Promise<void> {
    const { conditions, core, logger } = this.#parts;
    const late = () => members.filter(({ gone, id }) => !gone && !this.#retired.has(id));
    const isOver = () => late().length === 0 || core.stranded(0).count > 0;
    this.#waiting.add(members);
    try {
      await conditions.until(isOver, { ...limits, what: 'waiting for workers to retire' });
      if (late().length > 0) throw nowhereToGo(core.stranded(MOST_KEYS_NAMED));
    } catch (error) {
      this.#waiting.delete(members);
      if (!(error instanceof CallTimeoutError)) {
        this.#keep(members);
        throw error;
      }
      logger.warn('workers did not retire in time; what they run and hold will be computed again', {
        workers: late()
          .map(({ hello }) => hello.name)
          .join(' '),
        timeoutMs: limits.timeoutMs,
      });
    } finally {
      this.#waiting.delete(members);
    }
  }

  /** Has workers go on, unless another call waits for them to retire. */
  #keep(members: readonly Member[]): void {
    const { core, now, settle } = this.#parts;
    const others = new Set([...this.#waiting].flat());
    const ids = members.filter((member) => !others.has(member)).map(({ id }) => id);
    for (const id of ids) this.#retired.delete(id);
    core.keepWorkers(ids, now());
    settle();
  }
}

function nowhereToGo({ count, keys }: { readonly count: number; readonly keys: readonly string[] }): RetirementError {
  const what = count === 1 ? 'a result that only they hold' : `${count} results that only they hold`;
  const named = `${keys.join(', ')}${count > keys.length ? ', …' : ''}`;
  return new RetirementError(
    `no other worker is there to take ${what} (${named}): start one first, or let go of what is not needed; ` +
      '`cluster.scale(0)` ends workers with what they hold',
    { data: { count, keys } },
  );
}
