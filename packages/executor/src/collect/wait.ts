/** Waiting for many futures without bringing their results. */
import { oneOf } from '@covey/protocol/internal';
import type { Kinds } from '@covey/protocol/internal';
import type { Future, WaitOptions } from '../future.js';
import { hostOf, waitKinds } from '../future.js';
import { UsageError } from '../errors.js';
import { Session } from '../session/session.js';
import { State } from '../session/task-table.js';
import { sayUnsettled, untilDeadline, whenAllSettled } from '../session/waiting.js';
import { checkUsage, listFutures } from '../usage.js';

/** What {@link wait} waits for. */
export interface WaitForOptions extends WaitOptions {
  /** 'all' (default), the 'first' that settles, or the first 'error' (else all). */
  readonly returnWhen?: 'all' | 'first' | 'error';
}

const waitForKinds: Kinds<WaitForOptions> = { ...waitKinds, returnWhen: oneOf('all', 'first', 'error') };

/** Futures by whether they have settled, in the order in which they were given. */
export interface Waited<F> {
  /** Finished, erred, cancelled or lost. */
  readonly done: F[];
  /** Still pending. */
  readonly notDone: F[];
}

/**
 * Waits until the futures have settled (finished, erred, cancelled or lost), whatever their outcome.
 *
 * @throws {@link WaitTimeoutError} after `timeoutMs`; the signal's reason.
 * @example
 * ```ts
 * const { done, notDone } = await wait(futures, { returnWhen: 'first' });
 * ```
 */
export async function wait<F extends Future<unknown>>(
  futures: Iterable<F>,
  options: WaitForOptions = {},
): Promise<Waited<F>> {
  const all = listFutures(futures, 'wait');
  checkUsage(options, waitForKinds, 'wait');
  const session = sessionOf(all);
  if (session === undefined) return { done: [], notDone: [] };
  const ids = all.map((future) => session.handles.idOf(future));
  const { returnWhen = 'all' } = options;
  const settled = (id: number) => session.table.state(id) !== State.pending;
  const failed = (id: number) => settled(id) && session.table.state(id) !== State.finished;
  const stopEarly = returnWhen === 'all' ? undefined : returnWhen === 'first' ? settled : failed;
  const late = () => sayUnsettled(ids.filter((id) => !settled(id)).length, ids.length, options.timeoutMs);
  const limits = untilDeadline(options);
  // A result whose worker dies while others are waited for is pending again.
  while (stopEarly === undefined || !ids.some(stopEarly)) {
    const waiting = whenAllSettled(session.table, ids, limits(), late, stopEarly);
    if (waiting === undefined) break;
    await (session.settings.aroundWait?.(() => waiting) ?? waiting);
  }
  return {
    done: all.filter((_, i) => settled(ids[i] as number)),
    notDone: all.filter((_, i) => !settled(ids[i] as number)),
  };
}

/** The session that all of these futures belong to; undefined when there are none. */
export function sessionOf(futures: readonly Future<unknown>[]): Session | undefined {
  const [first] = futures;
  if (first === undefined) return undefined;
  const host = hostOf(first);
  if (!(host instanceof Session)) throw new UsageError('These futures belong to another copy of this package');
  return host;
}
